/** What an agent is and may do, as plain data: the part of the configuration that the pure core reads. */
import { z } from "zod";

/** The `limits` of an agent's front matter, with the defaults of what is left out. */
export const limitsSchema = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe(
      "Model answers before the run rests as `max_steps_reached`; granted again by resume and by an answer",
    ),
  totalSteps: z
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .describe(
      "Model answers in the whole life of a run. Never granted again; what a person answers in the last is used in one more",
    ),
  callsPerStep: z
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe("Tool calls the model may choose in one answer; the rest are refused"),
  tokens: z
    .int()
    .min(1000)
    .default(500_000)
    .describe("Tokens (input + output) before a person is asked whether to go on"),
  costUsd: z.number().positive().default(2).describe("US dollars before a person is asked whether to go on"),
  contextTokens: z
    .int()
    .min(500)
    .default(100_000)
    .describe("Estimated tokens of the context window before it is compacted"),
  repeats: z
    .int()
    .min(2)
    .max(20)
    .default(3)
    .describe("Identical calls, alternating pairs or errors of one tool in a row that count as stuck"),
});

/** An agent exactly as a run uses it from its launch to its end; `hash` names these bytes. */
export const agentSchema = z.object({
  name: z.string(),
  description: z.string(),
  /** null: the driver's default model. */
  model: z.string().nullable(),
  instructions: z.string(),
  tools: z.array(z.string()),
  prefetch: z.array(z.string()),
  /** Agents that this one may hand a task to. */
  handOff: z.array(z.string()),
  limits: limitsSchema,
  hash: z.string(),
});
/** A version of an agent, named by its `hash`: runs keep the version they were launched with. */
export type Agent = z.infer<typeof agentSchema>;

/**
 * read: no effect on the world, repeated freely. idempotent: repeated with the same key.
 * once: never repeated without a person's word.
 */
export type ToolEffect = "read" | "idempotent" | "once";

/** As it is kept in events and notes: every field is there, nothing is left to a default. */
export const approvalRuleSchema = z.object({
  by: z
    .array(z.string())
    .readonly()
    .describe("who may approve, as rules; empty: whoever the agent's rights name"),
  count: z.number().describe("how many different people must approve; 1 unless said"),
  ownRequest: z.boolean().describe("whether the person who started the run may approve; true unless said"),
  unseen: z
    .enum(["refuse", "ask", "allow"])
    .optional()
    .describe("what to do with a value that the run has seen nowhere; ask unless said: the card marks it"),
  outsideOnly: z
    .int()
    .min(0)
    .optional()
    .describe("so many people more, when a value stands only in untrusted text; 0 unless said"),
});
/** Who approves a call, how many of them, and whether the requester counts. */
export type ApprovalRule = z.infer<typeof approvalRuleSchema>;

/** A tool as the core and the model see it: everything but the code. */
export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema (draft 7, strict) of the input. */
  schema: Record<string, unknown>;
  effect: ToolEffect;
  /** Tools that the control flow itself carries out. */
  control: "none" | "ask" | "finish" | "hand_off" | "sleep" | "wait_for_event";
  approval: ApprovalRule | null;
  /** The tool shows the approver something (a diff, the current version) that must still hold when it runs. */
  preview: boolean;
  /** Its output comes from outside the trusted circle: a run that has read it has read untrusted text. */
  untrusted: boolean;
}

/** What must be known of a tool that is not here: who settles what became of its calls. */
export type FormerTool = Pick<ToolSpec, "effect" | "approval">;

const rules = z.array(z.string()).readonly();
/** For each action the rules (`slack:T1/U1`, `@sre`) of who may do it to runs of one agent. */
export const rightsSchema = z.object({
  launch: rules,
  read: rules,
  answer: rules,
  approve: rules,
  control: rules,
});
/** Who may do what with an agent's runs: lists of rules (see authorize.ts). */
export type Rights = z.infer<typeof rightsSchema>;

/** A freeze that holds: what it covers is not begun, or only with an approval of its own. */
export interface Freeze {
  name: string;
  /** When it ends, ms since the epoch: then it no longer holds. */
  until: number;
  /** ms until then. */
  left: number;
  /** In which its end is told: `Europe/Berlin`, `+01:00`. */
  zone: string;
  reason: string | null;
  /** By name; empty: whatever does more than read. */
  tools: readonly string[];
  /** null: nothing that it covers is begun. */
  approval: ApprovalRule | null;
}

/**
 * A freeze as it is set up: from `from` on until `until` (ms since the epoch), or for `forMs` from each time that a cron
 * expression names in the zone. `agents`: by name, whose runs it is about; empty: everybody's.
 */
export type FreezeRule = Omit<Freeze, "until" | "left"> & { agents: readonly string[] } & (
    | { from: number; until: number }
    | { cron: string; forMs: number }
  );

/** All that `admit` and `decide` may look at besides the state. */
export interface Policy {
  agent: Agent;
  tools: Readonly<Record<string, ToolSpec>>;
  /** Tools that were here once, by name. */
  formerTools?: Readonly<Record<string, FormerTool>>;
  /** Tools that only other processes of this bot have, by name; known where the run has to do with one of them. */
  toolsElsewhere?: Readonly<Record<string, FormerTool>>;
  /** Those of this agent that hold at the moment that is decided about: what is recorded then has its time. */
  freezes?: readonly Freeze[];
  /** Those that are set up, whether they hold or not. */
  freezeRules?: readonly Pick<FreezeRule, "name" | "approval">[];
  rights: Rights;
}

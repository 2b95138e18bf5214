/** What the server says about itself on the wire: agents, tools, sources, sessions, health. */
import { z } from "zod";
import { limitsSchema } from "../../core/agent.ts";
import { toolServerSchema } from "./tool-servers.ts";

const time = z.number();

/** The answer of `GET /agents`. `model`: null stands for the driver's default; `hand_off`: agents it may launch. */
export const agentListSchema = z.object({
  agents: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      model: z.string().nullable(),
      tools: z.array(z.string()),
      hand_off: z.array(z.string()),
      steps: limitsSchema.shape.steps,
      /** The caller may launch it. */
      may_launch: z.boolean(),
      /** Names this version of the agent. */
      hash: z.string(),
      /** The prompt; null: for administrators only. */
      instructions: z.string().nullable(),
    }),
  ),
  /** The agent that a launch without a name starts. */
  default: z.string().nullable(),
});
/** Agents by name, with whether the caller may launch each of them. */
export type AgentList = z.infer<typeof agentListSchema>;

/**
 * The answer of `GET /tools`. `schema`: the JSON schema of the arguments; `untrusted`: its output comes
 * from outside the trusted circle.
 */
export const toolListSchema = z.object({
  tools: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      schema: z.unknown(),
      effect: z.enum(["read", "idempotent", "once"]),
      /** Who approves its calls; null: nobody has to. */
      approval: z.object({ by: z.array(z.string()), count: z.number(), own_request: z.boolean() }).nullable(),
      preview: z.boolean(),
      untrusted: z.boolean(),
    }),
  ),
});
/** Tools by name, with their effect and with who approves their calls. */
export type ToolList = z.infer<typeof toolListSchema>;

/** The answer of `GET /refusals`: who was refused what, newest first. `rule`: what decided it. */
export const refusalListSchema = z.object({
  refusals: z.array(
    z.object({
      at: time,
      principal: z.string(),
      name: z.string().nullable(),
      action: z.string(),
      resource: z.string(),
      rule: z.string(),
    }),
  ),
  next: z.string().nullable(),
});
/** A page of refusals; `at` is in ms since the epoch, `next` the cursor of the following page, null at the end. */
export type RefusalList = z.infer<typeof refusalListSchema>;

/**
 * The answer of `GET /approvals`: what people decided about calls, newest first. `name`: as the newest run of this
 * person has it, else what they were called then; null: neither is known. `why`: the rule that let them, or the reason
 * of a refusal.
 */
export const approvalListSchema = z.object({
  approvals: z.array(
    z.object({
      at: time,
      principal: z.string(),
      name: z.string().nullable(),
      decision: z.enum(["approve", "refuse", "edit"]),
      tool: z.string(),
      run_id: z.string(),
      why: z.string(),
    }),
  ),
  next: z.string().nullable(),
});
/** A page of decisions; `at` is in ms since the epoch, `next` the cursor of the following page, null at the end. */
export type ApprovalList = z.infer<typeof approvalListSchema>;

/** Who the caller is. `how`: the way they were recognised; `expires_at` only for a console session. */
export const sessionSchema = z.object({
  how: z.enum(["token", "session", "none"]),
  principal: z.string(),
  name: z.string(),
  scopes: z.array(z.string()).nullable(),
  /** The channels' titles by name, for whatever shows where something was said. */
  channels: z.record(z.string(), z.string()),
  expires_at: time.nullable(),
  /** Hosts that untrusted text may link to; `*.corp.example` stands for all that end so. */
  link_hosts: z.array(z.string()),
});
/** The answer of login and of `GET /session`. `scopes`: null means that none is missing. */
export type Session = z.infer<typeof sessionSchema>;

/** Logs in once, like the one that is printed at the start. */
export const loginCodeSchema = z.object({ code: z.string() });
export type LoginCode = z.infer<typeof loginCodeSchema>;

/** Console sessions, by the first part of their hash. `current`: the caller's own. */
export const sessionListSchema = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      principal: z.string(),
      name: z.string(),
      created_at: time,
      expires_at: time,
      current: z.boolean(),
    }),
  ),
});
/** Console sessions that are still valid; `id` is enough to revoke one, not to use it. */
export type SessionList = z.infer<typeof sessionListSchema>;

/** A run that a change of the set-up left behind. `title`: what it is called; null: the caller may not see it. */
const leftBehindSchema = z.object({ run: z.string(), title: z.string().nullable(), why: z.string() });

/** Callers that nobody knows get `status` alone. */
export const healthSchema = z.object({
  status: z.enum(["ok", "degraded", "draining", "down"]),
  version: z.string().optional(),
  /** `demo` or the provider and model. */
  model: z.string().optional(),
  /** Models that give no answers now: why, since when, and how many runs wait for each. */
  model_troubles: z
    .array(
      z.object({
        model: z.string(),
        code: z.string(),
        reason: z.string(),
        since: time,
        waiting: z.number(),
      }),
    )
    .optional(),
  /** What works, but not as somebody may think: the configuration's warnings. */
  warnings: z.array(z.string()).optional(),
  /** Freezes that hold now; `words` name each, its end and the reason. */
  freezes: z.array(z.object({ name: z.string(), until: time, words: z.string() })).optional(),
  auth: z.enum(["token", "none"]).optional(),
  started_at: time.optional(),
  channels: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })).optional(),
  /** Channels that are off and can be switched on by variables; `guide` is the page that says how. */
  channels_off: z.array(z.object({ title: z.string(), guide: z.string() })).optional(),
  /** Foreign servers of tools (MCP): how each is, and how its tools stand against what was accepted. */
  tool_servers: z.array(toolServerSchema).optional(),
  /** Posts that the chat does not show yet. `given_up`: those of the last 24 hours, which it will never show. */
  outbox: z.object({ undelivered: z.number(), oldest_at: time.nullable(), given_up: z.number() }).optional(),
  /**
   * Runs on the move and asleep, each counted up to 1,000. `due`: one waits for a worker now; else the next does at
   * `next_at`, or (null) when somebody speaks.
   */
  queue: z
    .object({ running: z.number(), sleeping: z.number(), due: z.boolean(), next_at: time.nullable() })
    .optional(),
  /** Records that could not be read since the start: what needs them is left alone, everything else goes on. */
  unreadable: z.array(z.object({ what: z.string(), message: z.string() })).optional(),
  /** Runs that a change of the configuration left behind, as the start found them: what changed, what happens. */
  left_behind: z.array(leftBehindSchema).optional(),
  /** `ms`: how long it took to answer. */
  database: z
    .object({
      kind: z.string().nullable(),
      answers: z.boolean(),
      ms: z.number(),
      /** No space for more, and again within the last five minutes; null: not that this process knows. */
      full_since: time.nullable(),
      /** Likewise: it can't be written, for want of rights or by a fault of its disk; the log says why. */
      refused_since: time.nullable(),
    })
    .optional(),
});
/** The answer of `GET /health`, with status 503 while the server takes no work. */
export type Health = z.infer<typeof healthSchema>;

/** Freezes, as belay.config.ts declares them: spans of time in which no call that changes something is begun. */
import { z } from "zod";
import type { ApprovalRule, FreezeRule } from "../core/agent.ts";
import { thereIsNo } from "../core/text/closest.ts";
import type { Tool } from "../tools/contract.ts";
import { approvalSchema } from "../tools/declared.ts";
import { expandRules, type People } from "./rights.ts";
import { cron, timezone } from "./schedules.ts";

/** To the minute, or with seconds. */
const times = [-1, null].map((precision) => z.iso.datetime({ offset: true, precision }));
const moment = z
  .string()
  .refine(
    (text) => times.some((time) => time.safeParse(text).success),
    "is no time with its zone, such as 2026-11-27T00:00+01:00",
  );

/** One freeze as it is written in belay.config.ts. */
export const freezeSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N} .-]{0,62}$/u, "is letters, digits, spaces, - and .")
    .describe("what people are told of it"),
  from: moment.optional().describe("When it begins, with its zone: `2026-11-27T00:00+01:00`"),
  until: moment.optional().describe("When it is over, likewise"),
  cron: cron
    .optional()
    .describe("Instead of `from` and `until`, when it begins again and again: five fields, as of a schedule"),
  forMinutes: z.int().min(1).max(525_600).optional().describe("With `cron`: how long it holds each time"),
  timezone: timezone
    .optional()
    .describe("With `cron`: the zone that its fields are meant in; UTC unless said"),
  tools: z
    .array(z.string())
    .default([])
    .describe("which tools it is about, by name; empty: every one whose effect is not `read`"),
  agents: z.array(z.string()).default([]).describe("whose runs it is about, by name; empty: every agent's"),
  reason: z.string().trim().min(1).max(300).nullable().default(null).describe("why, for people"),
  approval: z
    .union([z.literal(true), approvalSchema])
    .nullable()
    .default(null)
    .describe(
      "Who may let a call run in spite of it, besides the tool's own approval: a rule like a tool's `requiresApproval`. null: nobody",
    ),
});

type Written = z.infer<typeof freezeSchema>;

/** Pushes a line to `problems` for whatever can't work. `tools`: null when they could not be read. */
export function resolveFreezes(
  { freezes, people }: { freezes: readonly Written[]; people: People },
  known: { tools: readonly Tool[] | null; agents: readonly string[] },
  problems: string[],
): FreezeRule[] {
  return freezes.flatMap((freeze) => {
    const { name, tools, agents, reason, approval } = freeze;
    const at = `freezes.${name}`;
    const nobody = agents.filter((agent) => !known.agents.includes(agent));
    if (nobody.length > 0) problems.push(`${at}.agents: ${thereIsNo("agent", nobody, known.agents)}`);
    if (known.tools !== null) problems.push(...toolProblems(`${at}.tools`, tools, known.tools));
    const span = spanOf(freeze);
    if (typeof span === "string") {
      problems.push(`${at}${span}`);
      return [];
    }
    const rule = approval === null ? null : ruleOf(approval);
    const by = expandRules(rule?.by ?? [], people, `${at}.approval.by`, problems);
    return { name, tools, agents, reason, ...span, approval: rule && { ...rule, by } };
  });
}

function ruleOf(approval: NonNullable<Written["approval"]>): ApprovalRule {
  const { count = 1, ownRequest = true, by = [], ...rest } = approval === true ? {} : approval;
  return { ...rest, count, ownRequest, by };
}

function toolProblems(at: string, names: readonly string[], tools: readonly Tool[]): string[] {
  const reading = tools.filter(({ spec }) => spec.effect === "read").map(({ spec }) => spec.name);
  const changing = tools.map(({ spec }) => spec.name).filter((name) => !reading.includes(name));
  const unknown = names.filter((name) => !reading.includes(name) && !changing.includes(name));
  const idle = names.filter((name) => reading.includes(name));
  return [
    ...(unknown.length > 0 ? [`${at}: ${thereIsNo("tool", unknown, changing.toSorted())}`] : []),
    ...idle.map((name) => `${at}: ${name} only reads, which no freeze stops; remove it`),
  ];
}

/** When it holds and in which zone that is told; or what is wrong, from the key on. */
function spanOf({ from, until, cron, forMinutes, timezone }: Written) {
  const given = Object.entries({ from, until, cron, forMinutes }).flatMap(([key, value]) =>
    value === undefined ? [] : key,
  );
  if (cron !== undefined && forMinutes !== undefined && given.length === 2)
    return { cron, forMs: forMinutes * 60_000, zone: timezone ?? "UTC" };
  if (from === undefined || until === undefined || given.length > 2) {
    return `: must have from and until, or cron and forMinutes; found ${given.join(", ") || "none of them"}`;
  }
  if (timezone !== undefined) {
    return `.timezone: goes with cron; from and until have their zone with them, as ${until} has. Remove it`;
  }
  const span = { from: Date.parse(from), until: Date.parse(until) };
  if (span.until > span.from) return { ...span, zone: offsetIn(until) };
  return `.until: must be later than from, ${from}; found ${until}`;
}

function offsetIn(time: string): string {
  const [offset] = /[+-]\d\d:\d\d$/.exec(time) ?? [];
  return offset === undefined || /00:00$/.test(offset) ? "UTC" : offset;
}

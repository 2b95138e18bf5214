/**
 * What a declaration may hold, looked at when it is read: no types are checked when the bot starts, and a misspelt
 * `effect` or `requiresApproval` would let a call run that people must approve.
 */
import { z } from "zod";
import { approvalRuleSchema } from "../core/agent.ts";
import { checkedBy, lineOf } from "../core/misfits.ts";
import type { PlainTool } from "./contract.ts";
import { aSecret, callable, mustBe, namePart, size, time, words } from "./declared-values.ts";

/**
 * Throws an Error with all that does not fit, keys that nothing reads among it. What is undefined is left out. `what` is
 * declared: `github`, `tool look`.
 */
export function checkDeclared(what: string, schema: z.ZodType, given: unknown): void {
  const found = checkedBy(schema, written(given));
  if ("data" in found) return;
  const lines = found.misfits.map((one) => (one.path.length > 0 ? lineOf(one, what) : `it ${one.words}`));
  throw new Error(`${what}: ${lines.join("; ")}`);
}

/** `tool look`, or `tool` where its name is none: for whoever wrote it. */
export function titled(kind: string, given: unknown): string {
  const name: unknown = typeof given === "object" && given !== null && "name" in given ? given.name : null;
  return typeof name === "string" && name !== "" ? `${kind} ${name}` : kind;
}

/** Without the keys that are there and hold nothing. */
function written(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(written);
  if (typeof given !== "object" || given === null || Object.getPrototypeOf(given) !== Object.prototype)
    return given;
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([key, value]) => [key, written(value)]));
}

const { count } = approvalRuleSchema.shape;
/** As people write it: each key may be left out. */
export const approvalSchema = z.strictObject(
  approvalRuleSchema
    .extend({
      count: z
        .int()
        .min(1)
        .meta(count.meta() ?? {}),
    })
    .partial().shape,
);

const job = z.strictObject({
  handle: z.custom((given) => given instanceof z.ZodType, { error: mustBe("a schema of Zod") }),
  begin: callable,
  poll: callable,
  cancel: callable.optional(),
  everyMs: time.optional(),
});

const verification = z.strictObject({
  check: callable,
  everyMs: time.optional(),
  withinMs: time.optional(),
});

/** Of every tool; a pack takes from it what its own declarations have as well. */
export const toolSchema = z.strictObject({
  name: namePart,
  description: words,
  input: z.custom(
    (given) => given instanceof z.ZodObject,
    "is no z.object({ … }); a tool that takes nothing has z.object({})",
  ),
  schema: z.record(z.string(), z.unknown()).optional(),
  absence: callable.optional(),
  effect: z.enum(["read", "idempotent", "once"]).optional(),
  requiresApproval: z.union([z.boolean(), approvalSchema]).optional(),
  idempotencyKey: callable.optional(),
  preview: callable.optional(),
  verify: verification.optional(),
  undo: callable.optional(),
  connection: z.looseObject({ check: words, diagnose: callable }).optional(),
  secrets: z.array(aSecret).optional(),
  off: words.nullable().optional(),
  timeoutMs: time.optional(),
  maxOutput: size.optional(),
  untrusted: z.boolean().optional(),
  offer: z.literal("mcp").optional(),
  control: z.enum(["none", "ask", "finish", "hand_off", "sleep", "wait_for_event"]).optional(),
  run: callable.optional(),
  reconcile: callable.optional(),
  job: job.optional(),
} satisfies Record<keyof PlainTool<unknown>, z.ZodType>);

/** Throws an Error with words for whoever wrote it. `own`: keys that the pack which makes a tool of it reads itself. */
export function checkDeclaration(given: object, own: readonly string[] = []): void {
  const what = titled("tool", given);
  const ofTool = Object.fromEntries(Object.entries(given ?? {}).filter(([key]) => !own.includes(key)));
  checkDeclared(what, toolSchema, given && ofTool);
  if ((ofTool.run === undefined) === (ofTool.job === undefined))
    throw new Error(`${what}: give it run, or a job where its work outlives the call`);
}

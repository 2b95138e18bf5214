/**
 * What a declaration may hold, looked at when it is read: no types are checked when the bot starts, and a misspelt
 * `effect` or `requiresApproval` would let a call run that people must approve.
 */
import { z } from "zod";
import { approvalRuleSchema } from "../core/agent.ts";
import { checkedBy, lineOf, unknownKey } from "../core/misfits.ts";
import { didYouMean } from "../core/text/closest.ts";
import type { PlainTool } from "./contract.ts";

/** Throws an Error that names the first key that nothing reads. `what` it stands in: `tool look`. */
export function checkKeys(what: string, given: object, known: readonly string[]): void {
  const unread = Object.entries(given).find(([key, value]) => value !== undefined && !known.includes(key));
  if (unread === undefined) return;
  const [key] = unread;
  const words = `${unknownKey(known)}${didYouMean(key, known)}`;
  throw new Error(`${what}: ${lineOf({ path: [key], words }, what)}`);
}

/** Throws an Error where the secret itself is written: it would stand in a file that is reviewed like code. */
export function checkSecret(what: string, given: unknown): void {
  if (given === undefined || given === null) return;
  if (typeof given === "object" && "reveal" in given) return;
  throw new Error(`${what} is no secret; give secret("NAME"), which reads it from the environment`);
}

const toolKeys = {
  ...{ name: true, description: true, input: true, schema: true, absence: true, effect: true },
  ...{ requiresApproval: true, idempotencyKey: true, preview: true, verify: true, undo: true },
  ...{ connection: true, secrets: true, off: true, timeoutMs: true, maxOutput: true, untrusted: true },
  ...{ offer: true, control: true, run: true, reconcile: true, job: true },
} as const satisfies Record<keyof PlainTool<unknown>, true>;

const rule = approvalRuleSchema.extend({ count: z.int().min(1) }).partial();
const namePattern = /^[a-z][a-z0-9_]{0,62}$/;

/** Of the members that decide what may run; numbers have their own check. */
const membersSchema = z.looseObject({
  description: z.string().trim().min(1),
  effect: z.enum(["read", "idempotent", "once"]).optional(),
  untrusted: z.boolean().optional(),
  offer: z.literal("mcp").optional(),
});

/** Throws an Error with words for whoever wrote it. `own`: the keys of the pack that makes a tool of it. */
export function checkDeclaration(given: object, own: readonly string[] = []): void {
  const { name, input, requiresApproval: asked }: Partial<Record<string, unknown>> = { ...given };
  if (typeof name !== "string" || !namePattern.test(name)) {
    throw new Error(`tool ${JSON.stringify(name)}: a name is lower-case letters, digits and _, at most 63`);
  }
  const what = `tool ${name}`;
  checkKeys(what, given, [...Object.keys(toolKeys), ...own]);
  if (!(input instanceof z.ZodObject)) {
    throw new Error(`${what}: input is no z.object({ … }); a tool that takes nothing has z.object({})`);
  }
  checkMembers(what, membersSchema, given);
  if (asked === undefined || typeof asked === "boolean") return;
  checkMembers(`${what}: requiresApproval`, z.looseObject(rule.shape), asked);
  checkKeys(`${what}: requiresApproval`, Object(asked), Object.keys(rule.shape));
}

function checkMembers(what: string, schema: z.ZodType, given: unknown): void {
  const found = checkedBy(schema, given);
  if ("data" in found) return;
  const lines = found.misfits.map((one) => (one.path.length > 0 ? lineOf(one, what) : `it ${one.words}`));
  throw new Error(`${what}: ${lines.join("; ")}`);
}

/** Declares a tool in one place: what the model is told, how it is checked, what it does to the world. */
import type { z } from "zod";
import type { ApprovalRule, ToolSpec } from "../core/agent.ts";
import type { CallContext } from "../core/ports/toolbox.ts";
import type { Reconciled, Tool, ToolDefinition } from "./contract.ts";
import { checkDeclaration } from "./declared.ts";
import { strictSchema } from "./strict-schema.ts";

/**
 * Throws an Error at definition when the name, the schema or the effect contract can't hold. `own`: more keys that the
 * declaration may have, which a pack reads by itself.
 */
export function defineTool<Input, Handle = unknown>(
  definition: ToolDefinition<Input, Handle>,
  own: readonly string[] = [],
): Tool {
  checkDeclaration(definition, own);
  const { job, verify } = definition;
  const parse = (value: unknown) => definition.input.parse(value);
  return Object.freeze({
    spec: Object.freeze(specOf(definition)),
    // Strict: a key that the schema does not know is a mistake to tell the model of, not one to drop in silence.
    // A foreign schema says itself which keys it takes.
    input: definition.schema ? definition.input : definition.input.strict(),
    timeoutMs: definition.timeoutMs ?? 60_000,
    maxOutput: definition.maxOutput ?? 64_000,
    missingSecrets: (definition.secrets ?? []).filter(({ isSet }) => !isSet).map((secret) => secret.name),
    off: definition.off ?? null,
    connection: definition.connection ?? null,
    offer: definition.offer ?? null,
    pollMs: job ? (job.everyMs ?? 5_000) : null,
    verifyMs: verify ? { every: verify.everyMs ?? 15_000, within: verify.withinMs ?? 300_000 } : null,
    absence: () => definition.absence?.() ?? null,
    // Arguments that an upgrade no longer takes have no key of their own; such a call does not run either.
    idempotencyKey: (value: unknown, callId: string) => {
      const parsed = definition.input.safeParse(value);
      return parsed.success ? (definition.idempotencyKey?.(parsed.data, callId) ?? null) : null;
    },
    reconcile: async (value: unknown, context: CallContext): Promise<Reconciled> =>
      (await definition.reconcile?.(parse(value), context)) ?? { type: "unknown" },
    preview: async (value: unknown, context: CallContext) =>
      (await definition.preview?.(parse(value), context)) ?? null,
    run: async (value: unknown, context: CallContext) =>
      definition.job ? definition.job.begin(parse(value), context) : definition.run(parse(value), context),
    ...laterOf(definition),
  });
}

/** What is asked of a call after it has begun or ended. */
function laterOf<Input, Handle>({
  name,
  input,
  job,
  verify,
  undo,
}: ToolDefinition<Input, Handle>): Pick<Tool, "poll" | "cancel" | "verify" | "undo"> {
  const jobOf = () => {
    if (!job) throw new Error(`${name} has no job`);
    return job;
  };
  return {
    poll: async (handle, context) => jobOf().poll(jobOf().handle.parse(handle), context),
    cancel: async (handle, context) =>
      (await jobOf().cancel?.(jobOf().handle.parse(handle), context)) ?? {
        stopped: false,
        words: `The work of ${name} can't be stopped from here: it goes on.`,
      },
    verify: async (value, output, context) => {
      if (!verify) throw new Error(`${name} has no way to look whether it helped`);
      return verify.check(input.parse(value), output, context);
    },
    undo: (value, output) => {
      const parsed = input.safeParse(value);
      if (!parsed.success) return null;
      try {
        return undo?.(parsed.data, output) ?? null;
      } catch {
        // The call itself succeeded; only its way back can't be told.
        return null;
      }
    },
  };
}

function specOf<Input, Handle>(definition: ToolDefinition<Input, Handle>): ToolSpec {
  return {
    name: definition.name,
    description: definition.description.trim(),
    schema: definition.schema ?? strictSchema(definition.name, definition.input),
    effect: definition.effect ?? "once",
    control: definition.control ?? "none",
    approval: approvalOf(definition),
    preview: definition.preview !== undefined,
    untrusted: definition.untrusted ?? false,
  };
}

/** Anyone whom the agent's rights name as approver, one person, also the one who asked. */
const anyApprover: ApprovalRule = { by: [], count: 1, ownRequest: true };

function approvalOf<Input, Handle>({
  name,
  effect,
  requiresApproval: asked,
}: ToolDefinition<Input, Handle>): ApprovalRule | null {
  if (asked === false && effect === undefined) {
    throw new Error(`tool ${name}: say effect: "once" (or what it is) before you waive its approval`);
  }
  if (asked === undefined) return effect === undefined || effect === "once" ? anyApprover : null;
  if (typeof asked === "boolean") return asked ? anyApprover : null;
  return { ...anyApprover, ...asked };
}

/** A tool that `decide` carries out: it has a schema and no code. */
export function defineControlTool(
  definition: Pick<ToolDefinition<unknown>, "name" | "description"> & {
    input: z.ZodObject;
    control: Exclude<ToolSpec["control"], "none">;
  },
): Tool {
  return defineTool<unknown>({
    ...definition,
    // Each is recorded as an event by the control flow, under the call's id: repeating it changes nothing.
    effect: "read",
    run: () => {
      throw new Error(`${definition.name} is carried out by the control flow and has no code`);
    },
  });
}

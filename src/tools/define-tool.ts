/** Declares a tool in one place: what the model is told, how it is checked, what it does to the world. */
import type { z } from "zod";
import type { ApprovalRule, ToolEffect, ToolSpec } from "../core/agent.ts";
import type { CallContext } from "../core/ports/toolbox.ts";
import { strictSchema } from "./strict-schema.ts";

/** What `reconcile` can tell about a call that was begun and never came back. */
type Reconciled = { type: "done"; output: string } | { type: "not_done" } | { type: "unknown" };

export interface ToolDefinition<Input> {
  /** Lower case, digits and `_`, at most 63 characters. */
  name: string;
  description: string;
  /** Every key required (`.nullable()` instead of `.optional()`), so that providers can hold the model to it. */
  input: z.ZodObject & z.ZodType<Input>;
  /** What repeating the call does to the world. Left out: `once`, and people must approve. */
  effect?: ToolEffect;
  /** Left out: `once` tools need approval, the others none. false waives it; an object says who, how many. */
  requiresApproval?: boolean | Partial<ApprovalRule>;
  /** The key that makes a repeated call harmless; left out: the run's and the call's id. */
  idempotencyKey?(input: Input, callId: string): string;
  /** After a crash or a timeout: did it happen? */
  reconcile?(input: Input, context: CallContext): Promise<Reconciled>;
  /** What the approver should see beside the arguments: a diff, the current version. */
  preview?(input: Input, context: CallContext): Promise<string>;
  /** ms; default 60,000 */
  timeoutMs?: number;
  /** Characters of output that the model gets; default 64,000 */
  maxOutput?: number;
  /** The output comes from outside the trusted circle (a web page, a mail). */
  untrusted?: boolean;
  /** The control flow itself carries this tool out; `run` is never called. */
  control?: ToolSpec["control"];
  /** The result is a string or becomes JSON. Throw an Error with words for the model; OutcomeUnknown when it may have happened. */
  run(input: Input, context: CallContext): unknown;
}

/** A tool as the toolbox holds it: inputs are `unknown` until `input` has parsed them. */
export interface Tool {
  readonly spec: ToolSpec;
  readonly input: z.ZodType;
  readonly timeoutMs: number;
  readonly maxOutput: number;
  idempotencyKey(input: unknown, callId: string): string | null;
  reconcile(input: unknown, context: CallContext): Promise<Reconciled>;
  preview(input: unknown, context: CallContext): Promise<string | null>;
  run(input: unknown, context: CallContext): Promise<unknown>;
}

/** A tool throws this when its effect may have happened all the same: the reply was lost, not the request. */
export class OutcomeUnknown extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "OutcomeUnknown";
  }
}

const namePattern = /^[a-z][a-z0-9_]{0,62}$/;

/** Throws an Error at definition when the name, the schema or the effect contract can't hold. */
export function defineTool<Input>(definition: ToolDefinition<Input>): Tool {
  const { name } = definition;
  if (!namePattern.test(name)) {
    throw new Error(`tool ${JSON.stringify(name)}: a name is lower-case letters, digits and _, at most 63`);
  }
  // Strict: a key that the schema does not know is a mistake to tell the model of, not one to drop in silence.
  const input = definition.input.strict();
  const parse = (value: unknown) => definition.input.parse(value);
  return Object.freeze({
    spec: Object.freeze(specOf(definition)),
    input,
    timeoutMs: definition.timeoutMs ?? 60_000,
    maxOutput: definition.maxOutput ?? 64_000,
    // Arguments that an upgrade no longer takes have no key of their own; such a call does not run either.
    idempotencyKey: (value: unknown, callId: string) => {
      const parsed = definition.input.safeParse(value);
      return parsed.success ? (definition.idempotencyKey?.(parsed.data, callId) ?? null) : null;
    },
    reconcile: async (value: unknown, context: CallContext): Promise<Reconciled> =>
      (await definition.reconcile?.(parse(value), context)) ?? { type: "unknown" },
    preview: async (value: unknown, context: CallContext) =>
      (await definition.preview?.(parse(value), context)) ?? null,
    run: async (value: unknown, context: CallContext) => definition.run(parse(value), context),
  });
}

function specOf<Input>(definition: ToolDefinition<Input>): ToolSpec {
  return {
    name: definition.name,
    description: definition.description.trim(),
    schema: strictSchema(definition.name, definition.input),
    effect: definition.effect ?? "once",
    control: definition.control ?? "none",
    approval: approvalOf(definition),
    preview: definition.preview !== undefined,
    untrusted: definition.untrusted ?? false,
  };
}

/** Anyone whom the agent's rights name as approver, one person, also the one who asked. */
const anyApprover: ApprovalRule = { by: [], count: 1, ownRequest: true };

function approvalOf<Input>({
  name,
  effect,
  requiresApproval: asked,
}: ToolDefinition<Input>): ApprovalRule | null {
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

/** What the engine needs of the tools: check a call, run it, ask what became of it. */
import type { ToolSpec } from "../agent.ts";
import type { CallFailure } from "../call-failure.ts";

export interface CallContext {
  runId: string;
  /** Unique in the run, for good. */
  callId: string;
  /** The same on every attempt. */
  key: string;
  signal: AbortSignal;
}

export type CallOutcome =
  | { type: "finished"; output: string; omitted: number }
  | ({ type: "failed" } & CallFailure)
  /** Timed out or interrupted: it may have happened. */
  | { type: "in_doubt"; reason: string };

export interface Toolbox {
  readonly specs: Readonly<Record<string, ToolSpec>>;
  /** Parse and check; `input` is canonical from here on. Never throws. */
  check(tool: string, args: string): { input: unknown; error?: CallFailure };
  /** Check an input that a person edited. */
  checkInput(tool: string, input: unknown): { input: unknown; error?: CallFailure };
  key(tool: string, input: unknown, call: { runId: string; callId: string }): string;
  run(tool: string, input: unknown, context: CallContext): Promise<CallOutcome>;
  reconcile(
    tool: string,
    input: unknown,
    context: CallContext,
  ): Promise<{ type: "done"; output: string } | { type: "not_done" } | { type: "unknown" }>;
  preview(tool: string, input: unknown, context: CallContext): Promise<string | null>;
}

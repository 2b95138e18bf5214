/** The last steps of a run in a few words each, for the progress post and for stuck detection. */
import type { ChosenCall, ToolCall } from "../chosen-call.ts";
import type { StepLine } from "../message.ts";
import type { State, Trace } from "../state.ts";

/** Step lines that the progress post shows; older ones are counted. */
export const keptLines = 6;
/**
 * Enough for the highest `repeats` of an alternating pair, and for some answers of many calls
 * (see limits in agent.ts).
 */
const keptTraces = 200;

/** One line more; beyond six the oldest is only counted. */
export function withLine(state: State, line: StepLine): Pick<State, "lines" | "linesFolded"> {
  const lines = [...state.lines, line];
  const folded = Math.max(0, lines.length - keptLines);
  return { lines: lines.slice(folded), linesFolded: state.linesFolded + folded };
}

/** The traces with this call as the newest; older ones than the stuck detection looks at are dropped. */
export function withTrace(state: State, call: ChosenCall, ok: boolean): readonly Trace[] {
  const trace: Trace = { tool: call.tool, sign: signOf(call), ok, step: state.steps };
  return [...state.traces, trace].slice(-keptTraces);
}

/** Tool and input as one string: equal for identical calls. */
export function signOf(call: ToolCall): string {
  return `${call.tool} ${JSON.stringify(call.input ?? null)}`;
}

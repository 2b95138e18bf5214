/** The last steps of a run in a few words each, for the progress post and for stuck detection. */
import type { ChosenCall } from "../event.ts";
import type { StepLine } from "../message.ts";
import type { State, Trace } from "../state.ts";

/** Step lines that the progress post shows; older ones are counted. */
export const keptLines = 6;
/** Enough for the highest `repeats` of an alternating pair, and for some answers of many calls (see limits in agent.ts). */
const keptTraces = 200;

/** One line more; beyond six the oldest is only counted. */
export function withLine(state: State, line: StepLine): Pick<State, "lines" | "linesFolded"> {
  const lines = [...state.lines, line];
  const folded = Math.max(0, lines.length - keptLines);
  return { lines: lines.slice(folded), linesFolded: state.linesFolded + folded };
}

export function withTrace(state: State, call: ChosenCall, ok: boolean): readonly Trace[] {
  const trace: Trace = { tool: call.tool, sign: signOf(call), ok, step: state.steps };
  return [...state.traces, trace].slice(-keptTraces);
}

/** Tool and input as one string: equal for identical calls. */
function signOf(call: ChosenCall): string {
  return `${call.tool} ${JSON.stringify(call.input ?? null)}`;
}

/** The arguments that matter in a few words: values only, the first few, cut. */
export function argumentsInBrief(input: unknown): string {
  if (input === null || typeof input !== "object") return brief(String(input ?? ""), 60);
  const values = Object.values(input)
    .filter((value) => value !== null && value !== "")
    .map((value) => brief(plainly(value, 3), 40));
  return brief(values.join(", "), 80);
}

/** A value without JSON: what stands in lists and objects, one after the other. */
function plainly(value: unknown, depth: number): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (depth === 0) return "…";
  return Object.values(value)
    .slice(0, 8)
    .map((inner) => plainly(inner, depth - 1))
    .join(", ");
}

/** One line, cut at `length` characters with an ellipsis. */
export function brief(text: string, length: number): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}

/** A JSON output in the words of a person: a string or number as it is, an object by its values. */
export function outputInBrief(output: string): string {
  const first = output.charCodeAt(0);
  const json = first === 0x7b || first === 0x5b || first === 0x22;
  if (!json || output.length > 2_000) return brief(output, 60);
  try {
    const value: unknown = JSON.parse(output);
    return typeof value === "object" && value !== null ? argumentsInBrief(value) : brief(String(value), 60);
  } catch {
    return brief(output, 60);
  }
}

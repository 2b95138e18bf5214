/** Has the run stopped getting anywhere? Looks at the last finished calls only. */
import type { Trace } from "../state.ts";

/** In words, or null. `repeats`: how often in a row is too often. */
export function stuckBecause(traces: readonly Trace[], repeats: number): string | null {
  const last = traces.at(-1);
  if (!last) return null;
  if (sameInARow(traces, (trace) => trace.sign === last.sign) >= repeats) {
    return `${last.tool} was called ${repeats} times in a row with the same arguments`;
  }
  return failsOn(traces, repeats) ?? alternates(traces, repeats) ?? answersRepeat(answersOf(traces), repeats);
}

function sameInARow<T>(all: readonly T[], same: (one: T) => boolean): number {
  const broken = all.findLastIndex((one) => !same(one));
  return all.length - 1 - broken;
}

/** A tool that failed in the last answer: what other tools did beside it or in between does not help this one. */
function failsOn(traces: readonly Trace[], repeats: number): string | null {
  const step = traces.at(-1)?.step;
  const failed = traces.filter((trace) => trace.step === step && !trace.ok).map((trace) => trace.tool);
  for (const tool of new Set(failed)) {
    const own = traces.filter((trace) => trace.tool === tool);
    if (sameInARow(own, (trace) => !trace.ok) >= repeats) return `${tool} failed ${repeats} times in a row`;
  }
  return null;
}

/** A B A B A B: the same pair over and over. */
function alternates(traces: readonly Trace[], repeats: number): string | null {
  const [a, b] = traces.slice(-2);
  if (!a || !b || a.sign === b.sign || traces.length < repeats * 2) return null;
  const tail = traces.slice(-repeats * 2);
  const same = tail.every((trace, index) => trace.sign === (index % 2 === 0 ? a : b).sign);
  return same ? `${a.tool} and ${b.tool} were called in turn ${repeats} times with the same arguments` : null;
}

type Answer = readonly Trace[];

/** The calls by the answers that chose them. */
function answersOf(traces: readonly Trace[]): readonly Answer[] {
  return [...Map.groupBy(traces, (trace) => trace.step).values()];
}

/** The same of whole answers, however many calls each holds. */
function answersRepeat(answers: readonly Answer[], repeats: number): string | null {
  const [former, last] = [answers.at(-2), answers.at(-1)];
  if (!former || !last) return null;
  if (sameInARow(answers, (answer) => answer.every((trace) => !trace.ok)) >= repeats) {
    return `nothing worked in ${repeats} answers in a row`;
  }
  if (sameInARow(answers, (answer) => isSame(answer, last)) >= repeats) {
    return `the same ${last.length} calls were chosen ${repeats} times in a row`;
  }
  const tail = answers.slice(-repeats * 2);
  const inTurn = tail.every((answer, index) => isSame(answer, index % 2 === 0 ? former : last));
  return inTurn && tail.length === repeats * 2
    ? `the same two groups of calls were chosen in turn ${repeats} times`
    : null;
}

function isSame(a: Answer, b: Answer): boolean {
  return a.length === b.length && a.every((trace, index) => trace.sign === b[index]?.sign);
}

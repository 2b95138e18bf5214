/** Has the run stopped getting anywhere? Looks at the last finished calls only. */
import type { Trace } from "../state.ts";

/** In words, or null. `repeats`: how often in a row is too often. */
export function stuckBecause(traces: readonly Trace[], repeats: number): string | null {
  const last = traces.at(-1);
  if (!last) return null;
  if (sameInARow(traces, (trace) => trace.sign === last.sign) >= repeats) {
    return `${last.tool} was called ${repeats} times in a row with the same arguments`;
  }
  return failsOn(traces, repeats) ?? alternates(traces, repeats) ?? answersRepeat(traces, repeats);
}

function sameInARow<T>(all: readonly T[], same: (one: T) => boolean): number {
  const broken = all.findLastIndex((one) => !same(one));
  return all.length - 1 - broken;
}

/** A tool that failed in the last answer: what other tools did beside it or in between does not help this one. */
function failsOn(traces: readonly Trace[], repeats: number): string | null {
  const [last = []] = lastAnswers(traces, 1);
  for (const tool of new Set(last.filter((trace) => !trace.ok).map((trace) => trace.tool))) {
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

/** The calls by the answers that chose them: the last answers, at most so many, oldest first. */
function lastAnswers(traces: readonly Trace[], most: number): readonly Answer[] {
  const answers: Answer[] = [];
  for (let end = traces.length; end > 0 && answers.length < most; ) {
    const step = traces[end - 1]?.step;
    const start = traces.findLastIndex((trace, index) => index < end && trace.step !== step) + 1;
    answers.unshift(traces.slice(start, end));
    end = start;
  }
  return answers;
}

/** The same of whole answers, however many calls each holds. */
function answersRepeat(traces: readonly Trace[], repeats: number): string | null {
  if (goesOn(traces)) return null;
  const answers = lastAnswers(traces, repeats * 2);
  const [former, last] = [answers.at(-2), answers.at(-1)];
  if (!former || !last) return null;
  if (sameInARow(answers, hasFailed) >= repeats) return `nothing worked in ${repeats} answers in a row`;
  if (sameInARow(answers, (answer) => isSame(answer, last)) >= repeats) {
    return `the same ${last.length} calls were chosen ${repeats} times in a row`;
  }
  const inTurn = answers.every((answer, index) => isSame(answer, index % 2 === 0 ? former : last));
  return inTurn && answers.length === repeats * 2
    ? `the same two groups of calls were chosen in turn ${repeats} times`
    : null;
}

/** Something of the last answer worked, and it is neither of the two before it: most steps need no longer look. */
function goesOn(traces: readonly Trace[]): boolean {
  const [last, ...before] = lastAnswers(traces, 3).toReversed();
  return !last || !(hasFailed(last) || before.some((answer) => isSame(answer, last)));
}

function hasFailed(answer: Answer): boolean {
  return answer.every((trace) => !trace.ok);
}

function isSame(a: Answer, b: Answer): boolean {
  return a.length === b.length && a.every((trace, index) => trace.sign === b[index]?.sign);
}

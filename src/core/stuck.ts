/** Has the run stopped getting anywhere? Looks at the last finished calls only. */
import type { Trace } from "./state.ts";

/** In words, or null. `repeats`: how often in a row is too often. */
export function stuckBecause(traces: readonly Trace[], repeats: number): string | null {
  const last = traces.at(-1);
  if (!last) return null;
  if (sameInARow(traces, (trace) => trace.sign === last.sign) >= repeats) {
    return `${last.tool} was called ${repeats} times in a row with the same arguments`;
  }
  // What other tools did in between does not help this one.
  const own = traces.filter((trace) => trace.tool === last.tool);
  if (!last.ok && sameInARow(own, (trace) => !trace.ok) >= repeats) {
    return `${last.tool} failed ${repeats} times in a row`;
  }
  return alternates(traces, repeats);
}

function sameInARow(traces: readonly Trace[], same: (trace: Trace) => boolean): number {
  const broken = traces.findLastIndex((trace) => !same(trace));
  return traces.length - 1 - broken;
}

/** A B A B A B: the same pair over and over. */
function alternates(traces: readonly Trace[], repeats: number): string | null {
  const [a, b] = traces.slice(-2);
  if (!a || !b || a.sign === b.sign || traces.length < repeats * 2) return null;
  const tail = traces.slice(-repeats * 2);
  const same = tail.every((trace, index) => trace.sign === (index % 2 === 0 ? a : b).sign);
  return same ? `${a.tool} and ${b.tool} were called in turn ${repeats} times with the same arguments` : null;
}

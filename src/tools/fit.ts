/** Holds arguments to a tool's schema: taken whole, or told what does not fit. */
import { unknownKey } from "../core/misfit-words.ts";
import { checkedBy, type Misfit } from "../core/misfits.ts";
import { sameJson } from "../core/text/same-json.ts";
import { thrown } from "../core/text/thrown.ts";
import type { Tool } from "./contract.ts";

/**
 * `input`: what is stored and shown, which the tool's schema reads once more when the call runs. So it is what the schema
 * made of these arguments (trimmed, keys in order) where it makes the same of that again, and the arguments as they were
 * written where it does not: a codec or a transform reads its own result otherwise, or not at all. Never throws: a check
 * of an author's own that fails is a problem of these arguments, and not of the run.
 */
export function fitTo(
  { input }: Pick<Tool, "input">,
  value: unknown,
): { input: unknown } | { misfits: readonly Misfit[] } {
  try {
    const read = checkedBy(input, value);
    if ("misfits" in read) return read;
    const dropped = droppedIn(value, read.data, []);
    if (dropped !== null) return { misfits: [dropped] };
    const again = input.safeParse(read.data);
    return { input: again.success && sameJson(again.data, read.data) ? read.data : value };
  } catch (error) {
    const why = error instanceof Error ? error.message : thrown(error);
    return { misfits: [{ path: [], words: `can't be checked by its schema: ${why}` }] };
  }
}

/** The first key that a schema lets fall in silence, as inner objects do; null: all were taken. */
function droppedIn(given: unknown, taken: unknown, path: readonly string[]): Misfit | null {
  if (!isObject(given) || !isObject(taken)) return null;
  for (const [key, member] of Object.entries(given)) {
    if (!Object.hasOwn(taken, key)) return { path: [...path, key], words: unknownKey(key, null) };
    const found = droppedIn(member, Reflect.get(taken, key), [...path, key]);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

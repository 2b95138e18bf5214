/** Holds arguments to a tool's schema: taken whole, or told what does not fit. */
import { sameJson } from "../core/text/same-json.ts";
import { thrown } from "../core/text/thrown.ts";
import type { Tool } from "./contract.ts";

/** What is wrong, and the keys that lead there. */
export interface Issue {
  path: readonly PropertyKey[];
  message: string;
}

/**
 * `input`: what is stored and shown, which the tool's schema reads once more when the call runs. So it is what the schema
 * made of these arguments (trimmed, keys in order) where it makes the same of that again, and the arguments as they were
 * written where it does not: a codec or a transform reads its own result otherwise, or not at all. Never throws: a check
 * of an author's own that fails is a problem of these arguments, and not of the run.
 */
export function fitTo(
  { input }: Pick<Tool, "input">,
  value: unknown,
): { input: unknown } | { issues: readonly Issue[] } {
  try {
    const parsed = input.safeParse(value);
    if (!parsed.success) return { issues: parsed.error.issues };
    const dropped = droppedIn(value, parsed.data, []);
    if (dropped !== null) return { issues: [dropped] };
    const again = input.safeParse(parsed.data);
    return { input: again.success && sameJson(again.data, parsed.data) ? parsed.data : value };
  } catch (error) {
    const why = error instanceof Error ? error.message : thrown(error);
    return { issues: [{ path: [], message: `can't be checked by its schema: ${why}` }] };
  }
}

/** The first key that a schema lets fall in silence, as inner objects do; null: all were taken. */
function droppedIn(given: unknown, taken: unknown, path: readonly string[]): Issue | null {
  if (!isObject(given) || !isObject(taken)) return null;
  for (const [key, member] of Object.entries(given)) {
    if (!Object.hasOwn(taken, key)) return { path, message: `Unrecognized key: ${JSON.stringify(key)}` };
    const found = droppedIn(member, Reflect.get(taken, key), [...path, key]);
    if (found !== null) return found;
  }
  return null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * Fields of an answer that the API does not know: thoughts, signatures, whatever a server adds. Some want them back
 * with the next request, so they are kept as they came, put together from the pieces of a stream.
 */
import { isObject } from "./shapes.ts";

/** Fields by name, as the server sent them. */
export type Extras = Readonly<Record<string, unknown>>;

/** Here the last value counts; any other text comes in pieces. */
const whole: ReadonlySet<string> = new Set(["type", "id", "index", "format", "role", "name", "status"]);

/** What of `from` no one of `known` names. Nothing said (null, empty) is nothing to send back. */
export function extrasOf(from: object, known: ReadonlySet<string>): Extras {
  const entries = Object.entries(from).filter(([key, value]) => !known.has(key) && !isNothing(value));
  return Object.fromEntries(entries);
}

function isNothing(value: unknown): boolean {
  return (
    value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0)
  );
}

/** Texts are joined piece by piece, as a stream sends them; anything else is replaced by the later value. */
export function withExtras(former: Extras, more: Extras): Extras {
  const entries = Object.entries(more).map(([key, value]) => [key, joined(former[key], value, key)]);
  return entries.length === 0 ? former : { ...former, ...Object.fromEntries(entries) };
}

function joined(former: unknown, more: unknown, key: string): unknown {
  if (more === null || more === undefined) return former;
  if (typeof former === "string" && typeof more === "string") return whole.has(key) ? more : former + more;
  if (Array.isArray(former) && Array.isArray(more)) return more.reduce<unknown[]>(withElement, former);
  return isObject(former) && isObject(more) ? withExtras(former, more) : more;
}

/** Elements that are numbered are pieces of the one with their number and type. */
function withElement(list: readonly unknown[], element: unknown): unknown[] {
  const at = isObject(element) && typeof element.index === "number" ? list.findLastIndex(isSame) : -1;
  return at < 0 ? [...list, element] : list.with(at, joined(list[at], element, ""));

  function isSame(other: unknown): boolean {
    return (
      isObject(other) && isObject(element) && other.index === element.index && other.type === element.type
    );
  }
}

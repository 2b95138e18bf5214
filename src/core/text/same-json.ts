/** Compares two values as JSON. */

/** The order of keys does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  return (
    JSON.stringify(a) === JSON.stringify(b) || JSON.stringify(a, sortKeys) === JSON.stringify(b, sortKeys)
  );
}

/** A store may give an object's keys back in another order. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

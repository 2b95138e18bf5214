/** The beginning of a JSON text as JSON of its own: what is too long to be read whole is told by how it begins. */

/** A string as far as it goes, or a sign of structure. */
const token = /"(?:[^"\\]|\\(?:u[\da-f]{4}|[^u]))*("?)|[[\]{},]/gi;

/**
 * The same beginning with whatever is open closed; the likeliest one first, and none may be JSON: a key without its
 * value, a text that only looks like JSON. What is half a value is left out, but of a string its beginning stays.
 */
export function begunJson(beginning: string): string[] {
  let closers = "";
  let whole: string | null = null;
  let open: string | null = null;
  for (const { 0: found, 1: end, index } of beginning.matchAll(token)) {
    if (end === "") open = `${beginning.slice(0, index)}${found}"${closers}`;
    if (end !== undefined) continue;
    if (found === "{") closers = `}${closers}`;
    else if (found === "[") closers = `]${closers}`;
    else if (found !== ",") closers = closers.slice(1);
    // More stands behind what was closed: that is no JSON.
    if (closers === "") return [];
    whole = `${beginning.slice(0, found === "," ? index : index + 1)}${closers}`;
  }
  return [open, whole].filter((text) => text !== null);
}

/**
 * Where the values of a call and of an outcome come from: said by whom, from which result, or seen
 * nowhere. No model is asked.
 */
import type { ArgumentOrigin } from "../event.ts";
import type { Source } from "./sources.ts";

type Origin = Omit<ArgumentOrigin, "path">;
type Standing = ArgumentOrigin["standing"];

/** A value found in a text, and where it stands there (characters). */
export interface TextOrigin extends Origin {
  value: string;
  start: number;
}

/** A text that is searched for many values: made comparable once. */
export interface Searchable extends Source {
  folded: string;
}

export function searchable(sources: readonly Source[]): Searchable[] {
  return sources.map((source) => ({ ...source, folded: ` ${fold(source.text)} ` }));
}

/** The first trusted text that holds the value counts; else the first one from outside. */
function originOf(value: string, sources: readonly Searchable[]): Origin {
  const wanted = fold(value);
  let outside: Searchable | null = null;
  for (const source of sources) {
    if (!holds(source.folded, wanted)) continue;
    if (source.trusted) return { standing: "known", words: source.words, version: source.version };
    outside ??= source;
  }
  return outside
    ? { standing: "outside", words: `only from outside: ${outside.words}`, version: outside.version }
    : { standing: "nowhere", words: "seen nowhere", version: null };
}

/**
 * The origin of each argument that says something. Switches, single characters and choices of the schema are left out:
 * the model may choose them freely. In longer words only numbers, links and names with digits are looked for.
 */
export function argumentOrigins(
  input: unknown,
  sources: readonly Searchable[],
  schema: Record<string, unknown> = {},
): ArgumentOrigin[] {
  const free = choicesIn(schema);
  return leavesOf(input, "").flatMap(({ path, value }) => {
    if (free.has(value)) return [];
    const origin = isProse(value) ? worst(textOrigins(value, sources)) : originOf(value, sources);
    return origin === null || fold(value).length < 2 ? [] : [{ path, ...origin }];
  });
}

/** The numbers, hashes, links and names with digits or dots in a text, each with its origin. */
export function textOrigins(text: string, sources: readonly Searchable[]): TextOrigin[] {
  const known = new Map<string, Origin>();
  return [...text.matchAll(tokens)].map((match) => {
    const value = match[0].replace(/[.,:;]+$/, "");
    const origin = known.get(value) ?? originOf(value, sources);
    known.set(value, origin);
    return { value, start: match.index, ...origin };
  });
}

/** Links · numbers of two characters and more · words with a digit, and paths, hosts and ids. Bounded, so linear. */
const tokens =
  /https?:\/\/[^\s<>"')\]]{1,2000}|[\p{L}\p{N}][\p{L}\p{N}_./:@-]{0,200}\p{N}[\p{L}\p{N}_./:@%-]{0,200}/gu;

const maxLeaves = 200;

function leavesOf(value: unknown, path: string): { path: string; value: string }[] {
  if (typeof value === "string") return [{ path, value }];
  if (typeof value === "number") return [{ path, value: String(value) }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .flatMap(([key, child]) => leavesOf(child, path === "" ? key : `${path}.${key}`))
    .slice(0, maxLeaves);
}

/** Words of the model's own making: a comment, a reason. They are said nowhere, and that says nothing. */
function isProse(value: string): boolean {
  return value.length > 80 || value.trim().split(/\s+/).length > 4;
}

const rank: Record<Standing, number> = { known: 0, outside: 1, nowhere: 2 };

function worst(origins: readonly TextOrigin[]): Origin | null {
  const [first] = origins.toSorted((a, b) => rank[b.standing] - rank[a.standing]);
  if (!first) return null;
  const { standing, words, version, value } = first;
  return { standing, words: standing === "known" ? words : `${value}: ${words}`, version };
}

/** What the schema lists as choices, at any depth. */
function choicesIn(schema: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (node: unknown, depth: number): void => {
    if (typeof node !== "object" || node === null || depth > 12) return;
    for (const [key, child] of Object.entries(node)) {
      if (key === "enum" && Array.isArray(child)) for (const choice of child) found.add(String(choice));
      else if (key === "const") found.add(String(child));
      else look(child, depth + 1);
    }
  };
  look(schema, 0);
  return found;
}

/** Case, quotes, thousands' commas and the ways to join words make no difference. */
function fold(text: string): string {
  return text
    .toLowerCase()
    .replace(/(?<=\d),(?=\d{3}\b)/g, "")
    .replace(/[\s"'`_-]+/g, " ")
    .trim();
}

/** As a whole word: 5 does not stand in 15, nor `pay` in `payments`. */
function holds(text: string, wanted: string): boolean {
  if (wanted === "") return false;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    if (!isWordPart(text[at - 1], wanted[0]) && !isWordPart(text[at + wanted.length], wanted.at(-1)))
      return true;
  }
  return false;
}

/** Whether this neighbour makes the edge part of a longer word or number. */
function isWordPart(neighbour: string | undefined, edge: string | undefined): boolean {
  return neighbour !== undefined && /[\p{L}\p{N}]/u.test(neighbour) && /[\p{L}\p{N}]/u.test(edge ?? "");
}

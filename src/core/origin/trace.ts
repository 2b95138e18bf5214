/**
 * Where the values of a call and of an outcome come from: said by whom, from which result, or seen
 * nowhere. No model is asked.
 */
import { type ArgumentOrigin, lookedFor, notLookedFor } from "../question.ts";
import { isCommonName } from "./common-names.ts";
import { canBeRounded, comparable, isRounded, numbersIn, partsOf, waysToFind } from "./find.ts";
import { plainWordsIn } from "./names.ts";
import type { Source } from "./sources.ts";
import { type Value, valuesIn } from "./values.ts";

type Origin = Omit<ArgumentOrigin, "path">;
type Standing = ArgumentOrigin["standing"];

/** A value found in a text, and where it stands there (characters). */
export interface TextOrigin extends Origin {
  value: string;
  start: number;
}

/** A text that is searched for many values: made comparable once. */
export interface Searchable extends Source {
  comparable: string;
}

/** The texts that may hold a value of these parts (see find.ts), in the order in which they came; null: all of them. */
export type Look = (wanted: readonly string[] | null) => readonly Searchable[];

/** What a run has seen. `named`: the texts that hold a plain word as a name (see names.ts), in the same order. */
export interface SeenTexts {
  readonly look: Look;
  readonly named: (word: string) => readonly Searchable[];
}

/** Numbers of a text, read when the first value asks for them. */
const numbersOf = new WeakMap<Searchable, readonly number[]>();

export function searchable(sources: readonly Source[]): Searchable[] {
  return sources.map((source) => ({ ...source, comparable: comparable(source.text) }));
}

const nowhere: Origin = { standing: "nowhere", words: "seen nowhere", version: null };

/** The first trusted text that holds the value counts; else the first one from outside. */
function originIn(texts: readonly Searchable[], isIn: (text: Searchable) => boolean): Origin {
  let outside: Searchable | null = null;
  for (const text of texts) {
    if (!isIn(text)) continue;
    if (text.trusted) return { standing: "known", words: text.words, version: text.version };
    outside ??= text;
  }
  return outside
    ? {
        standing: "outside",
        words: `only from outside: ${outside.words.replace(/^from /, "")}`,
        version: outside.version,
      }
    : nowhere;
}

function originOf(value: string, look: Look): Origin {
  let outside = nowhere;
  for (const { wanted, isIn } of waysToFind(value)) {
    const origin = originIn(look(wanted), (text) => isIn(text.comparable));
    // Whoever is trusted counts, however they wrote it.
    if (origin.standing === "known") return origin;
    if (outside.standing === "nowhere") outside = origin;
  }
  return outside;
}

function roundedOrigin({ value, percent }: Value, look: Look): Origin {
  return originIn(look(null), (text) => {
    const numbers = numbersOf.get(text) ?? numbersIn(text.text);
    numbersOf.set(text, numbers);
    return isRounded(value, percent, numbers);
  });
}

/**
 * The origin of each argument that says something. Switches, single characters and choices of the schema are left out:
 * the model may choose them freely. In longer words only numbers, links and names with digits are looked for.
 */
export function argumentOrigins(
  input: unknown,
  look: Look,
  schema: Record<string, unknown> = {},
): ArgumentOrigin[] {
  const free = choicesIn(schema);
  const leaves = leavesOf(input, "").filter(
    ({ value }) => !free.has(value) && partsOf(value).join(" ").length > 1,
  );
  const found = leaves.slice(0, lookedFor).flatMap(({ path, value }) => {
    const origin = isProse(value) ? worst(textOrigins(value, look)) : originOf(value, look);
    return origin === null ? [] : [{ path, ...origin }];
  });
  // Nobody can say that they are known: once for each argument.
  const beyond = new Set(leaves.slice(lookedFor).map(({ argument }) => argument));
  return [...found, ...[...beyond].map((path) => ({ path, ...nowhere, words: notLookedFor }))];
}

/** The values of a text (see values.ts), each with its origin. A number may have been rounded on its way. */
export function textOrigins(text: string, look: Look): TextOrigin[] {
  const known = new Map<string, Origin>();
  return valuesIn(text).flatMap((found) => {
    const { value, start, sure, percent } = found;
    const key = percent ? `${value}%` : value;
    const origin = known.get(key) ?? seenOrRounded(found, look);
    known.set(key, origin);
    // Of words, and of names that everybody knows, nobody can say that they were made up.
    const isTold = origin.standing !== "nowhere" || (sure && !isCommonName(text, start, value));
    return isTold ? [{ value, start, ...origin }] : [];
  });
}

/**
 * Where an outcome's values come from, in their order: those of any text, and plain words that are names in the log. No
 * other word is told of: whether it is a name that nobody gave can't be known.
 */
export function outcomeOrigins(text: string, { look, named }: SeenTexts): TextOrigin[] {
  const values = textOrigins(text, look);
  const asked = new Map<string, Origin>();
  const nameOf = (word: string): Origin => {
    const origin = asked.get(word) ?? originIn(named(word), () => true);
    asked.set(word, origin);
    return origin;
  };
  let next = 0;
  const names = plainWordsIn(text).flatMap(({ value, start }) => {
    while (next < values.length && endOf(values[next]) <= start) next += 1;
    const isPart = (values[next]?.start ?? Number.POSITIVE_INFINITY) < start + value.length;
    const origin = isPart ? nowhere : nameOf(value);
    return origin.standing === "nowhere" ? [] : [{ value, start, ...origin }];
  });
  return [...values, ...names].sort((a, b) => a.start - b.start);
}

function endOf(origin: TextOrigin | undefined): number {
  return origin === undefined ? 0 : origin.start + origin.value.length;
}

function seenOrRounded(found: Value, look: Look): Origin {
  const origin = originOf(found.value, look);
  const isElsewhere = origin.standing === "nowhere" && canBeRounded(found.value, found.percent);
  return isElsewhere ? roundedOrigin(found, look) : origin;
}

interface Leaf {
  /** The argument that it is a part of. */
  argument: string;
  path: string;
  value: string;
}

function leavesOf(value: unknown, path: string, argument = path): Leaf[] {
  if (typeof value === "string") return [{ argument, path, value }];
  if (typeof value === "number") return [{ argument, path, value: String(value) }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    path === "" ? leavesOf(child, key) : leavesOf(child, `${path}.${key}`, argument),
  );
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

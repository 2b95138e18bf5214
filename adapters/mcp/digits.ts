/**
 * Messages of a server with all digits of their numbers. The SDK parses what it reads, and a number of more digits than
 * JavaScript keeps would come out as another one: as another account, or another order. So before the SDK reads it,
 * such numbers become text wherever a value is told to the model, as in the answers of HTTP tools.
 */
import { Transform } from "node:stream";
import { withExactDigits } from "../../src/core/text/digits.ts";
import { escapePointer } from "../../src/core/text/json.ts";
import { heldBound } from "./bounds.ts";

type Json = Readonly<Record<string, unknown>>;

/** What is no JSON is left for the reader to refuse. */
export function withAllDigits(message: string): string {
  const exact = withExactDigits(message);
  if (exact === message) return message;
  try {
    const plain: unknown = JSON.parse(message);
    const whole = { path: "", pointer: "", areNames: false, lost: null };
    return isObject(plain) ? JSON.stringify(joined(plain, JSON.parse(exact), whole)) : message;
  } catch {
    return message;
  }
}

/** A key beside a tool's schema: where it asks for a number that can't be sent, in words for who accepts tools. */
export const unsendable = "x-belay-unsendable";

/** Of a schema: what holds others by names that its author chose, which may be words of schemas themselves. */
const named: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);

/** Where in a message something stands. */
interface Place {
  /** Of keys alone, from the beginning of the message. */
  path: string;
  /** Within the schema of its tool (RFC 6901). */
  pointer: string;
  /** Its keys mean nothing here. */
  areNames: boolean;
  /** What was found in the schema of its tool that can't be sent; null: it stands in none. */
  lost: string[] | null;
}

/**
 * Of two readings of one message the plain one, with the exact one where a value is chosen or told. The rest are the
 * protocol's own numbers, ids and progress, and bounds, which must stay numbers.
 */
function joined(plain: unknown, exact: unknown, at: Place): unknown {
  if (Array.isArray(plain) && Array.isArray(exact)) {
    const inner = (index: number) => ({ ...at, pointer: `${at.pointer}/${index}` });
    return plain.map((member, index) => joined(member, exact[index], inner(index)));
  }
  if (!isObject(plain) || !isObject(exact)) return plain;
  return Object.fromEntries(
    Object.entries(plain).flatMap(([key, member]): [string, unknown][] => {
      const other = exact[key];
      const path = `${at.path}/${key}`;
      const pointer = `${at.pointer}/${escapePointer(key)}`;
      const here = { path, pointer, lost: at.lost, areNames: !at.areNames && named.has(key) };
      if (at.areNames) return [[key, joined(member, other, here)]];
      if (path === "/result/tools/inputSchema") return [[key, schemaOf(member, other, here)]];
      return ofKeyword(key, { member, other }, here);
    }),
  );
}

function schemaOf(plain: unknown, exact: unknown, at: Place): unknown {
  const lost: string[] = [];
  const schema = joined(plain, exact, { ...at, pointer: "", lost });
  const [first] = lost;
  return first === undefined || !isObject(schema) ? schema : { ...schema, [unsendable]: first };
}

function ofKeyword(
  key: string,
  { member, other }: { member: unknown; other: unknown },
  at: Place,
): [string, unknown][] {
  if (at.path === "/result/structuredContent") return [[key, other]];
  switch (key) {
    case "const":
    case "enum":
    case "multipleOf":
      // No argument can be it: one of so many digits is refused wherever it comes from.
      if (isOther(member, other)) at.lost?.push(`at ${at.pointer} for ${JSON.stringify(other)}`);
      return [[key, key === "multipleOf" ? member : other]];
    case "examples":
      return [[key, other]];
    case "default":
      // What stands in a form before anybody has typed: its field is a number, so a text would not be taken.
      return at.lost === null && isOther(member, other) ? [] : [[key, other]];
    default: {
      const isBound = typeof member === "number" && typeof other === "string";
      return [[key, (isBound ? heldBound(key, other) : null) ?? joined(member, other, at)]];
    }
  }
}

/** Whether the two readings of a value differ. */
function isOther(plain: unknown, exact: unknown): boolean {
  return JSON.stringify(plain) !== JSON.stringify(exact);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

/** Two ends of a line after one another, of either system. */
const boundary = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))/g;
const longestBoundary = 4;

/** The same for the body of an answer: one message, or a stream of events, each of which goes on as soon as it is whole. */
export function allDigits(isStream: boolean): Transform {
  let held: Buffer[] = [];
  let before = "";
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      held.push(piece);
      const seen = before + piece.toString("latin1");
      before = seen.slice(1 - longestBoundary);
      if (!isStream || seen.search(boundary) < 0) return done();
      const all = Buffer.concat(held);
      const end = endOfLast(all.toString("latin1"));
      const rest = all.subarray(end);
      held = [rest];
      before = rest.toString("latin1").slice(1 - longestBoundary);
      done(null, eventsWithAllDigits(read(all.subarray(0, end))));
    },
    flush(done) {
      const rest = Buffer.concat(held);
      done(null, isStream || rest.length === 0 ? rest : withAllDigits(read(rest)));
    },
  });
}

/** Without the mark that some write before their UTF-8, as the SDK reads it too. */
function read(bytes: Buffer): string {
  return new TextDecoder().decode(bytes);
}

function endOfLast(text: string): number {
  const last = [...text.matchAll(boundary)].at(-1);
  return last === undefined ? 0 : last.index + last[0].length;
}

function eventsWithAllDigits(text: string): string {
  if (withExactDigits(text) === text) return text;
  const events: string[] = [];
  let from = 0;
  for (const end of text.matchAll(boundary)) {
    const to = end.index + end[0].length;
    events.push(eventWithAllDigits(text.slice(from, to)));
    from = to;
  }
  return events.join("");
}

/** The message stands in its lines `data:`, one after the other. */
function eventWithAllDigits(event: string): string {
  const lines = event.split(/\r\n|\n|\r/);
  const data = lines.flatMap((line) => (line.startsWith("data:") ? [line.slice(5).replace(/^ /, "")] : []));
  const message = data.join("\n");
  const exact = withAllDigits(message);
  if (exact === message) return event;
  const others = lines.filter((line) => line !== "" && !line.startsWith("data:"));
  return [...others, `data: ${exact}`, "", ""].join("\n");
}

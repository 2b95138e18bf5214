/**
 * Messages of a server with all digits of their numbers. The SDK parses what it reads, and a number of more digits than
 * JavaScript keeps would come out as another one: as another account, or another order. So before the SDK reads it,
 * such numbers become text wherever a value is told to the model, as in the answers of HTTP tools.
 */
import { Transform } from "node:stream";
import { withExactDigits } from "../../src/core/text/digits.ts";

type Json = Readonly<Record<string, unknown>>;

/** What is no JSON is left for the reader to refuse. */
export function withAllDigits(message: string): string {
  const exact = withExactDigits(message);
  if (exact === message) return message;
  try {
    const plain: unknown = JSON.parse(message);
    return isObject(plain) ? JSON.stringify(joined(plain, JSON.parse(exact), "")) : message;
  } catch {
    return message;
  }
}

/** Of a schema: what holds others by names that its author chose, which may be words of schemas themselves. */
const named: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "dependentSchemas",
  "$defs",
  "definitions",
]);

/**
 * Of two readings of one message the plain one, with the exact one where a value is chosen or told. The rest are the
 * protocol's own numbers, ids and progress, and bounds, which must stay numbers. `areNames`: its keys mean nothing here.
 */
function joined(plain: unknown, exact: unknown, path: string, areNames = false): unknown {
  if (Array.isArray(plain) && Array.isArray(exact)) {
    return plain.map((member, index) => joined(member, exact[index], path));
  }
  if (!isObject(plain) || !isObject(exact)) return plain;
  return Object.fromEntries(
    Object.entries(plain).flatMap(([key, member]): [string, unknown][] => {
      const other = exact[key];
      const here = `${path}/${key}`;
      if (areNames) return [[key, joined(member, other, here)]];
      if (key === "const" || key === "enum" || here === "/result/structuredContent") return [[key, other]];
      // What stands in a form before anybody has typed: its field is a number, so a text would not be taken.
      if (key === "default" && JSON.stringify(member) !== JSON.stringify(other)) return [];
      return [[key, joined(member, other, here, named.has(key))]];
    }),
  );
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

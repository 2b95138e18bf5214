/** PostgreSQL's errors in words for the model: what is wrong, where, and what to do next. Never a password. */
import { DatabaseError } from "pg";
import { type Place, passwordsIn } from "./place.ts";

/** By SQLSTATE, the longest beginning first (postgresql.org/docs/current/errcodes-appendix.html). */
const advice = (name: string): readonly (readonly [code: string, next: string])[] => [
  ["25006", "this connection only reads; nothing was changed"],
  ["42501", "the connection's user may not see it: ask a person for the right, or ask something else"],
  ["42P01", `${name}_schema lists the tables and columns`],
  ["42703", `${name}_schema lists the tables and columns`],
  ["57014", `ask for less: a shorter time, a filter on an indexed column; explain: true shows the plan`],
  ["42601", "one SELECT, WITH, VALUES or TABLE is taken, and nothing else; correct it"],
  ["42", "correct the query"],
  ["22", "correct the query: a value in it can't be read or worked out"],
  ["53", "the server is short of something; try once more, then say so"],
];

/** `before`: how many characters of what was sent stand before the model's own SQL. */
export function refused(error: unknown, { name, url }: Place, sql: string, before: number): Error {
  const password = passwordsIn(url);
  if (!(error instanceof DatabaseError)) {
    const why = error instanceof Error ? error.message : String(error);
    const next = "so nothing is known, neither good nor bad; try once more, then say so";
    return new Error(hide(`${name} gave no answer: ${why}; ${next}`, password), { cause: error });
  }
  const { code = "", message, hint, position } = error;
  const next = advice(name).find(([beginning]) => code.startsWith(beginning))?.[1];
  const words = [
    `${name} refused (${code}): ${message.slice(0, 200)}`,
    position ? placeIn(sql, Number(position) - before) : null,
    hint ? `PostgreSQL's hint: ${hint.slice(0, 100)}` : null,
    next ? `Next: ${next}` : null,
  ];
  return new Error(hide(words.filter((part) => part !== null).join(". "), password), { cause: error });
}

/** Another query won't help: a person must look. */
export function noConnection(error: unknown, { name, url }: Place): Error {
  const why = whyOf(error);
  const next = "so nothing is known, neither good nor bad; try once more, then ask a person to check its URL";
  return new Error(hide(`${name} can't be reached: ${why.slice(0, 200)}; ${next}`, passwordsIn(url)));
}

/** Several addresses were tried: the first one's words. */
function whyOf(error: unknown): string {
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return first instanceof Error ? first.message : String(first);
}

/** `position` counts characters from 1, as PostgreSQL does. Null: it lies outside of the model's own SQL. */
function placeIn(sql: string, position: number): string | null {
  const characters = [...sql];
  if (position < 1 || position > characters.length + 1) return null;
  const lines = characters
    .slice(0, position - 1)
    .join("")
    .split("\n");
  const column = [...(lines.at(-1) ?? "")].length + 1;
  const rest = characters
    .slice(position - 1)
    .join("")
    .split("\n")[0];
  const found = rest ? JSON.stringify(rest.slice(0, 40).toWellFormed()) : "its end";
  return `At line ${lines.length}, column ${column} (character ${position}): ${found}`;
}

function hide(text: string, passwords: readonly string[]): string {
  return passwords.reduce((hidden, password) => hidden.replaceAll(password, "[password]"), text);
}

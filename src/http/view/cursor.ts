/** Where a list goes on: a time and an id, as text that a client gives back as it is. */
import { ProblemError } from "../guard/problems.ts";

/** The last row of a page: `at` in ms since the epoch. */
export interface Cursor {
  at: number;
  id: string;
}

export function cursorOf({ at, id }: Cursor): string {
  return Buffer.from(`${at} ${id}`).toString("base64url");
}

/** @throws ProblemError `validation_failed` for what is no cursor; `start` says where a list begins without one */
export function parseCursor(cursor: string, start: string): Cursor {
  const [, at, id] =
    /^(\d{1,16}) ([\x21-\x7e]{1,400})$/.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (at !== undefined && id !== undefined) return { at: Number(at), id };
  throw noCursor(start);
}

/** The place in a list whose ids are numbers. @throws ProblemError as above, also for a cursor of another list */
export function parseSeq(cursor: string, start: string): number {
  const { id } = parseCursor(cursor, start);
  if (/^\d{1,15}$/.test(id)) return Number(id);
  throw noCursor(start);
}

function noCursor(start: string): ProblemError {
  return new ProblemError(
    "validation_failed",
    `The cursor is not one of ours. Leave it out to start at the ${start}.`,
    { more: { errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }] } },
  );
}

/**
 * Records other than events as the text that is stored: each has a schema and a version, as events have.
 *
 * Version 1 is the bare value; a later one stands in an envelope, `{"v":2,"value":…}`. So whatever was written before
 * there were versions is version 1, and no record is rewritten by an upgrade.
 */
import type { z } from "zod";
import { UnreadableError } from "../ports/unreadable.ts";

/** Text in a column and the value it stands for, across versions. */
export interface RecordCodec<T> {
  encode(value: T): string;
  /**
   * `what` names the row in the error: `note schedule:nightly`, `post run_1/progress#0`.
   * @throws UnreadableError `storage_version` for what a newer release wrote, `storage_damaged` for what nobody wrote.
   */
  decode(text: string, what: string): T;
}

/** What a record's history needs: how version 1 was written, and one function per later version. */
export interface RecordOptions {
  /** The value of version 1 is a string and is stored as it is, without quotes. */
  bare?: true;
  /** Each lifts a value one version up, the first from 1 to 2. Kept for ever, as those of events are. */
  upcasters?: readonly ((value: unknown) => unknown)[];
}

/** Version 1 is the bare JSON, later ones are `{"v":n,"value":…}`. `encode` writes the newest. */
export function recordCodec<T>(
  schema: z.ZodType<T>,
  { bare, upcasters = [] }: RecordOptions = {},
): RecordCodec<T> {
  const newest = upcasters.length + 1;

  /** The value as it was stored and its version. */
  function opened(text: string): { v: number; value: unknown } {
    const envelope = text.startsWith('{"v":') ? JSON.parse(text) : null;
    if (typeof envelope?.v === "number" && "value" in envelope) return envelope;
    return { v: 1, value: bare ? text : JSON.parse(text) };
  }

  return {
    encode(value) {
      if (newest > 1) return JSON.stringify({ v: newest, value });
      return bare ? String(value) : JSON.stringify(value);
    },
    decode(text, what) {
      let version = 1;
      try {
        const { v, value } = opened(text);
        version = v;
        if (v <= newest) return schema.parse(upcasters.slice(v - 1).reduce((old, up) => up(old), value));
      } catch (cause) {
        const message = `${what} can't be read: it is damaged; restore a backup`;
        throw new UnreadableError("storage_damaged", message, { what, cause });
      }
      const message = `${what} has shape ${version}, which this release does not know: upgrade`;
      throw new UnreadableError("storage_version", message, { what });
    },
  };
}

/** A store as its bare tables, to move everything that a bot knows to another place. */

/** One record by column; numbers as their digits. */
export type Cells = Readonly<Record<string, string | null>>;

/** Held against bots until `close`. Both dialects have the same tables and columns. */
export interface WholeStore {
  /** Sorted. */
  tables(): Promise<string[]>;
  /** All records of a table, in parts, in no order. */
  read(table: string): AsyncIterable<Cells[]>;
  /** Seen by nobody before `finish`; what was not finished is gone with `close`. */
  write(table: string, rows: readonly Cells[]): Promise<void>;
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** So many records of a table are held at once. Files have up to 7 MB each, and a text of V8's has 512 MB at most. */
export function rowsAtOnce(table: string): number {
  return table === "attachments" ? 8 : 1_000;
}

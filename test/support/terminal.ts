/** A terminal for tests: streams that say they are one, and a screen that obeys what is written to it. */
import { PassThrough } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";

export interface TestTerminal {
  input: ReadStream;
  output: WriteStream;
  type(text: string): void;
  /** What stands on the screen, without the empty rows at the end. */
  rows(): string[];
  resize(columns: number, rows: number): void;
}

export function testTerminal(columns: number, rows: number): TestTerminal {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const glass = new Glass(columns, rows);
  const output = Object.assign(new PassThrough(), { isTTY: true, columns, rows, hasColors: () => false });
  output.write = (chunk: unknown) => {
    glass.write(String(chunk));
    return true;
  };
  return {
    // Only what a screen uses of them is there.
    input: input as unknown as ReadStream,
    output: output as unknown as WriteStream,
    type: (text) => void input.write(text),
    rows: () => glass.rows(),
    resize(newColumns, newRows) {
      Object.assign(output, { columns: newColumns, rows: newRows });
      glass.resize(newColumns, newRows);
      output.emit("resize");
    },
  };
}

/** Rows of letters and a cursor: new lines, carriage returns, and the few escapes that are in use. */
class Glass {
  #columns: number;
  #rows: number;
  #lines: string[][] = [[]];
  /** Row within `lines`, and column. */
  #at = { row: 0, column: 0 };

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
  }

  rows(): string[] {
    const shown = this.#lines.slice(-this.#rows).map((line) => line.join("").trimEnd());
    while (shown.at(-1) === "") shown.pop();
    return shown;
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal reads them
    for (const [token] of text.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|[\s\S]/gu)) this.#obey(token);
  }

  #obey(token: string): void {
    const count = Number.parseInt(token.slice(2), 10);
    const top = Math.max(0, this.#lines.length - this.#rows);
    const kind = token.length > 1 ? token.at(-1) : token;
    if (kind === "\r") this.#at.column = 0;
    else if (kind === "\n") this.#down();
    else if (kind === "\t") this.#at.column += 8 - (this.#at.column % 8);
    else if (token.length === 1) this.#put(token);
    else if (kind === "A") this.#at.row = Math.max(top, this.#at.row - (count || 1));
    else if (kind === "B") this.#at.row += count || 1;
    else if (kind === "C") this.#at.column += count || 1;
    else if (kind === "D") this.#at.column = Math.max(0, this.#at.column - (count || 1));
    else if (kind === "G") this.#at.column = (count || 1) - 1;
    else if (kind === "H") this.#at = { row: top, column: 0 };
    else if (token === "\u001b[2J") this.#lines = this.#lines.slice(0, top).concat([[]]);
    else if (kind === "J") this.#clear();
    else if (kind !== "h" && kind !== "l" && kind !== "K")
      throw new Error(`unknown: ${JSON.stringify(token)}`);
  }

  #clear(): void {
    const line = this.#lines[this.#at.row]?.slice(0, this.#at.column) ?? [];
    const height = this.#lines.length;
    this.#lines = [...this.#lines.slice(0, this.#at.row), line];
    // Clearing scrolls nothing.
    while (this.#lines.length < height) this.#lines.push([]);
  }

  #down(): void {
    this.#at = { row: this.#at.row + 1, column: 0 };
    if (this.#at.row >= this.#lines.length) this.#lines.push([]);
  }

  #put(letter: string): void {
    if (this.#at.column >= this.#columns) this.#down();
    const line = this.#lines[this.#at.row] ?? [];
    while (line.length < this.#at.column) line.push(" ");
    line[this.#at.column] = letter;
    this.#lines[this.#at.row] = line;
    this.#at.column += 1;
  }
}

/** The chat on a terminal: finished lines scroll up, what still changes is redrawn above the input line. */
import { createInterface, type Interface } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { type Line, paint, rowsOf, span, wrap } from "./line.ts";
import { LinesAtOnce } from "./lines-at-once.ts";
import { marksOff, marksOn, PasteMarks, withLineEnds } from "./pasted.ts";
import type { Surface } from "./surface.ts";

/** Node's streams of a terminal; `output` tells its width in columns. */
export interface ScreenOptions {
  input: Pick<ReadStream, "isTTY" | "setRawMode"> & NodeJS.ReadableStream;
  output: WriteStream;
  /** Lines that were pasted at once come as one text. */
  onText(text: string): void;
  /** Ctrl-C, Ctrl-D. */
  onEnd(): void;
}

/** A piece of the chat as it was painted: rows from top to bottom. */
interface Entry {
  id: string | null;
  lines: readonly Line[];
  rows: string[];
}

/** Pieces that are remembered; older ones are beyond any screen. */
const kept = 200;

/** A terminal that was given no size (in a container, or by a program that plays a person) says 0. */
const usualColumns = 80;

/** Redraws with cursor movements: for a terminal, not for a pipe. */
export class TerminalScreen implements Surface {
  readonly #options: ScreenOptions;
  readonly #keys: PasteMarks;
  readonly #typed: Interface;
  #entries: Entry[] = [];
  #prompt = "› ";
  readonly #lines: LinesAtOnce;
  #closed = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    const { input, output } = options;
    this.#keys = new PasteMarks((mode) => void input.setRawMode(mode));
    input.pipe(this.#keys);
    output.write(marksOn);
    const line = { input: this.#keys, output, terminal: true, prompt: this.#prompt, historySize: 200 };
    this.#typed = createInterface(line);
    this.#lines = new LinesAtOnce(
      () => this.#typed.line === "",
      (text) => this.#onLines(text),
    );
    this.#typed.on("line", (text) => this.#onLine(text));
    this.#typed.on("SIGINT", () => options.onEnd());
    this.#typed.on("close", () => {
      this.#lines.flush();
      if (!this.#closed) options.onEnd();
    });
    // A window that was closed can be neither read nor written any more.
    input.on("error", () => options.onEnd());
    output.on("error", () => options.onEnd());
    output.on("resize", this.#onResize);
    this.#typed.prompt();
  }

  put(id: string, lines: readonly Line[]): void {
    const index = this.#entries.findIndex((entry) => entry.id === id);
    const found = this.#entries[index];
    const fresh = this.#entry(id, lines);
    if (found?.rows.join("\n") === fresh.rows.join("\n")) return;
    if (this.#closed) {
      // Nothing is redrawn any more, and what is said now is the last that is.
      this.#draw(this.#entries.length, [fresh]);
      return;
    }
    if (found && this.#heightFrom(index) <= this.#reach()) {
      this.#draw(index, [fresh, ...this.#entries.slice(index + 1)]);
      return;
    }
    // It scrolled out, where nothing can be redrawn: what it became is said below, once it is no mere progress.
    if (found && lines.some((line) => line.passing)) return;
    if (found) found.id = null;
    this.#draw(this.#entries.length, [fresh]);
  }

  tell(lines: readonly Line[]): void {
    this.#draw(this.#entries.length, [this.#entry(null, lines)]);
  }

  expect(prompt: string, prefill = ""): void {
    this.#prompt = prompt;
    if (this.#closed) return;
    this.#draw(this.#entries.length, []);
    if (prefill !== "") this.#typed.write(prefill);
  }

  close(): void {
    if (this.#closed) return;
    this.#erase(0);
    this.#closed = true;
    this.#options.output.off("resize", this.#onResize);
    this.#typed.close();
    this.#options.input.unpipe(this.#keys);
    this.#options.output.write(marksOff);
  }

  #entry(id: string | null, lines: readonly Line[]): Entry {
    const columns = Math.max(20, this.#columns() - 1);
    const colours = this.#options.output.hasColors();
    const rows = lines.flatMap((line) => wrap(line, columns)).map((row) => paint(row, colours));
    return { id, lines, rows: [...rows, ""] };
  }

  #columns(): number {
    return this.#options.output.columns || usualColumns;
  }

  /** Replaces everything from this entry on; of the new rows the last `room` are written. */
  #draw(from: number, entries: readonly Entry[], room = Number.POSITIVE_INFINITY): void {
    const all = entries.flatMap((entry) => entry.rows);
    const rows = all.slice(Math.max(0, all.length - room));
    const height = this.#heightFrom(from);
    this.#entries = [...this.#entries.slice(0, from), ...entries].slice(-kept);
    if (this.#closed) {
      this.#options.output.write(rows.map((row) => `${row}\n`).join(""));
      return;
    }
    this.#erase(height);
    // readline goes up by as many rows as it believes to be below its prompt before it draws the line again.
    const { prevRows = 0 } = this.#typed as Interface & { prevRows?: number };
    this.#options.output.write(rows.map((row) => `${row}\n`).join("") + "\n".repeat(prevRows));
    this.#typed.setPrompt(this.#prompt);
    this.#typed.prompt(true);
  }

  /** Clears the line being typed and `height` rows above it. */
  #erase(height: number): void {
    const up = this.#typed.getCursorPos().rows + height;
    this.#options.output.write(`\r${up > 0 ? `\u001b[${up}A` : ""}\u001b[0J`);
  }

  #heightFrom(index: number): number {
    return this.#entries.slice(index).reduce((sum, entry) => sum + entry.rows.length, 0);
  }

  /** Rows above the typed line that are still on the screen. */
  #reach(): number {
    return Math.max(0, this.#options.output.rows - 1 - this.#typed.getCursorPos().rows);
  }

  #onLine(text: string): void {
    if (this.#closed) return;
    const { output } = this.#options;
    // The typed line stands above the cursor: it becomes a piece of the chat.
    const height = rowsOf(this.#prompt + text, this.#columns());
    output.write(`\u001b[${height}A\u001b[0J`);
    this.#lines.add(withLineEnds(text));
  }

  #onLines(all: string): void {
    if (all.trim() !== "") this.tell([{ spans: [span(`› ${all}`, "dim")], indent: 0, passing: false }]);
    else this.#draw(this.#entries.length, []);
    this.#options.onText(all);
  }

  /** The terminal has wrapped everything anew: the newest rows that fit are drawn onto an empty screen. */
  #onResize = (): void => {
    if (this.#closed) return;
    const entries = this.#entries.map(({ id, lines }) => this.#entry(id, lines));
    this.#options.output.write("\u001b[2J\u001b[H");
    // Also what does not fit is remembered: a wider screen shows it again.
    this.#entries = [];
    this.#draw(0, entries, this.#reach());
  };
}

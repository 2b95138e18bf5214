/** Cuts a stream of bytes into lines, each byte looked at once: a long line costs no more than many short ones. */

const newline = 0x0a;

export class Lines {
  readonly #most: number;
  #pieces: Buffer[] = [];
  #held = 0;

  /** `most`: bytes of one line. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The lines that this piece completes, as UTF-8; null: one is too long, and nothing more can be read. */
  take(piece: Buffer): string[] | null {
    const lines: string[] = [];
    let rest = piece;
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      if (this.#held + end > this.#most) return null;
      lines.push(Buffer.concat([...this.#pieces, rest.subarray(0, end)]).toString());
      this.clear();
      rest = rest.subarray(end + 1);
    }
    this.#pieces.push(rest);
    this.#held += rest.length;
    return this.#held > this.#most ? null : lines;
  }

  clear(): void {
    this.#pieces = [];
    this.#held = 0;
  }
}

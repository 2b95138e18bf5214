/** Lines that come at once are one text: a terminal that marks no paste gives a long one in several pieces. */

/** ms; nobody types a line in it, and the pieces of a paste follow each other sooner. */
const togetherMs = 50;

export class LinesAtOnce {
  readonly #isWhole: () => boolean;
  readonly #take: (text: string) => void;
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `isWhole`: no line is begun; the rest of one that was cut belongs to the same text. */
  constructor(isWhole: () => boolean, take: (text: string) => void) {
    this.#isWhole = isWhole;
    this.#take = take;
  }

  /** Nothing came that was not taken. */
  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  add(line: string): void {
    this.#lines.push(line);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // Its end comes with a key, and this is tried again.
      if (this.#isWhole()) this.flush();
    }, togetherMs);
  }

  /** Nothing more comes. */
  flush(): void {
    clearTimeout(this.#timer);
    const lines = this.#lines;
    this.#lines = [];
    if (lines.length > 0) this.#take(lines.join("\n"));
  }
}

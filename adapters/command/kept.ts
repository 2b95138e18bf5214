/** The beginning of a stream of bytes. */

/** Keeps so many bytes, and counts the rest. */
export class Kept {
  omitted = 0;
  readonly #most: number;
  readonly #pieces: Buffer[] = [];
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(piece: Buffer): void {
    const kept = piece.subarray(0, this.#most - this.#size);
    // Also of an empty part the whole piece would stay in memory: of a program without an end, all that it wrote.
    if (kept.length > 0) this.#pieces.push(kept);
    this.#size += kept.length;
    this.omitted += piece.length - kept.length;
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString();
  }
}

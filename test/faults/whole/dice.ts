/** A small seeded generator, so that a failing sequence of choices can be tried again. Moments are never the same twice. */

export class Dice {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed;
  }

  /** At least 0 and below 1 (mulberry32). */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Of 100 throws so many are true. */
  chance(percent: number): boolean {
    return this.number() * 100 < percent;
  }

  of<T>(...list: [T, ...T[]]): T {
    return list[Math.floor(this.number() * list.length)] ?? list[0];
  }
}

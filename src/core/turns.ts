/** Runs tasks in turns: those of one key one after another, those of different keys side by side. */

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * Begins the task when all earlier ones of its key have come back or failed; resolves and rejects as the task does.
   * Keys that nobody uses are forgotten.
   */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(key) ?? Promise.resolve()).then(task, task);
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }

  /** Resolves when what was begun so far is over, well or not. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#last.values());
  }
}

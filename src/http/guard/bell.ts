/** A bell between whoever waits and whoever has news: one ring is remembered, so that none is lost between two waits. */
export class Bell {
  #rung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** True when it rang; false after `ms` or when the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#rung && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      const giveUp = () => resolve();
      signal.addEventListener("abort", giveUp);
      this.#wake = giveUp;
      await promise;
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUp);
    }
    const rung = this.#rung;
    this.#rung = false;
    this.#wake = null;
    return rung;
  }
}

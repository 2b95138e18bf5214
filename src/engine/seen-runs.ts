/** What the runs of this process have seen, kept for the next question about them: only new events are read. */
import { Seen } from "../core/origin/seen.ts";
import type { Store } from "../core/ports/store.ts";

/** The texts of so many runs are held; the one that was asked for longest ago goes first. */
const kept = 16;

export class SeenRuns {
  readonly #runs = new Map<string, Seen>();
  readonly #store: Pick<Store, "read">;

  constructor(store: Pick<Store, "read">) {
    this.#store = store;
  }

  /** What the log held before is looked for no more. */
  drop(runId: string): void {
    this.#runs.delete(runId);
  }

  /** Everything that the log holds now, in the order in which it came. */
  async of(runId: string): Promise<Seen> {
    const seen = this.#runs.get(runId) ?? new Seen();
    this.#runs.delete(runId);
    this.#runs.set(runId, seen);
    const { version } = seen;
    seen.add(await this.#store.read(runId, version), version);
    const oldest = this.#runs.keys().next().value;
    if (this.#runs.size > kept && oldest !== undefined) this.#runs.delete(oldest);
    return seen;
  }
}

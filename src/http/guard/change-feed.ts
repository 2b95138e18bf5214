/** What changes in all runs, read once per process however many look on. */
import type { QuestionCount } from "../../core/ports/runs.ts";
import { type ListedRun, listedRuns } from "../../core/store/listed-runs.ts";
import type { Engine } from "../../engine/engine.ts";

/** Changes of so long are told together. */
const paceMs = 100;
/** It is looked again after so long without a change: for what other processes committed while the line was lost. */
const lookMs = 10_000;
/** Of so many runs it is told at once; of the others right after. */
const runsAtOnce = 500;

/** Reads while somebody follows, one read at a time. */
export class ChangeFeed {
  readonly #engine: Pick<Engine, "store" | "watch">;
  readonly #followers = new Set<Follower>();
  readonly #changed = new Set<string>();
  #counts: readonly QuestionCount[] | null = null;
  #reading: Promise<void> | null = null;
  #again = false;
  #end = () => {};

  constructor(engine: Pick<Engine, "store" | "watch">) {
    this.#engine = engine;
  }

  /** From now on `follower` hears of every change, and at once how many questions are open. Returns what ends it. */
  join(follower: Follower, ring: () => void): () => void {
    follower.ring = ring;
    this.#followers.add(follower);
    if (this.#followers.size === 1) this.#begin();
    if (this.#counts) follower.hear([], this.#counts);
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size > 0) return;
      this.#end();
      this.#counts = null;
      this.#changed.clear();
    };
  }

  #begin(): void {
    const unwatch = this.#engine.watch(({ runId }) => {
      this.#changed.add(runId);
      this.#poke();
    });
    const timer = setInterval(() => this.#poke(), lookMs);
    timer.unref();
    this.#end = () => {
      unwatch();
      clearInterval(timer);
    };
    this.#poke();
  }

  #poke(): void {
    this.#again = true;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
      if (this.#again) this.#poke();
    });
  }

  async #read(): Promise<void> {
    this.#again = false;
    if (this.#followers.size === 0) return;
    const runIds = [...this.#changed].slice(0, runsAtOnce);
    for (const runId of runIds) this.#changed.delete(runId);
    if (this.#changed.size > 0) this.#again = true;
    const { store } = this.#engine;
    try {
      const rows = runIds.length > 0 ? await store.runs({ runIds, limit: runIds.length }) : [];
      const listed = await listedRuns(store, rows);
      this.#counts = await store.countOpenQuestions();
      for (const follower of this.#followers) follower.hear(listed, this.#counts);
    } catch (error) {
      // Each connects again, and then reads its lists anew.
      for (const follower of this.#followers) follower.fail(error);
    }
    await new Promise((resolve) => setTimeout(resolve, paceMs).unref());
  }
}

/** What one stream has heard and not yet told. Of each run it is the newest row alone. */
export class Follower {
  readonly #rows = new Map<string, ListedRun>();
  #counts: readonly QuestionCount[] | null = null;
  #failure: { error: unknown } | null = null;
  /** Called when there is something to take. */
  ring = () => {};

  hear(rows: readonly ListedRun[], counts: readonly QuestionCount[]): void {
    for (const row of rows) this.#rows.set(row.runId, row);
    this.#counts = counts;
    this.ring();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.ring();
  }

  /** What changed since it was last asked; `counts` null: nothing is known yet. Throws what made the reading fail. */
  take(): { rows: ListedRun[]; counts: readonly QuestionCount[] | null } {
    if (this.#failure) throw this.#failure.error;
    const rows = [...this.#rows.values()];
    this.#rows.clear();
    return { rows, counts: this.#counts };
  }
}

/** The folded runs whose questions somebody looks at: read once per version, however many look. */
import type { RunRow } from "../../core/ports/runs.ts";
import type { State } from "../../core/state.ts";
import type { Engine } from "../../engine/engine.ts";

/** Two full pages of questions. */
const kept = 400;

/** A memory only; what was looked at longest ago is forgotten first. */
export class FoldedRuns {
  readonly #engine: Pick<Engine, "state">;
  readonly #known = new Map<string, { version: number; state: Promise<State | null> }>();

  constructor(engine: Pick<Engine, "state">) {
    this.#engine = engine;
  }

  /** The run at the version of its row, or newer. Rejects with UnreadableError. */
  async at({ runId, version }: Pick<RunRow, "runId" | "version">): Promise<State | null> {
    const known = this.#known.get(runId);
    if (known && known.version >= version) return known.state;
    const state = this.#engine.state(runId);
    this.#known.delete(runId);
    this.#known.set(runId, { version, state });
    const [oldest] = this.#known.keys();
    if (this.#known.size > kept && oldest !== undefined) this.#known.delete(oldest);
    state.catch(() => this.#known.delete(runId));
    return state;
  }
}

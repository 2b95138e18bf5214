/** The folded states of runs that are being worked on, remembered at their version: no step reads the log again. */
import type { RunEvent } from "../core/event.ts";
import type { Store } from "../core/ports/store.ts";
import { initial } from "../core/reduce/launch.ts";
import { fold } from "../core/reduce/reduce.ts";
import type { State } from "../core/state.ts";

/** A run at one version; both parts are replaced together by the next commit. */
export interface LiveRun {
  state: State;
  /** Post id → body as JSON with its address: what the outbox is known to hold. */
  posted: Map<string, string>;
}

/** Resting runs are forgotten first; nothing is held for a run that waits. */
const kept = 256;

/** A memory only: it may be behind what another process committed, and the commit's version check finds out. */
export class Live {
  readonly #runs = new Map<string, LiveRun>();
  readonly #store: Pick<Store, "read">;

  constructor(store: Pick<Store, "read">) {
    this.#store = store;
  }

  /** The newest state this process knows; read from the log when it knows none. */
  async load(runId: string): Promise<LiveRun> {
    const known = this.#runs.get(runId);
    if (known) return known;
    const events: RunEvent[] = await this.#store.read(runId);
    return { state: fold(events, initial), posted: new Map() };
  }

  /** The state as the log has it now: another process may have added to what this one remembers. */
  async newest(runId: string): Promise<State> {
    const known = this.#runs.get(runId)?.state ?? initial;
    const newest = fold(await this.#store.read(runId, known.version), known);
    // Old news is no memory: whoever goes by it goes round in circles.
    if ((this.#runs.get(runId)?.state.version ?? newest.version) < newest.version) this.#runs.delete(runId);
    return newest;
  }

  /** A log that was read elsewhere, from its beginning. Returns the newest state that is known then. */
  learn(runId: string, log: readonly RunEvent[]): State {
    const state = fold(log, initial);
    const known = this.#runs.get(runId)?.state;
    if (known && known.version >= state.version) return known;
    this.remember(runId, { state, posted: new Map() }, false);
    return state;
  }

  remember(runId: string, run: LiveRun, resting: boolean): void {
    this.#runs.delete(runId);
    if (resting) return;
    this.#runs.set(runId, run);
    if (this.#runs.size <= kept) return;
    const oldest = this.#runs.keys().next().value;
    if (oldest !== undefined && oldest !== runId) this.#runs.delete(oldest);
  }

  forget(runId: string): void {
    this.#runs.delete(runId);
  }
}

/** Wake-ups: a process that shares its store with others is told what is due, and does not look by itself. */

/** A run is due, or was when this was written. */
export interface RunWakeUp {
  runId: string;
  /** When (ms since the epoch), by the clock that all share: it has come. */
  dueAt: number;
  /** Of the run when this was written: whoever claimed it later has seen what woke it. null: not known. */
  epoch: number | null;
}

/**
 * What a process does when something is due. A wake-up is a hint: it may come twice, or for what another process has
 * taken meanwhile.
 */
export interface WhenDue {
  /** Claims the run and drives it until it rests; null: this process drives none. */
  run: ((wakeUp: RunWakeUp) => Promise<void>) | null;
  /** Runs that this process can't read: others may. */
  left: () => readonly string[];
  /** Channels whose posts this process sends and whose messages it works off, by name. */
  channels: () => readonly string[];
  /** Posts may be due. */
  posts: () => void;
  /** Messages may have arrived. */
  inbox: () => void;
}

/**
 * The store writes a wake-up down in the transaction that makes something due; `start` begins to hear them, in every
 * process that works.
 */
export interface Wakes {
  /** Resolves when it listens, or has tried to: it goes on trying by itself until `stop`. */
  start(due: WhenDue): Promise<void>;
  /** This process wrote down what is due at `at` (ms since the epoch): then it is told without delay. */
  soon(at: number): void;
  /** `channels` of `start` may have changed. */
  refresh(): void;
  /** No other process on the store drives runs, by the last look; false also when that is not known. */
  worksAlone(): boolean;
  /** Tells of nothing new at once; resolves when all that was told is done. */
  stop(): Promise<void>;
}

/** Records that can't be read: each is logged once, listed in /health, and left alone by this process. */
import type { Logger } from "pino";
import { UnreadableError } from "../core/ports/unreadable.ts";

/** At most so many are listed; all of them are in the log. */
const kept = 100;

/** In memory: a restart reads everything again and finds out anew. */
export class UnreadableRecords {
  readonly #log: Pick<Logger, "error">;
  readonly #messages = new Map<string, string>();
  /** By the run: why. */
  readonly #left = new Map<string, string>();

  constructor(log: Pick<Logger, "error">) {
    this.#log = log;
  }

  /** Safe to call for the same record again and again. */
  tell(error: UnreadableError): void {
    if (this.#messages.has(error.what)) return;
    if (this.#messages.size < kept) this.#messages.set(error.what, error.message);
    this.#log.error({ err: error, what: error.what }, "a record can't be read, all others go on");
  }

  /** Runs that this process claims no more. */
  get left(): readonly string[] {
    return [...this.#left.keys()];
  }

  /** The run needs a record that can't be read; a process that starts later may know better. */
  leave(runId: string, error: UnreadableError): void {
    this.tell(error);
    this.#left.set(runId, error.message);
    this.#log.error({ run: runId, what: error.what }, "run left as it is");
  }

  /** null: as far as this process knows, the run's records can be read. */
  whyLeft(runId: string): string | null {
    return this.#left.get(runId) ?? this.#messages.get(`run ${runId}`) ?? null;
  }

  /** The run has ended, here or elsewhere: one that could not be read ends by being forgotten. */
  drop(runId: string): void {
    this.#messages.delete(`run ${runId}`);
    this.#left.delete(runId);
  }

  /** null when it needs a record that can't be read: a list goes on without it. */
  async orNull<T>(wanted: Promise<T>): Promise<T | null> {
    try {
      return await wanted;
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      this.tell(error);
      return null;
    }
  }

  /** Since the start of this process, oldest first. */
  list(): { what: string; message: string }[] {
    return [...this.#messages].map(([what, message]) => ({ what, message }));
  }
}

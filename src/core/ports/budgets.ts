/** Budgets that all processes on one store share: so much of something in a time, whoever of them spends it. */

/** `burst` at once after a quiet time, and one more each `everyMs`. The same in every process. */
interface Budget {
  burst: number;
  everyMs: number;
}

/**
 * By name, e.g. `slack/T1/posts/C1`. A process that is alone on its store needs none: what it counts by itself is all
 * there is. Never rejects: where the others can't be asked everything is granted, and what each process counts by
 * itself holds.
 */
export interface Budgets {
  /**
   * Takes up to `most`, in one step over all processes. `taken` is 0 when there is none; then `waitMs` says in how
   * many ms there is one again.
   */
  take(name: string, budget: Budget, most: number): Promise<{ taken: number; waitMs: number }>;
  /** Nobody gets any for so many ms, an hour at most, and then one: the other side has said so. */
  pause(name: string, budget: Budget, ms: number): Promise<void>;
  /** Lets go of what it asks with. */
  close(): Promise<void>;
}

/** Group commit: steps of several runs that come at once are written by one statement. */
import type { Pool } from "pg";
import type { Commit } from "../../src/core/ports/commit.ts";
import { stepsStatement } from "./commit-statement.ts";
import { withClient } from "./connection.ts";
import { send } from "./statement.ts";

/** In one statement, at most. */
const stepsAtOnce = 64;
/** Of all texts in one statement, unless its first step alone has more: a large result keeps few others waiting. */
const charactersAtOnce = 1_000_000;
/** Side by side, at most: while these are on their way, what comes waits and goes together. */
const statementsAtOnce = 2;

/** `sent`: told when it leaves this process. */
interface Waiting {
  step: Commit;
  sent: () => void;
  resolve: (written: boolean) => void;
  reject: (error: unknown) => void;
}

/** A commit of a worker about its run alone. */
export function isStep({ expect, epoch, inbox, only, forgets, wake, addresses }: Commit): boolean {
  const isMore = inbox !== null || only !== undefined || forgets !== undefined;
  return expect > 0 && epoch !== null && !isMore && wake.length === 0 && addresses.length === 0;
}

/**
 * A step is in one of these states: *alone*, when it comes while no other one is on its way: it has a statement of its
 * own, at once; *waiting*, else, till the end of the turn of the event loop, and until one of two statements is free;
 * *together*, with all that waited. A statement of several waits for no run's lock, so a run that somebody has locked
 * keeps no other one waiting.
 */
export class Group {
  readonly #pool: Pool;
  #waiting: Waiting[] = [];
  #isAlone = false;
  #together = 0;
  #turn: NodeJS.Immediate | null = null;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** False: another one is on its way. */
  get isIdle(): boolean {
    return !this.#isAlone && this.#together === 0 && this.#waiting.length === 0;
  }

  /** Those that come before this one has ended go together. */
  async alone<T>(write: () => Promise<T>): Promise<T> {
    this.#isAlone = true;
    try {
      return await write();
    } finally {
      this.#isAlone = false;
    }
  }

  /**
   * False: it was not written, for a reason that its own statement can tell. Rejects when the statement failed: then
   * none of its steps was written, unless the answer was lost.
   */
  write(step: Commit, sent: () => void): Promise<boolean> {
    return new Promise<boolean>((resolve, reject) => {
      this.#waiting.push({ step, sent, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#turn !== null || this.#waiting.length === 0 || this.#together >= statementsAtOnce) return;
    this.#turn = setImmediate(() => {
      this.#turn = null;
      const together = this.#waiting.splice(0, countOfNext(this.#waiting));
      this.#together++;
      void this.#send(together).finally(() => {
        this.#together--;
        this.#next();
      });
      this.#next();
    });
  }

  async #send(together: readonly Waiting[]): Promise<void> {
    try {
      const { rows } = await withClient(this.#pool, (client) => {
        for (const { sent } of together) sent();
        return send<{ n: string }>(client, stepsStatement(together.map(({ step }) => step)));
      });
      const written = new Set(rows.map(({ n }) => Number(n)));
      for (const [n, { resolve }] of together.entries()) resolve(written.has(n));
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }
}

/** How many of those that wait go into one statement. */
function countOfNext(waiting: readonly Waiting[]): number {
  let characters = 0;
  for (const [n, { step }] of waiting.entries()) {
    characters += charactersIn(step.events) + charactersIn(step.posts);
    if (n > 0 && characters > charactersAtOnce) return n;
    if (n + 1 === stepsAtOnce) return stepsAtOnce;
  }
  return waiting.length;
}

/** Of all texts in it: they are what can be large. */
function charactersIn(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part: unknown) => sum + charactersIn(part), 0);
}

/** Group commit: what is written in one turn of the event loop shares one transaction, and one fsync. */
import type Database from "better-sqlite3";
import { storeErrorOf } from "./errors.ts";

/** Runs a synchronous job in the next shared transaction; resolves only after its COMMIT. */
export type Write = <T>(job: () => T) => Promise<T>;

interface Job {
  run(): unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** `write` resolves after the fsync; when the shared transaction fails, each write of it rejects. */
export interface Group {
  write: Write;
  /** Writes what was accepted; whatever comes later is refused. */
  end(): void;
}

/**
 * Jobs check before they write, so a refused one leaves nothing behind. When one throws, the whole transaction
 * is undone and each job gets a transaction of its own: only the one that throws again is rejected. When the
 * disk is full or the file damaged, all of them are.
 */
export function groupCommit(client: Database.Database): Group {
  const begin = client.prepare("BEGIN IMMEDIATE");
  const commit = client.prepare("COMMIT");
  const rollback = client.prepare("ROLLBACK");
  let jobs: Job[] = [];
  let ended = false;

  // Synchronous on purpose: no await can fall between BEGIN and COMMIT on the one connection.
  function transact(batch: readonly Job[]): void {
    begin.run();
    let results: unknown[];
    try {
      results = batch.map((job) => job.run());
      commit.run();
    } catch (error) {
      // SQLite has rolled back by itself after some errors (a full disk).
      if (client.inTransaction) rollback.run();
      throw error;
    }
    for (const [index, job] of batch.entries()) job.resolve(results[index]);
  }

  function attempt(batch: readonly Job[]): void {
    try {
      transact(batch);
    } catch (error) {
      const known = storeErrorOf(error, client.name);
      if (batch.length === 1 || known !== error) for (const job of batch) job.reject(known);
      else for (const job of batch) attempt([job]);
    }
  }

  function flush(): void {
    const batch = jobs;
    jobs = [];
    if (batch.length > 0) attempt(batch);
  }

  return {
    write<T>(run: () => T): Promise<T> {
      if (ended) return Promise.reject(new Error("the store is closed"));
      return new Promise<T>((resolve, reject) => {
        if (jobs.length === 0) setImmediate(flush);
        jobs.push({ run, resolve: (value) => resolve(value as T), reject });
      });
    },
    end() {
      ended = true;
      flush();
    },
  };
}

/** The golden runs by their tasks, and a store of which one can wait for something to be true. */
import type { RunRow } from "../../../src/core/ports/runs.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { fold } from "../../../src/core/reduce/reduce.ts";
import type { State } from "../../../src/core/state.ts";

export type Found = Map<string, { row: RunRow; state: State }>;

export async function runsOf(store: Store): Promise<Found> {
  const rows = await store.runs({ limit: 1000 });
  const entries = rows.map(async (row) => {
    const state = fold(await store.read(row.runId));
    return [row.task, { row, state }] as const;
  });
  return new Map(await Promise.all(entries));
}

export function named(found: Found, task: string): { row: RunRow; state: State } {
  const one = found.get(task);
  if (!one) throw new Error(`no golden run: ${task}`);
  return one;
}

/** The same store, of which one can wait for something to be true: it is looked at again after each settled row. */
export function watched(store: Store): {
  store: Store;
  until: (holds: () => Promise<boolean>) => Promise<void>;
} {
  let next = Promise.withResolvers<void>();
  const telling =
    <A extends unknown[], R>(go: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await go(...args);
      next.resolve();
      next = Promise.withResolvers<void>();
      return result;
    };
  return {
    store: {
      ...store,
      settleInbox: telling(store.settleInbox),
      finishDelivery: telling(store.finishDelivery),
    },
    async until(holds) {
      for (;;) {
        const changed = next.promise;
        if (await holds()) return;
        await changed;
      }
    },
  };
}

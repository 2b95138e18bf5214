/** Writing what happened, whatever trouble the store is in for a moment. */
import { StoreError } from "../../core/ports/store-error.ts";
import { backoffMs, pause, type Rng } from "../backoff.ts";

/** Tried again while the store is busy, full or closed to us, which an operator mends, until the run is given up here. */
export async function overTroubles<T>(
  on: { rng: Rng; signal: AbortSignal },
  write: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      const passes = error instanceof StoreError && /^storage_(?:busy|full|refused)$/.test(error.code);
      if (!passes || on.signal.aborted) throw error;
      await pause(backoffMs(attempt, null, on.rng, 200, 10_000), on.signal);
    }
  }
}

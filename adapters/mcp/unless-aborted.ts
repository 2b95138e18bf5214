/** Waits for work no longer than its signal allows. */

/** Rejects with these words once the signal is aborted; the work itself may go on, and its failure is heard by nobody. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, words: string): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const stop = () => stopped.reject(new Error(words));
  work.catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

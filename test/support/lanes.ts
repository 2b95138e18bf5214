/** Several lanes that work off one queue, as a test with many slow cases wants it; all are at rest when it goes on. */

/**
 * Each lane takes the next job until there is none. When one fails, no more jobs are handed out, and its error is
 * thrown once the others have finished what they had begun: nothing works on in a folder that is cleaned up.
 */
export async function inLanes<Job>(
  count: number,
  jobs: readonly Job[],
  lane: (next: () => Job | undefined) => Promise<void>,
): Promise<void> {
  const left = [...jobs];
  const guarded = async () => {
    try {
      await lane(() => left.shift());
    } catch (error) {
      left.length = 0;
      throw error;
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: count }, guarded));
  const failed = settled.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

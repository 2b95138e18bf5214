/** Limits the time of look-ups that the channel can do without. */

/** Waits at most `ms`; then, or on failure, the answer is `otherwise`. */
export async function within<T>(ms: number, task: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise);
  });
  try {
    return await Promise.race([task.catch(() => otherwise), late]);
  } finally {
    clearTimeout(timer);
  }
}

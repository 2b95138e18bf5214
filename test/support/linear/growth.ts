/** How the cost of a reader grows with the length of its text. */
import { repeated } from "./fragments.ts";

/** Each text is as long as eight of the one before. */
const times = 8;
const lengths = [500, 4_000, 32_000];
/**
 * One long text costs whoever reads it once as much as the eight short ones, and eight times that who looks at all of
 * it from every place.
 */
const mostGrowth = 3.5;
/** Below this, in ms of processor time, its clock is too coarse to tell. */
const leastMs = 16;
/** What seems to grow is measured so often, and the least cost counts: disturbances only add to it. */
const looks = 5;
/** What takes this long, ms, was no disturbance. */
const surelyMs = 1_000;

/** What one long text and the eight short ones cost, ms of this thread's processor time. */
export interface Growth {
  length: number;
  ms: number;
  inPiecesMs: number;
}

/** null: the cost grows no faster than the text. */
export function growthOf(read: (text: string) => unknown, fragment: string): Growth | null {
  for (const length of lengths) {
    const long = repeated(fragment, length);
    const short = repeated(fragment, length / times);
    let ms = costOf(() => read(long));
    let inPiecesMs = Number.POSITIVE_INFINITY;
    for (let look = 0; look < looks && ms > leastMs; look++) {
      inPiecesMs = Math.min(
        inPiecesMs,
        costOf(() => {
          for (let piece = 0; piece < times; piece++) read(short);
        }),
      );
      if (ms <= inPiecesMs * mostGrowth) break;
      if (ms > surelyMs || look === looks - 1) return { length, ms, inPiecesMs };
      ms = Math.min(
        ms,
        costOf(() => read(long)),
      );
    }
  }
  return null;
}

function costOf(act: () => void): number {
  const before = process.threadCpuUsage();
  act();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

/** Reads a file of a folder by whatever links lead to it inside of that folder, as a mounted ConfigMap has them. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs";
import { sep } from "node:path";
import { isCode } from "../../src/core/system-error.ts";

/**
 * What was opened is looked at, and not what the path leads to by then. `root`: the folder, without a link in its path.
 * null: it is larger than `maxBytes`. Throws an Error with what to do.
 */
export function readInside(path: string, root: string, maxBytes = Number.POSITIVE_INFINITY): Buffer | null {
  const file = openedAt(path);
  try {
    const opened = fstatSync(file, { bigint: true });
    if (!opened.isFile()) throw new Error("it is no file");
    const real = realpathSync(process.platform === "linux" ? `/proc/self/fd/${file}` : path);
    if (!real.startsWith(root + sep))
      throw new Error("it is a link that leads out of this folder; put the runbook itself here");
    const there = statSync(real, { bigint: true });
    if (there.dev !== opened.dev || there.ino !== opened.ino) throw new Error(changed);
    return opened.size > maxBytes ? null : readFileSync(file);
  } catch (error) {
    throw isCode(error, "ENOENT") ? new Error(changed, { cause: error }) : error;
  } finally {
    closeSync(file);
  }
}

const changed = "it was changed while it was read; start again";

/** Without waiting for whoever writes into a pipe. */
function openedAt(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (!isCode(error, "ENOENT", "ELOOP")) throw error;
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    throw new Error(
      isLink
        ? "it is a link that leads nowhere; put the runbook itself here"
        : "it is not there; write it, or move its folder elsewhere",
      { cause: error },
    );
  }
}

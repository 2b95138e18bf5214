/** A file that is there while a process writes another one: of several that want to, one does. */
import { randomUUID } from "node:crypto";
import { closeSync, linkSync, openSync, renameSync, rmSync, type Stats, statSync } from "node:fs";

/** Longer than any write takes: it was left by a process that was killed, perhaps before the clock was set back. */
const leftMs = 10_000;

/** False: another process has it. Until `letGo` it is ours. */
export function takeClaim(claim: string): boolean {
  const found = statSync(claim, { throwIfNoEntry: false });
  if (found !== undefined && isLeft(found) && !clearLeft(claim)) return false;
  return isDone(() => closeSync(openSync(claim, "wx")), "EEXIST");
}

export function letGo(claim: string): void {
  rmSync(claim, { force: true });
}

function isLeft({ mtimeMs }: Stats): boolean {
  return Math.abs(Date.now() - mtimeMs) > leftMs;
}

/**
 * Takes away a claim that was left. Several processes may have found it at once, and the quickest may hold a claim of
 * its own by now: what was moved aside is looked at again, and put back if it is that one. False: then it is not ours.
 */
export function clearLeft(claim: string): boolean {
  const aside = `${claim}.${randomUUID()}`;
  if (!isDone(() => renameSync(claim, aside), "ENOENT")) return true;
  try {
    if (isLeft(statSync(aside))) return true;
    isDone(() => linkSync(aside, claim), "EEXIST");
    return false;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** False: it failed in the one way that says another process was quicker. */
function isDone(act: () => void, quicker: "EEXIST" | "ENOENT"): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === quicker) return false;
    throw error;
  }
}

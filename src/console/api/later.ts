/** Which of two states of a run is the later one, whatever order they come in. */
import { replaceEqualDeep } from "@tanstack/react-query";

/** What a press was answered with may be newer than a look that began before it, and ends after it. */
export function later(known: unknown, come: unknown): unknown {
  return versionOf(known) > versionOf(come) ? known : replaceEqualDeep(known, come);
}

function versionOf(state: unknown): number {
  return typeof state === "object" && state !== null && "version" in state ? Number(state.version) : 0;
}

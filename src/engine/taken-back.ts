/** A call that does what another run of the conversation offers to undo takes that offer away: its card says so. */
import type { State } from "../core/state.ts";
import { tellUndone } from "./perform/undo.ts";
import type { Work } from "./perform/work.ts";
import { type Elsewhere, offersTaken } from "./undone-elsewhere.ts";

/** `nearby`: where the other runs are found. */
export type TakenBack = Pick<Work, "record" | "policy" | "log" | "loadState"> & {
  nearby: Elsewhere["store"];
};

/**
 * After each step that came to something. Whatever goes wrong here is told at the press, which looks again: so nothing
 * waits for it, and it fails nothing.
 */
export async function tellTakenBack(on: TakenBack, before: State, after: State): Promise<void> {
  if (!after.follows && !after.parent && after.below.runs === 0) return;
  const signs = madeSince(on, before, after);
  if (signs.size === 0) return;
  try {
    const deps = { store: on.nearby, state: on.loadState };
    for (const offer of await offersTaken(deps, after, signs))
      await tellUndone(on.record, offer, after.runId);
  } catch (error) {
    on.log.warn({ run: after.runId, err: error }, "telling what was taken back failed");
  }
}

/** The signs of calls that changed something and came to their end with success. */
function madeSince({ policy }: Pick<Work, "policy">, before: State, after: State): ReadonlySet<string> {
  const made = ({ traces }: State) =>
    traces.filter(
      ({ ok, step, tool }) => ok && step === after.steps && policy.tools[tool]?.effect !== "read",
    );
  const known = new Set(made(before).map(({ sign }) => sign));
  return new Set(made(after).flatMap(({ sign }) => (known.has(sign) ? [] : [sign])));
}

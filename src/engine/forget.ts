/** Has an ended run forgotten, with the runs below it: what is left is that it was there, and who forgot it. */
import { deny } from "../core/admit/admission.ts";
import { admit } from "../core/admit/admit.ts";
import { authorize } from "../core/admit/authorize.ts";
import { forgottenRefusal } from "../core/admit/forget.ts";
import type { Policy } from "../core/agent.ts";
import type { Refusal, RunCommand } from "../core/command.ts";
import type { AuditRow } from "../core/ports/kept-rows.ts";
import type { RunRow } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import type { State } from "../core/state.ts";
import { everyRun } from "../core/store/every.ts";
import { isEnded } from "../core/text/status.ts";
import type { DecisionDeps } from "./decisions.ts";
import { type KnownDeps, type KnownRun, knownRun } from "./forget-known.ts";
import { dropNotes, notesOf } from "./forget-notes.ts";
import { toldOf } from "./forget-told.ts";
import type { Recorder } from "./record.ts";

type Forget = Extract<RunCommand, { type: "forget" }>;
/** Who asks, and through which surface. */
export type ForgetBy = Pick<Forget, "actor" | "via">;

/**
 * `forgotten`: ids of the runs that were there until now, the one that was asked for last. `toldTo`: runs that went on
 * from it or found it as a past run, and were told its task and outcome, or were started again with its task. `erased`: no file of the database holds anything of them any more;
 * false: that is left to a VACUUM, or to the next time that this is asked.
 */
export type Forgotten =
  | { ok: true; forgotten: string[]; toldTo: string[]; erased: boolean }
  | { ok: false; refusal: Refusal };

/** What a run is forgotten with. */
export interface ForgetDeps extends DecisionDeps, KnownDeps {
  record: Recorder;
  store: Store;
  policy: (state: State) => Promise<Policy>;
  /** This process remembers nothing of the run. */
  dropMemory: (runId: string) => void;
}

/**
 * The runs below go first, so that whoever asks again after a crash in the middle still finds the rest from above.
 * Asked again for a run that was forgotten, it takes what has come below it since, and erases. A damaged run is
 * forgotten however it stands; rejects with UnreadableError for one that a newer release wrote.
 */
export async function forgetRun(deps: ForgetDeps, runId: string, by: ForgetBy): Promise<Forgotten> {
  const known = await knownRun(deps, runId);
  if (!known) return { ok: false, refusal: { code: "run_not_found", message: "There is no such run." } };
  const { state } = known;
  const policy = await deps.policy(state);
  const admission = state.forgotten
    ? deny("forget", by.actor, policy, null)
    : admit(state, { type: "forget", below: false, ...by }, policy);
  if (admission && !admission.ok) return admission;
  const below = await runsBelow(deps.store, runId);
  for (const row of below) if (await lives(deps, row)) return { ok: false, refusal: stillLives(row) };
  const all = [...below.reverse(), { runId, version: state.version }];
  const forgotten: string[] = [];
  for (const seen of all) {
    const refusal = await forgetOne(deps, seen, { type: "forget", below: seen.runId !== runId, ...by });
    if (refusal === null) forgotten.push(seen.runId);
    else if (refusal.code !== "run_forgotten") return { ok: false, refusal };
  }
  if (!state.forgotten || forgotten.length > 0) await audit(deps, runId, by, policy);
  // Only now: nothing can go on from it any more.
  const toldTo = await toldOf(deps, state, new Set(all.map((seen) => seen.runId)));
  return { ok: true, forgotten, toldTo, erased: await erase(deps) };
}

type Seen = Pick<RunRow, "runId" | "version">;

/** Child runs and theirs, and the runs in which something of them was undone; each before those below it. */
async function runsBelow(store: Store, runId: string): Promise<RunRow[]> {
  const found = new Map<string, RunRow>();
  async function add(row: RunRow): Promise<void> {
    if (row.runId === runId || found.has(row.runId)) return;
    found.set(row.runId, row);
    await look(row.runId);
  }
  async function look(of: string): Promise<void> {
    for await (const row of everyRun(store, { parentId: of })) await add(row);
    for (const { event } of await store.readEach(of, 0)) {
      const undo = event?.type === "undo_asked" && event.runId !== null ? await store.run(event.runId) : null;
      if (undo) await add(undo);
    }
  }
  await look(runId);
  return [...found.values()];
}

/** Nobody can stop a damaged run, and nothing goes on with it. */
async function lives(deps: ForgetDeps, { runId, status }: RunRow): Promise<boolean> {
  return !isEnded(status) && (await knownRun(deps, runId))?.damaged === false;
}

function stillLives({ runId, status }: RunRow): Refusal {
  const message = `Run ${runId}, which it started, has not ended (${status}). Stop that one first, then forget this one.`;
  return { code: "run_busy", message, runId };
}

/** `seen`: as it was when the runs below it were looked for. null: it is forgotten now. */
async function forgetOne(deps: ForgetDeps, seen: Seen, command: Forget): Promise<Refusal | null> {
  const { runId, version } = seen;
  const known = await knownRun(deps, runId);
  const addresses = known?.state.addresses ?? [];
  const before = known && forgottenRefusal(known.state, true);
  if (before) {
    // Whoever forgot it may have died before this, or a send under way did.
    await dropNotes(deps, runId, addresses);
    return before;
  }
  const recorded = await deps.record({
    ...{ runId, epoch: null, inbox: null, ...salvageOf(known) },
    forgets: { notes: await notesOf(deps, runId, addresses) },
    propose: (now, policy) => {
      const admission = admit(now, command, policy);
      // An undo, or the thread that its first post made: what belongs to it has to be looked for once more.
      return admission.ok && now.version !== version ? { ok: false, refusal: movedOn(runId) } : admission;
    },
  });
  deps.dropMemory(runId);
  if (recorded.type === "refused") return recorded.refusal;
  if (known?.damaged) deps.unreadable.drop(runId);
  await dropNotes(deps, runId, addresses);
  return null;
}

function salvageOf(known: KnownRun | null): { salvaged?: State } {
  return known?.damaged ? { salvaged: known.state } : {};
}

function movedOn(runId: string): Refusal {
  return { code: "run_busy", message: `Something was added to run ${runId} just now. Forget it once more.` };
}

/** The rows are gone either way; a file that can't be written anew now is told, and tried again when this is asked again. */
async function erase({ store, log }: ForgetDeps): Promise<boolean> {
  try {
    return await store.scrub();
  } catch (error) {
    log.error({ err: error }, "forgotten, but not erased from the file");
    return false;
  }
}

async function audit(
  { store, clock, log }: ForgetDeps,
  runId: string,
  { actor }: ForgetBy,
  { rights }: Policy,
): Promise<void> {
  const verdict = authorize("forget", actor, rights, null);
  const rule = verdict.allowed ? verdict.rule : "";
  const row: AuditRow = {
    ...{
      at: clock.now(),
      principal: actor.principal,
      name: actor.name,
      action: "forget",
      resource: runId,
      rule,
    },
    decision: "allowed",
  };
  await store.audit(row).catch((error: unknown) => {
    // The log of the run says it as well.
    log.error({ run: runId, err: error }, "audit failed");
  });
}

/** The way back from an approved call as the wire shows it, with whether the caller may take it. */
import type { Actor } from "../../core/actor.ts";
import { admitUndo } from "../../core/admit/undo.ts";
import type { Policy } from "../../core/agent.ts";
import type { SettledQuestion, State } from "../../core/state.ts";
import type { WireUndo } from "../wire/questions.ts";

/** null: the call knows no way back, or has not run. */
export function viewUndo(
  { id, undo }: SettledQuestion,
  state: State,
  { policy, actor }: { policy: Policy; actor: Actor },
): WireUndo | null {
  if (!undo) return null;
  const { call, asked, ended } = undo;
  const trial = { type: "undo", questionId: id, actor, via: { channel: "api" } } as const;
  const admission = admitUndo(state, trial, policy);
  // After the end of the run it is a run of its own.
  const allowed = admission.ok || admission.refusal.code === "run_finished";
  return {
    tool: call.tool,
    input: call.input,
    state: ended?.outcome ?? (asked ? "asked" : "offered"),
    asked_by: asked?.from ?? null,
    asked_at: asked?.at ?? null,
    run_id: asked?.runId ?? ended?.runId ?? null,
    words: ended?.words ?? "",
    can: { allowed, why: admission.ok || allowed ? null : admission.refusal.message },
  };
}

/** A tool that is not what it was: cards that ask for its approval are closed, with the reason, in every run. */
import type { Store } from "../core/ports/store.ts";
import { findCall } from "../core/reduce/calls.ts";
import type { Recorder } from "./record.ts";

/** At most so many open questions of all runs are looked at: the rest are found out when they are approved. */
const mostLooked = 1_000;

export async function voidApprovals(
  { record, store }: { record: Recorder; store: Pick<Store, "openQuestions"> },
  tool: string,
  reason: string,
): Promise<void> {
  for (const { runId, question } of await store.openQuestions(mostLooked)) {
    if (question.kind !== "approval" || question.call?.tool !== tool) continue;
    await record({
      ...{ runId, epoch: null, inbox: null },
      propose: (state) => {
        const open = state.questions.find(({ id }) => id === question.id);
        const call = open ? findCall(state, open.callId ?? "") : undefined;
        return { ok: true, events: call ? [{ type: "approval_voided", callId: call.id, reason }] : [] };
      },
    });
  }
}

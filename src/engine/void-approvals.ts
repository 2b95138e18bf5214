/** A tool that is not what it was: cards that ask for its approval are closed, with the reason, in every run. */
import type { Store } from "../core/ports/store.ts";
import { findCall } from "../core/reduce/calls.ts";
import { everyOpenQuestion } from "../core/store/every.ts";
import type { Recorder } from "./record.ts";
import type { UnreadableRecords } from "./unreadable.ts";

export async function voidApprovals(
  {
    record,
    store,
    unreadable,
  }: { record: Recorder; store: Pick<Store, "openQuestions">; unreadable: UnreadableRecords },
  tool: string,
  reason: string,
): Promise<void> {
  for await (const { runId, question } of everyOpenQuestion(store)) {
    if (question.kind !== "approval" || question.call?.tool !== tool) continue;
    const voided = record({
      ...{ runId, epoch: null, inbox: null },
      propose: (state) => {
        const open = state.questions.find(({ id }) => id === question.id);
        const call = open ? findCall(state, open.callId ?? "") : undefined;
        return { ok: true, events: call ? [{ type: "approval_voided", callId: call.id, reason }] : [] };
      },
    });
    await unreadable.orNull(voided);
  }
}

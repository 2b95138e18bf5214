/** Marks open questions whose tool this bot does not have, and takes the mark away once it does: their cards say so. */
import type { ToolSpec } from "../core/agent.ts";
import { isToolGone } from "../core/approval-rule.ts";
import type { Store } from "../core/ports/store.ts";
import { everyOpenQuestion } from "../core/store/every.ts";
import type { Recorder } from "./record.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** The mark only shows; what may be approved goes by the tools at the press. */
export async function markGoneTools(deps: {
  record: Recorder;
  store: Pick<Store, "openQuestions">;
  tools: Readonly<Record<string, ToolSpec>>;
  unreadable: UnreadableRecords;
}): Promise<void> {
  const { record, store, unreadable } = deps;
  for await (const { runId, question } of everyOpenQuestion(store)) {
    const { id: questionId, toolGone = false } = question;
    const gone = isToolGone(question, deps);
    if (gone === toolGone) continue;
    const marked = record({
      ...{ runId, epoch: null, inbox: null },
      propose: ({ questions }) => {
        const open = questions.find(({ id }) => id === questionId);
        const isNews = open !== undefined && (open.toolGone ?? false) !== gone;
        return { ok: true, events: isNews ? [{ type: "tool_looked_for", questionId, found: !gone }] : [] };
      },
    });
    await unreadable.orNull(marked);
  }
}

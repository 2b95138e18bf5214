/** Marks open questions whose tool no process has, and takes the mark away once one does: their cards say so. */
import type { ToolSpec } from "../core/agent.ts";
import { isToolGone } from "../core/approval-rule.ts";
import type { Store } from "../core/ports/store.ts";
import { everyOpenQuestion } from "../core/store/every.ts";
import type { Recorder } from "./record.ts";
import type { ToolsElsewhere } from "./tools-elsewhere.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** The mark only shows; what may be approved goes by the tools at the press. */
export async function markGoneTools(deps: {
  record: Recorder;
  store: Pick<Store, "openQuestions">;
  tools: Readonly<Record<string, ToolSpec>>;
  elsewhere: Pick<ToolsElsewhere, "all">;
  unreadable: UnreadableRecords;
}): Promise<void> {
  const { record, store, tools, elsewhere, unreadable } = deps;
  const toolsElsewhere = await elsewhere.all();
  for await (const { runId, question } of everyOpenQuestion(store)) {
    const { id: questionId, toolGone = false } = question;
    const gone = isToolGone(question, { tools, toolsElsewhere });
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

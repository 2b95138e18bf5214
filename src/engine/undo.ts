/** The press of Undo: a question of the run while it goes on, and afterwards a run of exactly that one call. */
import { admit } from "../core/admit/admit.ts";
import { denyUndo, undoTaken } from "../core/admit/undo.ts";
import { isElsewhere } from "../core/approval-rule.ts";
import type { ToolCall } from "../core/chosen-call.ts";
import type { Launch, RunCommand } from "../core/command.ts";
import type { Submitted } from "../core/ports/channel.ts";
import type { InboxKey } from "../core/ports/deliveries.ts";
import type { State } from "../core/state.ts";
import { notInThisProcess } from "../core/text/tool-gone.ts";
import { undoIn, undoTask } from "../core/undo.ts";
import { checkedCall } from "./checked-call.ts";
import { runIdFor } from "./ids.ts";
import { tellUndoAsked, tellUndone } from "./perform/undo.ts";
import { type SubmitDeps, submitted } from "./submit.ts";
import { undoneElsewhere } from "./undone-elsewhere.ts";

type Undo = Extract<RunCommand, { type: "undo" }>;

/** Whoever presses second, wherever, is refused with the run of the first: two runs of one undo have the same id. */
export async function submitUndo(
  deps: SubmitDeps,
  runId: string,
  command: Undo,
  inbox: InboxKey | null,
): Promise<Submitted> {
  const state = await deps.state(runId);
  const offered = state && undoIn(state, command.questionId)?.undo.call;
  // Not there or not for this person: admit finds the right words.
  const policy = state && (await deps.policy(state));
  const mayAsk = policy && denyUndo(state, command.questionId, command.actor, policy) === null;
  if (offered && mayAsk && isElsewhere(offered.tool, policy)) {
    const message = notInThisProcess(offered.tool, "Press Undo once more.");
    return { ok: false, refusal: { code: "answer_invalid", message } };
  }
  const checked = offered && mayAsk ? checkedCall(deps, offered) : { call: undefined };
  if ("refusal" in checked) return { ok: false, refusal: checked.refusal };
  const { call } = checked;
  if (state && call) await lookAround(deps, state, command.questionId, call);
  const asked = call === undefined ? command : { ...command, call };
  const here = await deps.record({
    runId,
    epoch: null,
    inbox,
    propose: (now, policy) => admit(now, asked, policy),
  });
  const hasEnded = here.type === "refused" && here.refusal.code === "run_finished";
  return hasEnded && call
    ? launchUndo(deps, here.state, { ...command, call }, inbox)
    : submitted(runId, here);
}

/** What another run of the conversation has undone is not undone again: told on the card, and by the refusal. */
async function lookAround(deps: SubmitDeps, of: State, questionId: string, call: ToolCall): Promise<void> {
  const since = undoIn(of, questionId)?.question.settledAt ?? 0;
  const undoneBy = await undoneElsewhere(deps, of, { call, since });
  if (undoneBy !== null) await tellUndone(deps.record, { runId: of.runId, questionId }, undoneBy);
}

async function launchUndo(
  deps: SubmitDeps,
  of: State,
  command: Undo & { call: ToolCall },
  inbox: InboxKey | null,
): Promise<Submitted> {
  const { questionId } = command;
  const runId = runIdFor({ source: `undo:${of.runId}`, key: questionId });
  const launch = launchOf(of, runId, command);
  const launched = await deps.launch(runId, (claim) =>
    deps.record({
      runId,
      epoch: null,
      inbox,
      agent: of.agent.name,
      claim,
      propose: (state, policy) => admit(state, launch, policy),
    }),
  );
  if (launched.type === "refused" && launched.refusal.code === "already_launched") {
    const { from, launchedAt } = launched.state;
    return { ok: false, refusal: undoTaken(from.name, launchedAt, runId) };
  }
  // Whoever looks next sees who asked; should this fail, the new run tells it before it asks.
  if (launched.type === "recorded") await tellUndoAsked(deps.record, launched.state).catch(() => {});
  return submitted(runId, launched);
}

/** In the thread of what it undoes, and with no more trust in the call than that run had. */
function launchOf(of: State, runId: string, command: Undo & { call: ToolCall }): Launch {
  const { call, questionId, actor, via } = command;
  const question = undoIn(of, questionId)?.question ?? { call: null };
  return {
    type: "launch",
    runId,
    task: undoTask(question),
    actor,
    via,
    addresses: [...of.addresses],
    context: [],
    trusted: !of.readUntrusted,
    follows: null,
    parent: null,
    call,
    undoes: { runId: of.runId, questionId, tool: question.call?.tool ?? "" },
  };
}

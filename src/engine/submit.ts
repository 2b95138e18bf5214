/** Commands from outside: admitted by the core, recorded, and answered with what became of them. */
import { admit } from "../core/admit/admit.ts";
import { denySettling } from "../core/admit/answer.ts";
import type { Policy, ToolSpec } from "../core/agent.ts";
import { approvalFor } from "../core/approval-rule.ts";
import type { Command, Edit, LaunchRequest, Refusal, RunCommand } from "../core/command.ts";
import { changedText } from "../core/origin/sources.ts";
import { argumentOrigins, type SeenTexts, searchable } from "../core/origin/trace.ts";
import type { Submitted } from "../core/ports/channel.ts";
import type { Only } from "../core/ports/commit.ts";
import type { InboxKey } from "../core/ports/deliveries.ts";
import type { Store } from "../core/ports/store.ts";
import type { Toolbox } from "../core/ports/toolbox.ts";
import type { ArgumentOrigin } from "../core/question.ts";
import { findCall } from "../core/reduce/calls.ts";
import type { State } from "../core/state.ts";
import { holdsSecret, secretInArguments } from "../core/store/redact-event.ts";
import type { Redact } from "../core/text/redact.ts";
import { timeInWords } from "../core/text/time.ts";
import { checkedCall } from "./checked-call.ts";
import { auditDecision, type DecisionDeps } from "./decisions.ts";
import { runIdFor } from "./ids.ts";
import { bindingOf } from "./perform/binding.ts";
import { contextOf } from "./perform/work.ts";
import type { Recorded, Recorder } from "./record.ts";
import type { WakeUps } from "./wake-ups.ts";

/** `state` resolves to null for a run that does not exist. */
export interface SubmitDeps extends DecisionDeps {
  record: Recorder;
  /** Writes a launch, which it may take as its own. */
  launch: WakeUps["launch"];
  toolbox: Toolbox;
  store: Pick<Store, "question" | "audit" | "runs" | "read">;
  redact: Redact;
  state: (runId: string) => Promise<State | null>;
  policy: (state: State) => Promise<Policy>;
  seen: (runId: string) => Promise<SeenTexts>;
  /**
   * Aborted when the process is about to end: what is still looked at is given up, and asked again by the next one.
   */
  stopping: AbortSignal;
}

/**
 * The same `inbox` key names the same run: a repeated launch is answered as a duplicate. `only`: see
 * `Commit.only`. With `request.call` the run is exactly that call, refused with `answer_invalid` when it can't be made.
 */
export async function submitLaunch(
  deps: SubmitDeps,
  agent: string,
  request: LaunchRequest,
  inbox: InboxKey | null,
  only?: Only,
): Promise<Submitted> {
  const runId = runIdFor(inbox);
  const checked = request.call ? checkedCall(deps, request.call) : null;
  if (checked && "refusal" in checked) return { ok: false, refusal: checked.refusal };
  const launch: Command = { type: "launch", runId, ...request, ...checked };
  const recorded = await deps.launch(runId, (claim) =>
    deps.record({
      runId,
      epoch: null,
      inbox,
      agent,
      only,
      claim,
      propose: (state, policy) => admit(state, launch, policy),
    }),
  );
  // The run exists already: its key was seen before (perhaps before a crash that came after the commit).
  if (recorded.type === "refused" && recorded.refusal.code === "already_launched" && inbox) {
    return { ok: true, runId, duplicate: true, version: recorded.state.version };
  }
  return submitted(runId, recorded);
}

/** Edited arguments of an approval are checked first; a wrong one is refused with `answer_invalid`. */
export async function submitCommand(
  deps: SubmitDeps,
  runId: string,
  command: RunCommand,
  inbox: InboxKey | null,
): Promise<Submitted> {
  const checked = await withCheckedEdit(deps, runId, command);
  if ("refusal" in checked) return { ok: false, refusal: checked.refusal };
  const recorded = await deps.record({
    runId,
    epoch: null,
    inbox,
    propose: (state, policy) => admit(state, checked.command, policy),
  });
  await auditDecision(deps, command, recorded);
  return submitted(runId, await withOldQuestion(deps, recorded, command));
}

/** What would be refused about it now: nothing is recorded, and nothing promised. */
export async function checkEdit(deps: SubmitDeps, edit: Edit): Promise<Refusal | null> {
  const row = await deps.store.question(edit.questionId);
  const state = row === null ? null : await deps.state(row.runId);
  // Not known here: who submits it is told so.
  if (state === null) return null;
  const checked = await withCheckedEdit(deps, state.runId, { type: "edit", ...edit });
  if ("refusal" in checked) return checked.refusal;
  const admission = admit(state, checked.command, await deps.policy(state));
  return admission.ok ? null : admission.refusal;
}

/** The state keeps the last few settled questions; of older ones the store still knows that they were settled. */
async function withOldQuestion(deps: SubmitDeps, recorded: Recorded, command: RunCommand): Promise<Recorded> {
  if (recorded.type !== "refused" || recorded.refusal.code !== "question_not_found") return recorded;
  const id = "questionId" in command ? command.questionId : null;
  const row = id === null ? null : await deps.store.question(id);
  if (row?.runId !== recorded.state.runId || row.settledAt === null) return recorded;
  // By whom and how, nobody remembers.
  const message = `This question was settled at ${timeInWords(row.settledAt)}.`;
  return { ...recorded, refusal: { code: "already_answered", message } };
}

/**
 * Arguments that a person edited are checked like the model's, and shown like them: with a new preview. What can't be
 * shown can't be asked, and the former question stays as it is.
 */
async function withCheckedEdit(
  deps: SubmitDeps,
  runId: string,
  command: RunCommand,
): Promise<{ command: RunCommand } | { refusal: Refusal }> {
  if (command.type !== "edit") return { command };
  const state = await deps.state(runId);
  const question = state?.questions.find(({ id }) => id === command.questionId);
  const call = state && question?.callId ? findCall(state, question.callId) : undefined;
  const spec = call ? deps.toolbox.specs[call.tool] : undefined;
  // Not open any more, no such tool, or not for this person: admit finds the right words.
  if (!state || !question || !call || !spec) return { command };
  if (denySettling(question, command.actor, state, await deps.policy(state))) return { command };
  const { input, error, argument } = deps.toolbox.checkInput(call.tool, command.input);
  const why = error ?? (holdsSecret(input, deps.redact) ? secretInArguments : null);
  if (why) {
    const at = argument === undefined ? {} : { argument };
    return { refusal: { code: "answer_invalid", message: why.message, ...at } };
  }
  try {
    // Epoch 0 is older than any worker's: a look changes nothing and fences nobody off.
    const on = { runId, toolbox: deps.toolbox, epoch: 0, signal: deps.stopping };
    const preview = await deps.toolbox.preview(call.tool, input, contextOf(on, { ...call, input }));
    const hash = bindingOf(spec, input, state.agent.hash, preview);
    const by = { name: command.actor.name, before: question.call?.input };
    const origins = await originsOfEdit(deps, { state, spec, input, by });
    return { command: { ...command, input, shown: { hash, preview, origins } } };
  } catch (error) {
    if (deps.stopping.aborted) throw error;
    const message =
      "What it would change can't be shown, so it can't be asked. The former question is still open.";
    return { refusal: { code: "answer_invalid", message } };
  }
}

/** Whoever edits says what they change; what they left as it was is known no better than before. */
async function originsOfEdit(
  { seen }: SubmitDeps,
  edit: { state: State; spec: ToolSpec; input: unknown; by: { name: string; before: unknown } },
): Promise<ArgumentOrigin[]> {
  const { state, spec, input, by } = edit;
  if (approvalFor(spec, state)?.unseen === "allow") return [];
  const said = searchable([{ ...changedText(by.name, by.before, input), version: state.version + 1 }]);
  const { look } = await seen(state.runId);
  return argumentOrigins(input, (wanted) => [...look(wanted), ...said], spec.schema);
}

/** What whoever asked is told of it. */
export function submitted(runId: string, recorded: Recorded): Submitted {
  switch (recorded.type) {
    case "recorded":
      return { ok: true, runId, duplicate: false, version: recorded.state.version };
    case "refused":
      return { ok: false, refusal: recorded.refusal };
    case "duplicate":
      return { ok: true, runId: recorded.runId ?? runId, duplicate: true, version: 0 };
  }
}

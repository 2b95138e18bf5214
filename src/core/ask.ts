/** The six questions that a run can put to people. Their words stand here and nowhere else. */
import type { Policy } from "./agent.ts";
import { approvalByName, approversOf } from "./approval-rule.ts";
import type { AskHuman } from "./control-tools.ts";
import { type CallInFreeze, freezeInWords } from "./freeze.ts";
import { type ArgumentOrigin, notLookedFor, type Question } from "./question.ts";
import type { Call, State } from "./state.ts";
import { brief, changedNames } from "./text/brief.ts";
import { visibleLine } from "./text/visible.ts";

/** Where a question arises: its id follows from the state, its audience from the policy. */
export interface Asking {
  state: Pick<State, "runId" | "version" | "readUntrusted">;
  policy: Pick<Policy, "rights" | "tools" | "toolsElsewhere" | "formerTools">;
  /** How many events of the same commit come before it. */
  after?: number;
}

/** A call as people are shown it. */
export interface Shown {
  call: Pick<Call, "id" | "tool" | "input">;
  /** Of the bytes that an approval binds. */
  hash: string;
}

/** Unique over all runs, short enough for a button's value, and the same whenever it is decided again. */
export function questionId(state: Pick<State, "runId" | "version">, after = 0): string {
  return `${state.runId}.${state.version + after}`;
}

const goOnOrStop = [
  { value: "continue", label: "Go on" },
  { value: "stop", label: "Stop" },
];

/** What the model asks a person. */
export function askHuman(callId: string, input: AskHuman, asking: Asking): Question {
  return {
    ...plain("ask", asking),
    callId,
    text: input.question,
    context: input.context,
    choices: (input.choices ?? []).map((choice) => ({ value: choice, label: choice })),
    freeText: true,
  };
}

/** The run repeats itself. `why`: as stuckBecause() says it. */
export function askStuck(why: string, asking: Asking): Question {
  const text = `I am stuck: ${why}. What should I do?`;
  return { ...plain("stuck", asking), text, choices: goOnOrStop, freeText: true };
}

/** Tokens or money are used up. `spent`: what of what, in words. */
export function askBudget(spent: string, asking: Asking): Question {
  const text = `This run has used ${spent}. Go on with as much again?`;
  return {
    ...plain("budget", asking),
    text,
    choices: goOnOrStop,
    audience: [...asking.policy.rights.control],
  };
}

/** The model's server passes its tool calls on as text. No other words to the model mend it. */
export function askUnparsed(asking: Asking): Question {
  const why =
    "the model writes its tool calls as text, and its server passes them on unread. The server needs the tool call parser of this model (vLLM: --enable-auto-tool-choice --tool-call-parser, llama.cpp: --jinja), or use another model";
  return askStuck(why, asking);
}

/** The model can't be had, and waiting does not help. The work so far is kept: somebody says when to try afresh. */
export function askOutage(
  { attempts, ...outage }: NonNullable<Question["outage"]> & { attempts: number },
  asking: Asking,
): Question {
  const times = attempts > 1 ? ` I tried ${attempts} times.` : "";
  return {
    ...plain("stuck", asking),
    text: `The model is not available. ${outage.reason}${times}`,
    choices: [
      { value: "continue", label: "Try again" },
      { value: "stop", label: "Stop" },
    ],
    outage,
  };
}

/**
 * May this call run, exactly as it is shown? `changed`: by whom, and what the arguments were before. `origins`: where
 * the arguments come from.
 */
export function askApproval(
  shown: Shown & {
    preview: string | null;
    changed?: { by: string; before: unknown };
    /** Why people are asked about a call that no model chose. */
    why?: string | null;
    origins?: readonly ArgumentOrigin[];
    /** Whether it may begin in spite of this freeze. */
    freeze?: CallInFreeze | null | undefined;
  },
  asking: Asking,
): Question {
  const { origins = [], why = null, freeze = null } = shown;
  const { settlers, need, ownRequest, outsideOnly } = settling(shown.call, asking, freeze?.approval);
  const changed = shown.changed === undefined ? why : changedInWords(shown.call.input, shown.changed);
  const mayBeOutside = origins.some(
    ({ standing, words }) => standing === "outside" || words === notLookedFor,
  );
  const more = mayBeOutside ? outsideOnly : 0;
  return {
    ...plain("approval", asking),
    callId: shown.call.id,
    text: `May I run ${shown.call.tool}${freeze ? " in spite of a freeze" : ""}?`,
    context: freeze ? [changed ?? [], inFreeze(freeze)].flat().join(" ") : changed,
    audience: [...(settlers ?? asking.policy.rights.approve)],
    call: { ...callShown(shown, shown.preview), ...(origins.length > 0 ? { origins: [...origins] } : {}) },
    need: need + more,
    ownRequest,
    ...(freeze ? { freeze: markOf(freeze) } : {}),
  };
}

function markOf({ name, until, callNumber }: CallInFreeze): NonNullable<Question["freeze"]> {
  return { name, until, callNumber };
}

function inFreeze(freeze: CallInFreeze): string {
  const words = freezeInWords(freeze);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function changedInWords(input: unknown, { by, before }: { by: string; before: unknown }): string {
  const names = changedNames(before, input).map(visibleLine);
  const what = names.length === 0 ? "the arguments" : brief(names.join(", "), 200);
  return `${by} changed ${what}. Nobody has approved this yet.`;
}

/** Did this call, begun and never come back, take effect? `reason`: why nobody knows, half a sentence. */
export function askDoubt(shown: Shown & { reason: string }, asking: Asking): Question {
  const { settlers, need, ownRequest } = settling(shown.call, asking);
  return {
    ...plain("doubt", asking),
    callId: shown.call.id,
    text: `I can't tell whether ${shown.call.tool} ran: ${shown.reason}. Did it?`,
    choices: [
      { value: "happened", label: "It ran" },
      { value: "run", label: "It did not: run it" },
      { value: "stop", label: "Stop" },
    ],
    audience: [...(settlers ?? asking.policy.rights.answer)],
    call: callShown(shown, null),
    need,
    ownRequest,
  };
}

/** Of no call, without choices, settled by one person who may answer. */
export function plain(kind: Question["kind"], { state, policy, after }: Asking) {
  return {
    id: questionId(state, after),
    kind,
    callId: null,
    context: null,
    choices: [],
    freeText: false,
    audience: [...policy.rights.answer],
    call: null,
    need: 1,
  };
}

/** A doubt can run its call again, so it takes the same people as its approval would. */
function settling(
  call: Shown["call"],
  { state, policy }: Asking,
  rule = approvalByName(call.tool, state, policy),
) {
  return {
    settlers: rule && approversOf(rule, policy),
    need: rule?.count ?? 1,
    outsideOnly: rule?.outsideOnly ?? 0,
    ownRequest: rule?.ownRequest ?? true,
  };
}

function callShown({ call, hash }: Shown, preview: string | null): NonNullable<Question["call"]> {
  return { tool: call.tool, input: call.input, hash, preview };
}

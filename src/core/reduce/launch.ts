/** How a run begins: the state before anything, and what its launch makes of it. */
import type { ChosenCall, ToolCall } from "../chosen-call.ts";
import { type EventOf, isUntrustedTurn } from "../event.ts";
import type { Call, Entry, Phase, State } from "../state.ts";
import { directCallId } from "../text/person-calls.ts";
import { entered } from "./entries.ts";
import { launcherOf } from "./launcher.ts";
import { noNudges } from "./settle.ts";

const person = { principal: "", name: "" };

/** The state of a run nobody has launched yet. */
export const initial: State = {
  runId: "",
  version: 0,
  launchedAt: 0,
  updatedAt: 0,
  task: "",
  title: "",
  from: person,
  launcher: { groups: [], guest: true },
  channel: "",
  addresses: [],
  agent: { name: "", hash: "" },
  direct: false,
  undoes: null,
  parent: null,
  follows: null,
  phase: { at: "thinking", retryAt: null, attempts: 0 },
  prefetch: [],
  steps: 0,
  stepsGranted: 0,
  limits: { steps: 0, tokens: 0, costUsd: 0 },
  tokensGranted: 0,
  costGranted: 0,
  usage: { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, costUsd: 0 },
  below: { runs: 0, tokens: 0, costUsd: 0 },
  callsMade: 0,
  heard: 0,
  entries: [],
  contextTokens: 0,
  compactions: 0,
  queued: [],
  questions: [],
  settled: [],
  outage: null,
  lines: [],
  linesFolded: 0,
  traces: [],
  nudges: noNudges,
  arrived: {},
  pictures: [],
  attachedBytes: 0,
  readUntrusted: false,
  recoveries: 0,
};

/** The state after the first event. Untrusted context counts as read from the start. */
export function launched(event: EventOf<"launched"> & { at: number }): State {
  const trusted = event.trusted && event.context.every((item) => item.trusted);
  const entries: Entry[] = [
    // Whoever may launch gives the order; what the order rests on may still be anybody's text.
    ...event.context.map((item): Entry => ({ type: "data", ...item })),
    { type: "task", text: event.task, from: event.from.name, trusted: true },
  ];
  if (event.follows) entries.unshift(formerTurn(event.follows));
  const fresh: State = {
    ...initial,
    runId: event.runId,
    launchedAt: event.at,
    task: event.task,
    title: event.title ?? event.task,
    from: event.from,
    launcher: launcherOf(event),
    channel: event.via.channel,
    addresses: event.addresses,
    agent: event.agent,
    parent: event.parent,
    follows: event.follows,
    ...(event.repeats === undefined ? {} : { repeats: event.repeats }),
    prefetch: event.prefetch,
    limits: event.limits,
    stepsGranted: event.limits.steps,
    tokensGranted: event.limits.tokens,
    costGranted: event.limits.costUsd,
    readUntrusted: !trusted || (event.follows !== null && isUntrustedTurn(event.follows)),
  };
  const told = entries.reduce(entered, fresh);
  return event.call ? chosenByPerson(told, event.call, event.undoes) : told;
}

/** The one call of a direct run stands where a model's choice would. */
function chosenByPerson(
  state: State,
  { tool, input }: ToolCall,
  undoes: EventOf<"launched">["undoes"],
): State {
  const call = chosen({ id: directCallId, tool, input }, 1);
  const calls = [undoes ? { ...call, undoes: undoes.questionId } : call];
  const phase: Phase = { at: "acting", calls };
  return { ...state, direct: true, undoes: undoes ?? null, callsMade: 1, prefetch: [], phase };
}

/** A call that waits for its turn; `number` counts the calls of the run from 1. */
export function chosen(call: ChosenCall, number: number): Call {
  return {
    ...call,
    is: { at: "chosen" },
    number,
    attempts: 0,
    key: null,
    approvedHash: null,
    changedBy: null,
  };
}

/** What was said before is read, not obeyed: the outcome may repeat what anybody wrote. */
function formerTurn(follows: NonNullable<State["follows"]>): Entry {
  const { task, outcome } = follows;
  const text = `The task was: ${task}\nIts outcome was: ${outcome}`;
  return { type: "data", source: "earlier in this conversation", text, trusted: !isUntrustedTurn(follows) };
}

/** Sentences about the pure core: given these events, when this is asked or happens, then these events follow. */
import { expect } from "vitest";
import { z } from "zod";
import type { Actor } from "../../src/core/actor.ts";
import { admit } from "../../src/core/admit/admit.ts";
import type { Agent, Policy } from "../../src/core/agent.ts";
import { askApproval, askDoubt } from "../../src/core/ask.ts";
import type { ChosenCall } from "../../src/core/chosen-call.ts";
import type { Command, Launch, Refusal } from "../../src/core/command.ts";
import { compose } from "../../src/core/compose.ts";
import { decide } from "../../src/core/decide/decide.ts";
import type { Effect } from "../../src/core/effect.ts";
import type { EventBody, EventOf, RunEvent } from "../../src/core/event.ts";
import type { ModelRequest } from "../../src/core/ports/model.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { fold } from "../../src/core/reduce/reduce.ts";
import { type State, statusOf } from "../../src/core/state.ts";
import type { Status } from "../../src/core/text/status.ts";
import type { Usage } from "../../src/core/usage.ts";
import { controlTools } from "../../src/tools/control-tools.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { mathTools } from "../../src/tools/math.ts";
import { agent, openRights } from "./bot.ts";
import { noUsage } from "./model/scripted.ts";

const done = () => "done";
const input = z.object({ version: z.string() });

/** One tool of each kind; they are never run here. */
const tools = [
  ...controlTools,
  ...mathTools,
  defineTool({ name: "look", description: "Look.", input, effect: "read", run: done }),
  defineTool({
    name: "fetch",
    description: "Read a page.",
    input,
    effect: "read",
    untrusted: true,
    run: done,
  }),
  defineTool({ name: "tag", description: "Tag.", input, effect: "idempotent", run: done }),
  defineTool({
    name: "restart",
    description: "Restart.",
    input,
    effect: "once",
    requiresApproval: false,
    run: done,
  }),
  defineTool({ name: "deploy", description: "Deploy.", input, effect: "once", run: done }),
  defineTool({
    name: "destroy",
    description: "Destroy.",
    input,
    effect: "once",
    requiresApproval: { by: ["slack:T1/*"], count: 2, ownRequest: false },
    run: done,
  }),
];

export function policyWith(change: Partial<Agent["limits"]> = {}, rights = openRights): Policy {
  const known = agent();
  return {
    agent: { ...known, tools: tools.map((tool) => tool.spec.name), limits: { ...known.limits, ...change } },
    tools: Object.fromEntries(tools.map((tool) => [tool.spec.name, tool.spec])),
    rights,
  };
}

export const person = (name: string, change: Partial<Actor> = {}): Actor => ({
  principal: `slack:T1/${name}`,
  name,
  groups: [],
  guest: false,
  kind: "person",
  ...change,
});
export const dana = person("dana");
export const oncall = person("oncall");
const via = { channel: "slack" };
const from = { principal: dana.principal, name: dana.name };

// ---- what people ask ---------------------------------------------------------------------------------------------

export const launch = (change: Partial<Launch> = {}): Launch => ({
  type: "launch",
  runId: "run_1",
  task: "release v1",
  actor: dana,
  via,
  addresses: ["slack:T1/C1/1"],
  context: [],
  trusted: true,
  follows: null,
  parent: null,
  ...change,
});
export const say = (text: string, actor = dana): Command => ({ type: "say", text, actor, via });
/** Words that come later than they were written (ms since the epoch). */
export const saidAt = (writtenAt: number, text: string, actor = dana): Command => ({
  type: "say",
  text,
  actor,
  via,
  writtenAt,
});
export const answer = (text: string, questionId: string | null = null, actor = dana): Command => ({
  type: "provide_input",
  questionId,
  answer: text,
  actor,
  via,
});
export const approve = (questionId: string, actor = oncall): Command => ({
  type: "approve",
  questionId,
  actor,
  via,
});
/** As the engine hands it on, checked and looked at. */
export const edit = (
  questionId: string,
  changed: unknown,
  actor = oncall,
): Extract<Command, { type: "edit" }> => ({
  type: "edit",
  questionId,
  input: changed,
  shown: { hash: `of ${JSON.stringify(changed)}`, preview: null },
  actor,
  via,
});
export const refuse = (questionId: string, reason: string, actor = oncall): Command => ({
  type: "refuse",
  questionId,
  reason,
  actor,
  via,
});
export const undo = (questionId: string, actor = dana): Command => ({
  type: "undo",
  questionId,
  actor,
  via,
});
export const pause: Command = { type: "pause", actor: dana, via };
export const resume: Command = { type: "resume", actor: dana, via };
export const cancel: Command = { type: "cancel", reason: "enough", actor: dana, via };

// ---- what happens ------------------------------------------------------------------------------------------------

export const call = (id: string, tool: string, args: unknown = { version: "v1" }): ChosenCall => ({
  id,
  tool,
  input: args,
});
export const ask = (id: string, question: string): ChosenCall =>
  call(id, "ask_human", { question, choices: null, context: null });
export const final = (id: string, text: string): ChosenCall => call(id, "final_answer", { answer: text });

export function model(change: Partial<EventOf<"model_answered">>): EventOf<"model_answered"> {
  return {
    type: "model_answered",
    text: null,
    calls: [],
    refusal: null,
    cut: null,
    items: [],
    provider: "scripted",
    model: "scripted-1",
    promptHash: "agent-1",
    usage: noUsage,
    ms: 1,
    ...change,
  };
}
export const chose = (...calls: ChosenCall[]) => model({ calls });
export const wrote = (text: string) => model({ text });
export const used = (inputTokens: number, costUsd: number | null = 0): Usage => ({
  ...noUsage,
  inputTokens,
  costUsd,
});
export const started = (callId: string, attempt = 1): EventBody => ({
  type: "call_started",
  callId,
  attempt,
  key: `run_1:${callId}`,
});
export const finished = (callId: string, output = "ok", untrusted = false): EventBody => ({
  type: "call_finished",
  callId,
  output,
  omitted: 0,
  ms: 1,
  untrusted,
});
export const failed = (callId: string, message = "no", untrusted = false): EventBody => ({
  type: "call_failed",
  callId,
  code: "tool_error",
  message,
  ms: 1,
  untrusted,
});
export const heard = (text: string, trusted = true): EventBody => ({
  type: "heard",
  text,
  from,
  via,
  trusted,
});
const nowhere = { state: { runId: "", version: 0, readUntrusted: false }, policy: policyWith() };
const shown = (callId: string, tool: string) => ({
  call: { id: callId, tool, input: { version: "v1" } },
  hash: "shown",
});

/** The approval question as the engine asks it, of anybody. */
export const askedApproval = (
  id: string,
  callId: string,
  tool = "deploy",
  need = 1,
  preview: string | null = null,
): EventBody => {
  const question = askApproval({ ...shown(callId, tool), preview }, nowhere);
  return { type: "question_asked", question: { ...question, id, audience: ["*"], need } };
};
/** The doubt as the engine says it, to anybody. */
export const doubted = (id: string, callId: string, tool = "restart", need = 1): EventBody[] => {
  const reason = "the process stopped";
  const question = askDoubt({ ...shown(callId, tool), reason }, nowhere);
  return [
    { type: "call_doubted", callId, reason },
    { type: "question_asked", question: { ...question, id, audience: ["*"], need } },
  ];
};

// ---- the sentence ------------------------------------------------------------------------------------------------

type Expected = Partial<EventBody> | EventBody["type"];

export class Story {
  readonly state: State;
  readonly events: readonly RunEvent[];
  /** What the last `when` led to. */
  readonly news: readonly RunEvent[];
  readonly refusal: Refusal | null;
  readonly policy: Policy;

  constructor(
    policy: Policy,
    events: readonly RunEvent[],
    news: readonly RunEvent[],
    refusal: Refusal | null,
  ) {
    this.policy = policy;
    this.events = events;
    this.news = news;
    this.refusal = refusal;
    this.state = fold(events);
  }

  /** People's commands pass `admit`, anything else simply happened; what follows from it is recorded with it. */
  when(...what: (Command | EventBody | EventBody[])[]): Story {
    let story: Story = new Story(this.policy, this.events, [], null);
    for (const one of what.flat()) {
      const next = isCommand(one) ? story.#ask(one) : story.#happen([one]);
      story = new Story(this.policy, next.events, [...story.news, ...next.news], next.refusal);
    }
    return story;
  }

  // biome-ignore lint/suspicious/noThenProperty: a story is a sentence and never awaited
  then(...expected: Expected[]): Story {
    expect(this.refusal).toBeNull();
    const wanted = expected.map((one) => (typeof one === "string" ? { type: one } : one));
    expect(this.news).toMatchObject(wanted);
    return this;
  }

  refused(code: Refusal["code"], words?: string): Story {
    expect(this.refusal).toMatchObject({ code });
    if (words !== undefined) expect(this.refusal?.message).toContain(words);
    return this;
  }

  wants(effect: Partial<Effect>): Story {
    expect(this.effect).toMatchObject(effect);
    return this;
  }

  is(status: Status): Story {
    expect(statusOf(this.state)).toBe(status);
    return this;
  }

  /** Results that the model would be shown, by call id. */
  get results(): Record<string, string> {
    const results = entriesOf(this.state).filter((entry) => entry.type === "result");
    expect(new Set(results.map((entry) => entry.callId)).size).toBe(results.length);
    return Object.fromEntries(results.map((entry) => [entry.callId, entry.output]));
  }

  /** The same events, looked at by another release or configuration. */
  under(policy: Policy): Story {
    return new Story(policy, this.events, [], null);
  }

  get effect(): Effect {
    return decide(this.state, this.policy);
  }

  get request(): ModelRequest {
    return compose(this.state, this.policy.agent, this.policy.tools);
  }

  /** The id of the only open question. */
  get question(): string {
    expect(this.state.questions).toHaveLength(1);
    return this.state.questions[0]?.id ?? "";
  }

  #ask(command: Command): Story {
    const admission = admit(this.state, command, this.policy);
    return admission.ok
      ? this.#happen(admission.events)
      : new Story(this.policy, this.events, [], admission.refusal);
  }

  #happen(bodies: readonly EventBody[]): Story {
    let events = this.events;
    let next = bodies;
    for (let rounds = 0; next.length > 0; rounds++) {
      if (rounds > 50) throw new Error("decide records for ever");
      const at = 1_700_000_000_000 + events.length * 1000;
      events = [...events, ...next.map((body): RunEvent => ({ ...body, at }))];
      const effect = decide(fold(events, initial), this.policy);
      next = effect.type === "record" ? effect.events : [];
    }
    return new Story(this.policy, events, events.slice(this.events.length), null);
  }
}

const commands = new Set([
  "launch",
  "say",
  "provide_input",
  "approve",
  "edit",
  "refuse",
  "undo",
  "deliver_event",
  "pause",
  "resume",
  "cancel",
]);

function isCommand(what: Command | EventBody): what is Command {
  return commands.has(what.type);
}

export function nobody(policy = policyWith()): Story {
  return new Story(policy, [], [], null);
}

/** A launched run with the usual limits, to which this happened. */
export function given(...what: (Command | EventBody | EventBody[])[]): Story {
  return under(policyWith(), ...what);
}

/** The same under another policy. */
export function under(policy: Policy, ...what: (Command | EventBody | EventBody[])[]): Story {
  return nobody(policy).when(launch(), ...what);
}

/** So many more steps that read something, always something else. */
export function steps(run: Story, count: number, from = 0): Story {
  let story = run;
  for (let n = from; n < from + count; n++) {
    story = story.when(chose(call(`c${n}`, "look", { version: `v${n}` })), finished(`c${n}`, `out ${n}`));
  }
  return story;
}

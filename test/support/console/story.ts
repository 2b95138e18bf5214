/** Writes made-up runs into a store, event by event, as the engine would have written them. */
import type { Agent } from "../../../src/core/agent.ts";
import type { EventBody, EventOf, RunEvent } from "../../../src/core/event.ts";
import type { Commit } from "../../../src/core/ports/commit.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import type { Question } from "../../../src/core/question.ts";
import { initial } from "../../../src/core/reduce/launch.ts";
import { fold } from "../../../src/core/reduce/reduce.ts";
import { type State, statusOf } from "../../../src/core/state.ts";

export const dana = { principal: "slack:T1/U1", name: "dana" };
export const oncall = { principal: "slack:T1/U2", name: "oncall" };
export const consoleUser = { principal: "console:local", name: "the owner" };

export const operator: Agent = {
  name: "operator",
  description: "Looks after services.",
  model: null,
  instructions: "You look after running services.",
  tools: ["service_status", "restart_service", "error_rate", "ask_human", "final_answer"],
  prefetch: [],
  handOff: [],
  limits: {
    steps: 15,
    totalSteps: 2000,
    callsPerStep: 8,
    tokens: 500_000,
    costUsd: 2,
    contextTokens: 100_000,
    repeats: 3,
  },
  hash: "story-operator",
};

type Call = { id: string; tool: string; input: unknown };

/** A run that is told step by step; `at` moves on with each step. */
export class Story {
  readonly runId: string;
  readonly events: RunEvent[] = [];
  #at: number;
  #calls = 0;

  constructor(runId: string, at: number, launch: Partial<EventOf<"launched">> & { task: string }) {
    this.runId = runId;
    this.#at = at;
    this.add({
      type: "launched",
      runId,
      from: dana,
      via: { channel: "slack" },
      addresses: ["slack:T1/C1/1712000000.000500"],
      agent: { name: operator.name, hash: operator.hash },
      limits: { steps: 15, tokens: 500_000, costUsd: 2 },
      prefetch: [],
      context: [],
      trusted: true,
      follows: null,
      parent: null,
      ...launch,
    });
  }

  add(body: EventBody, ms = 0): this {
    this.#at += ms;
    this.events.push({ ...body, at: this.#at });
    return this;
  }

  chose(ms: number, text: string | null, ...calls: [string, unknown][]): Call[] {
    const chosen = calls.map(([tool, input]) => ({ id: `call_${++this.#calls}`, tool, input }));
    const inputTokens = 640 + 90 * this.events.length;
    this.add(
      {
        type: "model_answered",
        text,
        calls: chosen,
        refusal: null,
        cut: null,
        items: [],
        provider: "openai",
        model: "gpt-5-mini",
        promptHash: "4f1c9a0be7d25c11",
        usage: {
          inputTokens,
          cachedTokens: Math.floor(inputTokens / 2),
          outputTokens: 84,
          reasoningTokens: 0,
          costUsd: inputTokens * 0.0000009,
        },
        ms,
      },
      ms,
    );
    return chosen;
  }

  started({ id }: Call): this {
    return this.add({ type: "call_started", callId: id, attempt: 1, key: `${this.runId}:${id}` }, 20);
  }

  ran(call: Call, output: unknown, ms: number): this {
    const text = typeof output === "string" ? output : JSON.stringify(output);
    this.started(call);
    return this.add(
      { type: "call_finished", callId: call.id, output: text, omitted: 0, ms, untrusted: false },
      ms,
    );
  }

  /** Chose these calls and ran them, one after another. */
  did(ms: number, text: string | null, ...calls: [string, unknown, unknown, number][]): this {
    const chosen = this.chose(ms, text, ...calls.map(([tool, input]): [string, unknown] => [tool, input]));
    for (const [index, call] of chosen.entries()) this.ran(call, calls[index]?.[2], calls[index]?.[3] ?? 0);
    return this;
  }

  asked(call: Call | null, question: Partial<Question> & { text: string }): this {
    return this.add({
      type: "question_asked",
      question: {
        id: `${this.runId}-q${this.events.length}`,
        kind: "ask",
        callId: call?.id ?? null,
        context: null,
        choices: [],
        freeText: true,
        audience: ["requester", "console:*"],
        call: null,
        need: 1,
        ...question,
      },
    });
  }

  get lastQuestion(): string {
    const asked = this.events.findLast((event) => event.type === "question_asked");
    return asked?.type === "question_asked" ? asked.question.id : "";
  }

  completed(answer: string): this {
    return this.add({ type: "completed", answer }, 900);
  }
}

/** Writes a story in one commit; nothing wakes it, so that it stays as it is told. */
export async function tell(store: Store, { runId, events }: Story): Promise<void> {
  const state = fold(events, initial);
  const committed = await store.commit(commitOf(runId, state, events));
  if (!committed.ok) throw new Error(`run ${runId} is there already (${committed.why})`);
}

function commitOf(runId: string, state: State, events: readonly RunEvent[]): Commit {
  return {
    runId,
    expect: 0,
    epoch: null,
    events,
    row: {
      runId,
      version: state.version,
      status: statusOf(state),
      agent: state.agent.name,
      task: state.task.slice(0, 500),
      channel: state.channel,
      principal: state.from.principal,
      personName: state.from.name,
      address: state.addresses[0] ?? null,
      parentId: state.parent?.runId ?? null,
      steps: state.steps,
      tokens: state.usage.inputTokens + state.usage.outputTokens,
      costUsd: state.usage.costUsd ?? 0,
      asking: state.questions.length,
      launchedAt: state.launchedAt,
      updatedAt: state.updatedAt,
    },
    wakeAt: null,
    release: false,
    posts: [],
    addresses: state.parent ? [] : state.addresses,
    questions: state.questions.map(({ askedAt, approvedBy: _, ...question }) => ({
      runId,
      question,
      askedAt,
      settledAt: null,
    })),
    inbox: null,
    wake: [],
  };
}

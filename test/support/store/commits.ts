/** Commits as the store's tests write them: everything optional, nothing surprising. */
import type { RunEvent } from "../../../src/core/event.ts";
import type { Message } from "../../../src/core/message.ts";
import type { Commit, Committed } from "../../../src/core/ports/commit.ts";
import type { QuestionRow, RunRow } from "../../../src/core/ports/runs.ts";
import type { Store } from "../../../src/core/ports/store.ts";

export const thread = "slack:T1/C1/171.5";

export function row(runId: string, over: Partial<RunRow> = {}): RunRow {
  return {
    runId,
    version: 1,
    status: "running",
    agent: "helper",
    task: "add 2 and 3",
    channel: "slack",
    principal: "slack:T1/U1",
    personName: "dana",
    address: thread,
    parentId: null,
    steps: 0,
    tokens: 0,
    costUsd: 0,
    asking: 0,
    launchedAt: 1000,
    updatedAt: 1000,
    ...over,
  };
}

/** One event after version `expect`; a launch when that is 0. */
export function commit(runId: string, expect: number, over: Partial<Commit> = {}): Commit {
  const events = over.events ?? [woke(expect + 1)];
  return {
    runId,
    expect,
    epoch: null,
    events,
    wakeAt: null,
    release: false,
    posts: [],
    addresses: [],
    questions: [],
    inbox: null,
    wake: [],
    ...over,
    row: { ...row(runId), ...over.row, version: expect + events.length },
  };
}

export function woke(at: number): RunEvent {
  return { type: "woke", at };
}

export function body(summary: string): Message {
  return { summary, blocks: [] };
}

/** The post of run r1, or of another one, at the run's n-th address. */
export function post(
  key: string,
  summary: string,
  at: { address?: string; n?: number; runId?: string } = {},
) {
  const { address = thread, n = 0, runId = "r1" } = at;
  return { id: `${runId}/${key}#${n}`, key, address, body: body(summary) };
}

export function question(runId: string, id: string, over: Partial<QuestionRow> = {}): QuestionRow {
  return {
    runId,
    askedAt: 1000,
    settledAt: null,
    question: {
      id,
      kind: "ask",
      callId: "c1",
      text: "Which colour?",
      context: null,
      choices: [{ value: "b", label: "blue" }],
      freeText: true,
      audience: ["slack:T1/*"],
      call: null,
      need: 1,
    },
    ...over,
  };
}

/** A launched run that is due, and held by `owner`. */
export async function held(store: Store, runId: string, owner = "w1", leaseMs = 60_000): Promise<number> {
  await must(store.commit(commit(runId, 0, { wakeAt: 0 })));
  const claims = await store.claim({ owner, now: 1, leaseMs, limit: 100 });
  const claim = claims.find((one) => one.runId === runId);
  if (!claim) throw new Error(`${runId} was not claimed`);
  return claim.epoch;
}

export async function must(committed: Promise<Committed>): Promise<number> {
  const result = await committed;
  if (!result.ok) throw new Error(`refused: ${result.why}`);
  return result.version;
}

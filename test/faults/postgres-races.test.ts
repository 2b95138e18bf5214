/**
 * Two processes race for the same thing, and one wins: 50 rounds each, or as many as RACE_ROUNDS says
 * (`npm run races`: 1,000). Each process is an engine of its own on a pool of its own.
 */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { askApproval } from "../../src/core/ask.ts";
import type { LaunchRequest, RunCommand } from "../../src/core/command.ts";
import type { EventBody } from "../../src/core/event.ts";
import { noteKinds, writeNote } from "../../src/core/store/notes.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { startSchedules } from "../../src/engine/schedule.ts";
import { openRights, operator, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { type TestEngine, testEngine } from "../support/http/engine.ts";
import { chose } from "../support/http/server.ts";
import { scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

const rounds = Number(process.env.RACE_ROUNDS ?? 50);
// A round takes some ms; the limit is only for one that never ends.
const limit = { timeout: 60_000 + rounds * 1_000 };

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres(limit.timeout * 8);
});
afterAll(() => server.stop());

const via = { channel: "console" };
const request: LaunchRequest = {
  task: "race",
  actor: operator,
  via,
  addresses: [],
  context: [],
  trusted: true,
  follows: null,
  parent: null,
};

async function twoProcesses(): Promise<[TestEngine, TestEngine]> {
  const url = await server.database();
  const start = async () => {
    const store = await openPostgres({ url, clock: Date });
    onTestFinished(() => store.close());
    return testEngine(
      clockOf(() => Date.now()),
      store,
    );
  };
  return [await start(), await start()];
}

/** The same with the whole engine, which drives no run. */
async function twoDoors(): Promise<[Engine, Engine]> {
  const url = await server.database();
  const start = async () => {
    const store = await openPostgres({ url, clock: Date });
    const { engine, stop } = await startBot({
      store,
      model: scripted(),
      role: { works: false, speaks: true },
    });
    onTestFinished(async () => {
      await stop();
      await store.close();
    });
    return engine;
  };
  return [await start(), await start()];
}

async function launched(engine: TestEngine, round: number, ...events: EventBody[]): Promise<string> {
  const run = await engine.launch("helper", request, { source: "race", key: `made-${round}` });
  if (!run.ok) throw new Error(run.refusal.message);
  await engine.happen(run.runId, ...events);
  return run.runId;
}

/** A run that asks for one approval, and both processes know it. */
async function askedToRestart([one, other]: [TestEngine, TestEngine], round: number) {
  const input = { service: "payments", environment: "staging" };
  const runId = await launched(one, round, chose({ id: "c1", tool: "restart_service", input }));
  const state = await one.state(runId);
  const asking = {
    state: { runId, version: state?.version ?? 0, readUntrusted: false },
    policy: { rights: { ...openRights, approve: ["console:local"] }, tools: {} },
  };
  const call = { id: "c1", tool: "restart_service", input };
  const question = { ...askApproval({ call, hash: "hash", preview: null }, asking), need: 1 };
  await one.happen(runId, { type: "question_asked", question });
  await other.state(runId);
  return [runId, question.id] as const;
}

/** Both at once, each round the other one first. Of the two one is accepted, and the log holds `type` once. */
async function oneWins(
  [one, other]: [TestEngine, TestEngine],
  runId: string,
  commands: [RunCommand, RunCommand],
  type: EventBody["type"],
): Promise<void> {
  const answers = await Promise.all([
    one.command(runId, commands[0], null),
    other.command(runId, commands[1], null),
  ]);
  expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  const events = await one.store.read(runId);
  expect(events.filter((event) => event.type === type)).toHaveLength(1);
}

const turned = <T>([a, b]: [T, T], round: number): [T, T] => (round % 2 ? [b, a] : [a, b]);

test("for the same answer", limit, async () => {
  const both = await twoProcesses();
  for (let round = 0; round < rounds; round++) {
    const model = chose({
      id: "c1",
      tool: "ask_human",
      input: { question: "Which?", choices: null, context: null },
    });
    const runId = await launched(both[0], round, model);
    // The question follows from the choice by itself: it is the one that both answer.
    const state = await both[1].state(runId);
    const questionId = state?.questions[0]?.id ?? "none";
    const answer = (text: string): RunCommand => ({
      type: "provide_input",
      questionId,
      answer: text,
      actor: operator,
      via,
    });
    await oneWins(turned(both, round), runId, [answer("one"), answer("other")], "question_answered");
  }
});

test("for an approval and its refusal, and each is told what the log says", limit, async () => {
  const both = await twoProcesses();
  const [one, other] = both;
  for (let round = 0; round < rounds; round++) {
    const [runId, questionId] = await askedToRestart(both, round);
    const by = (name: string) => ({ questionId, actor: { ...operator, name }, via });
    const approve: RunCommand = { type: "approve", ...by("yes") };
    const refuse: RunCommand = { type: "refuse", reason: "no", ...by("no") };
    const [first, second] = turned([approve, refuse] as [RunCommand, RunCommand], round);
    const answers = await Promise.all([one.command(runId, first, null), other.command(runId, second, null)]);
    const [won] = [first, second].filter((_, index) => answers[index]?.ok);
    const decided = (await one.store.read(runId)).filter(({ type }) => type.startsWith("approval_"));
    expect(decided).toMatchObject([{ from: { name: won?.actor.name } }]);
    const [lost] = answers.flatMap((answer) => (answer.ok ? [] : answer.refusal));
    expect(lost?.code).toBe("already_answered");
    expect(lost?.message).toMatch(won === approve ? /^Already approved by/ : /^Already refused by/);
  }
});

test("for the same resume", limit, async () => {
  const both = await twoProcesses();
  for (let round = 0; round < rounds; round++) {
    const runId = await launched(both[0], round);
    await both[0].command(runId, { type: "pause", actor: operator, via }, null);
    await both[1].state(runId);
    const resume: RunCommand = { type: "resume", actor: operator, via };
    await oneWins(turned(both, round), runId, [resume, resume], "resumed");
  }
});

test("for the same grant", limit, async () => {
  const both = await twoProcesses();
  for (let round = 0; round < rounds; round++) {
    const [runId, questionId] = await askedToRestart(both, round);
    const approve: RunCommand = { type: "approve", questionId, actor: operator, via };
    await oneWins(turned(both, round), runId, [approve, approve], "approval_granted");
  }
});

test("for the same delivery", limit, async () => {
  const both = await twoDoors();
  for (let round = 0; round < rounds; round++) {
    const [one, other] = turned(both, round);
    const inbox = { source: "webhook:ci", key: `delivery-${round}` };
    const taken = await Promise.all([
      one.launch("default", request, inbox),
      other.launch("default", request, inbox),
    ]);
    expect(taken.map((answer) => answer.ok && answer.duplicate).sort()).toEqual([false, true]);
    const received = await Promise.all(
      [one, other].map(({ store }) =>
        store.receive({ source: "slack", key: `m${round}`, body: "{}", receivedAt: 1 }),
      ),
    );
    expect(received.sort()).toEqual(["duplicate", "new"]);
  }
  expect(await both[0].store.runs({ limit: rounds + 1 })).toHaveLength(rounds);
});

test("for the same time of a schedule", limit, async () => {
  const both = await twoDoors();
  const now = Date.UTC(2026, 10, 28, 12);
  const log = { info() {}, warn() {} };
  for (let round = 0; round < rounds; round++) {
    const name = `nightly`;
    const fired = new Date(now - 86_400_000 * (rounds - round) - 1).toISOString();
    await writeNote(both[0].store, noteKinds.scheduleFired, { of: name, value: fired });
    const clock = { now: () => now - 86_400_000 * (rounds - round) + 3_600_000 };
    const schedule = {
      name,
      cron: "0 12 * * *",
      timeZone: "UTC",
      agent: "default",
      task: "look",
      speaksAt: null,
    };
    const started = await Promise.all(
      turned(both, round).map((inlet) => startSchedules({ inlet, schedules: [schedule], clock, log })),
    );
    await Promise.all(started.map((schedules) => schedules.stop()));
  }
  expect(await both[0].store.runs({ limit: rounds + 1 })).toHaveLength(rounds);
});

test("for the same run that is due, and only the winner's epoch may write", limit, async () => {
  const both = await twoProcesses();
  for (let round = 0; round < rounds; round++) {
    const [one, other] = turned(both, round);
    const runId = await launched(one, round);
    const claim = (owner: string) => ({ owner, now: Date.now(), leaseMs: 60_000, limit: 1, only: [runId] });
    const claims = await Promise.all([
      one.store.claim(claim(`one-${round}`)),
      other.store.claim(claim(`other-${round}`)),
    ]);
    expect(claims.flat()).toHaveLength(1);
  }
});

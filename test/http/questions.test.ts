/** The list of open questions: any number, nothing lost, and what can't be read named among the others. */
import { expect, test, vi } from "vitest";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { eventListSchema } from "../../src/http/wire/events.ts";
import { questionListSchema } from "../../src/http/wire/questions.ts";
import type { RunState } from "../../src/http/wire/runs.ts";
import { sentEvents } from "../support/http/events.ts";
import { approvalAsked, askingRun, asks, type Bench, bench, wantsRestart } from "../support/http/server.ts";

/** As many more runs that ask the same as this one; the later, the higher its number. */
async function alike({ engine: { store } }: Bench, run: RunState, count: number): Promise<void> {
  const events = await store.read(run.id);
  const row = await store.run(run.id);
  const { rows } = await store.openQuestions({ runIds: [run.id], limit: 1 });
  if (!row || !rows[0]) throw new Error("the run asks nothing");
  for (let number = 1; number <= count; number++) {
    const runId = `run_${String(number).padStart(6, "0")}`;
    const renamed = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll(run.id, runId));
    // Three at a time, as alerts come.
    const at = row.launchedAt + Math.floor(number / 3);
    const committed = await store.commit({
      runId,
      expect: 0,
      epoch: null,
      events: renamed(events).map((event) => ({ ...event, at })),
      row: { ...renamed(row), launchedAt: at },
      wakeAt: null,
      release: false,
      posts: [],
      addresses: [],
      questions: [{ ...renamed(rows[0]), askedAt: at }],
      inbox: null,
      wake: [],
    });
    expect(committed.ok).toBe(true);
  }
}

const list = async (b: Bench, query = "", as?: "reader" | "owner") =>
  questionListSchema.parse(await (await b.call("GET", `/questions${query}`, as ? { as } : {})).json());

async function pages(b: Bench, limit: number) {
  const all = [await list(b, `?limit=${limit}`)];
  for (let next = all[0]?.next; next; next = all.at(-1)?.next) {
    all.push(await list(b, `?limit=${limit}&cursor=${next}`));
  }
  return all;
}

test("of more than a thousand open questions none is lost, and a page is read no slower than the first", async () => {
  using b = await bench();
  await alike(b, await askingRun(b), 1_200);
  const folded = vi.spyOn(b.engine, "state");
  const all = await pages(b, 150);
  expect(all.map(({ questions }) => questions.length)).toEqual([150, 150, 150, 150, 150, 150, 150, 150, 1]);
  const questions = all.flatMap((page) => page.questions);
  expect(new Set(questions.map(({ id }) => id)).size).toBe(1_201);
  expect(questions.map((one) => one.asked_at)).toEqual(questions.map((one) => one.asked_at).sort());
  expect(all.every(({ open }) => open === 1_201)).toBe(true);
  // Each run's log was read for its own page alone.
  expect(folded).toHaveBeenCalledTimes(1_201);
  const { questions: first } = await list(b);
  expect(first).toHaveLength(100);
});

test("whoever looks at the same page again costs no reading of logs, until something changes", async () => {
  using b = await bench();
  const run = await askingRun(b);
  await alike(b, run, 30);
  const folded = vi.spyOn(b.engine, "state");
  await Promise.all(Array.from({ length: 20 }, () => list(b)));
  expect(folded).toHaveBeenCalledTimes(31);
  await b.call("POST", "/agent/provide_input", { json: { id: run.id, answer: "3" } });
  const known = folded.mock.calls.length;
  expect((await list(b)).open).toBe(30);
  expect(folded).toHaveBeenCalledTimes(known);
});

test("a page holds what the caller may see, and the count too", async () => {
  using b = await bench();
  await alike(b, await askingRun(b), 5);
  const secret = await b.launch("Hidden", "owner");
  await b.engine.happen(secret.id, asks("Hidden?"));
  expect(await list(b, "?limit=4", "owner")).toMatchObject({
    questions: [{ run_id: secret.id }],
    open: 1,
    next: null,
  });
  expect(JSON.stringify(await pages(b, 4))).not.toContain(secret.id);
});

test("whom a question did not reach is said with it", async () => {
  using b = await bench();
  const run = await askingRun(b);
  expect((await list(b)).questions).toMatchObject([{ returned: [] }]);
  const back = { to: "dana@example.com", reason: "the mailbox is full (5.2.2)" };
  const questionId = run.questions[0]?.id ?? "";
  await b.engine.happen(run.id, { type: "post_returned", questionId, address: "email:1", ...back });
  expect((await list(b)).questions).toMatchObject([{ returned: [back] }]);
});

test("a call whose tool this bot does not have is said to be one that can only be refused", async () => {
  using b = await bench();
  const { id } = await b.launch("Restart payments");
  await b.engine.happen(id, wantsRestart());
  const run = (await (await b.call("GET", `/agent/state/${id}`)).json()) as RunState;
  await b.engine.happen(id, approvalAsked(run));
  expect((await list(b)).questions).toMatchObject([{ tool_gone: false, may_answer: true }]);
  const { policy } = b.engine;
  b.engine.policy = async (state) => ({ ...(await policy(state)), tools: {} });
  expect((await list(b)).questions).toMatchObject([{ tool_gone: true, may_answer: true }]);

  const [asked] = (await list(b)).questions;
  await b.engine.happen(id, { type: "tool_looked_for", questionId: asked?.id ?? "", found: false });
  const told = JSON.stringify(await (await b.call("GET", `/agent/state/${id}`)).json());
  expect(told).toContain("now, so it can't run. Refuse it, or bring the tool back");
  expect(told).toContain('\\"choices\\":[\\"refuse: your reason\\"]');
});

test("a cursor that is none of ours is refused", async () => {
  using b = await bench();
  for (const cursor of ["x", "MTIz", Buffer.from("1 \0").toString("base64url")]) {
    expect((await b.call("GET", `/questions?cursor=${cursor}`)).status, cursor).toBe(422);
  }
});

test("a run that can't be read is named in the list, and its questions hide no others", async () => {
  using b = await bench();
  await alike(b, await askingRun(b), 4);
  const hurt = "run_000002";
  const state = b.engine.state.bind(b.engine);
  vi.spyOn(b.engine, "state").mockImplementation((runId) =>
    runId === hurt
      ? Promise.reject(
          new UnreadableError("storage_damaged", `run ${hurt} is damaged`, { what: `run ${hurt}` }),
        )
      : state(runId),
  );
  const [first, second] = await pages(b, 3);
  const { questions, unreadable } = first ?? { questions: [], unreadable: [] };
  expect(questions).toHaveLength(2);
  expect(unreadable).toEqual([{ id: expect.any(String), run_id: hurt, why: `run ${hurt} is damaged` }]);
  expect(second?.questions).toHaveLength(2);
  expect(b.engine.unreadable.list().map(({ what }) => what)).toEqual([`run ${hurt}`]);
});

test("an event that can't be read is named in the log, and hides no others", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const [one, , three] = await b.engine.store.readEach(run.id, 0);
  if (!one || !three) throw new Error("the run has three events");
  vi.spyOn(b.engine.store, "readEach").mockResolvedValue([
    one,
    { version: 2, event: null, why: "damaged" },
    three,
  ]);
  vi.spyOn(b.engine, "state").mockRejectedValue(
    new UnreadableError("storage_damaged", "damaged", { what: `run ${run.id}` }),
  );
  const answer = await b.call("GET", `/agent/runs/${run.id}/events`);
  const { events, unreadable } = eventListSchema.parse(await answer.json());
  expect(events.map(({ version }) => version)).toEqual([1, 3]);
  expect(unreadable).toEqual([{ version: 2, why: "damaged" }]);
  expect((await b.call("GET", `/agent/runs/${run.id}/events`, { as: "owner" })).status).toBe(404);
});

test("twenty consoles read a change once", async () => {
  using b = await bench();
  const run = await b.launch();
  const names = ["run", "runs", "countOpenQuestions", "openQuestions"] as const;
  const spies = names.map((name) => vi.spyOn(b.engine.store, name));
  const reads = () => spies.map((spy) => spy.mock.calls.length);
  const watch = vi.spyOn(b.engine, "watch");
  const streams = await Promise.all(
    Array.from({ length: 20 }, async () => sentEvents(await b.call("GET", "/agent/stream"))),
  );
  for (const stream of streams) expect(await stream.next()).toMatchObject({ data: { open: 0 } });
  const [, , counts = 0] = reads();
  expect(counts).toBeLessThan(5);
  for (const spy of spies) spy.mockClear();
  await b.engine.happen(run.id, asks("Which?"));
  for (const stream of streams) {
    expect(await stream.take(2)).toMatchObject([
      { event: "run", data: { id: run.id, asking: 1 } },
      { event: "questions", data: { open: 1 } },
    ]);
  }
  expect(watch).toHaveBeenCalledTimes(1);
  // The last: whether what it asks is an approval.
  expect(reads()).toEqual([0, 1, 1, 1]);
  for (const stream of streams) await stream[Symbol.asyncDispose]();
});

/** A run changes hands: leases that were taken over, upgrades, drains, and a database that is away for a moment. */
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent, type Bot, type BotOptions, clock, operator, startBot } from "../support/bot.ts";
import { gate } from "../support/gate.ts";
import { answerWith, ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

const by = { actor: operator, via: { channel: "console" } };

async function start(options: BotOptions): Promise<Bot> {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

/** A tool that the test holds in one process. */
function work(run: () => Promise<string>, effect: "once" | "idempotent") {
  return defineTool({
    name: "work",
    description: "Work.",
    input: z.object({}),
    effect,
    requiresApproval: false,
    run,
  });
}

describe("on PostgreSQL, a worker that is stopped like by SIGSTOP loses its lease", () => {
  let postgres: TestPostgres;
  let url: string;
  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.database();
  });
  afterAll(() => postgres.stop());

  /** As if the process had been stopped for longer than its lease: it renews nothing, and the lease runs out. */
  async function takenOver(effect: "once" | "idempotent", upgraded?: Tool) {
    const [first, store] = await Promise.all([openPostgres({ url, clock }), openPostgres({ url, clock })]);
    onTestFinished(() => Promise.all([first.close(), store.close()]).then(() => {}));
    const refused = Promise.withResolvers<string>();
    const frozen: Store = {
      ...first,
      renew: () => new Promise(() => {}),
      commit: async (commit) => {
        const committed = await first.commit(commit);
        if (!committed.ok) refused.resolve(committed.why);
        return committed;
      },
    };
    const held = gate();
    const stale = await start({
      store: frozen,
      model: scripted(calling(call("work", {}, "w1"))),
      tools: [work(() => held.pass().then(() => "the zombie's"), effect)],
    });
    const runId = await stale.launch("work");
    await held.reached;
    await expireLeases();
    let runs = 0;
    const tool = upgraded ?? work(async () => `run ${++runs}`, effect);
    const other = await start({ store, model: scripted(finalAnswer("done")), tools: [tool] });
    return { runId, held, refused: refused.promise, other, runs: () => runs, store };
  }

  /** Leases count by the database's clock, so the database lets them run out. */
  async function expireLeases(): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query("UPDATE runs SET lease_until = 1 WHERE owner IS NOT NULL");
    await client.end();
  }

  test("another one takes the run over and ends it; the late commit is refused", async () => {
    const { runId, held, refused, other, runs, store } = await takenOver("idempotent");
    const state = await other.untilEnd(runId);
    expect(state).toMatchObject({ recoveries: 1, phase: { at: "complete", answer: "done" } });
    const log = await store.read(runId);
    held.open();
    expect(await refused).toBe("fenced");
    expect(await store.read(runId)).toEqual(log);
    expect(JSON.stringify(log)).not.toContain("the zombie's");
    expect(runs()).toBe(1);
  });

  test("what is repeated with its key is asked about when its tool takes other arguments now", async () => {
    const changed = defineTool({
      name: "work",
      description: "Work.",
      input: z.object({ how: z.string() }),
      effect: "idempotent",
      requiresApproval: false,
      run: async () => "with another key",
    });
    const { runId, held, other, runs } = await takenOver("idempotent", changed);
    const asking = await other.untilStatus(runId, "waiting_human_input");
    expect(asking.questions).toMatchObject([
      { kind: "doubt", text: expect.stringContaining("the tool has changed since") },
    ]);
    held.open();
    // Whoever knows that it did not happen lets the model choose again.
    const questionId = asking.questions[0]?.id ?? "";
    const answer = { type: "provide_input", questionId, answer: "run", ...by } as const;
    expect(await other.engine.command(runId, answer, null)).toMatchObject({ ok: true });
    expect(entriesOf(await other.untilEnd(runId))).toContainEqual(
      expect.objectContaining({
        type: "result",
        ok: false,
        output: expect.stringContaining("choose the call again"),
      }),
    );
    expect(runs()).toBe(0);
  });

  test("what must happen once is asked about, and the late outcome settles nothing", async () => {
    const { runId, held, refused, other, runs } = await takenOver("once");
    const asking = await other.untilStatus(runId, "waiting_human_input");
    expect(asking.questions).toMatchObject([{ kind: "doubt" }]);
    held.open();
    expect(await refused).toBe("fenced");
    const answer = { type: "provide_input", questionId: null, answer: "happened", ...by } as const;
    expect((await other.engine.command(runId, answer, null)).ok).toBe(true);
    expect((await other.untilEnd(runId)).phase.at).toBe("complete");
    expect(runs()).toBe(0);
  });

  test("a process that launched a run sees what another one made of it", async () => {
    const opened = await Promise.all([openPostgres({ url, clock }), openPostgres({ url, clock })]);
    onTestFinished(() => Promise.all(opened.map((store) => store.close())).then(() => {}));
    const idle: Store = { ...opened[0], claim: async () => [] };
    const front = await start({ store: idle, model: scripted(new Error("not here")) });
    const runId = await front.launch("work");
    const worker = await start({ store: opened[1], model: scripted(finalAnswer("done")) });
    await worker.untilEnd(runId);
    expect((await front.engine.state(runId))?.phase).toMatchObject({ at: "complete", answer: "done" });
  });
});

describe("a restart", () => {
  async function openStore(): Promise<Store> {
    const store = await openSqlite({ path: ":memory:", clock });
    onTestFinished(() => store.close());
    return store;
  }

  async function promptsOf(store: Store, runId: string): Promise<string[]> {
    const events = await store.read(runId);
    return events.flatMap((event) => (event.type === "model_answered" ? [event.promptHash] : []));
  }

  test("in the middle of a question loses nothing; the agent stays the one the run started with", async () => {
    const store = await openStore();
    const first = await startBot({ store, model: scripted(calling(ask("Which?"))) });
    const runId = await first.launch("release");
    await first.untilStatus(runId, "waiting_human_input");
    await first.stop();

    const model = scripted(finalAnswer("done"));
    const changed = { ...agent(), instructions: "Something else.", hash: "agent-2" };
    const bot = await start({ store, model, agents: [changed] });
    await bot.engine.command(runId, { type: "provide_input", questionId: null, answer: "v1", ...by }, null);
    await bot.untilEnd(runId);
    expect(model.requests[0]?.instructions).toBe("Act through tools.");
    const other = await bot.launch("another");
    await bot.untilEnd(other);
    expect(model.requests[1]?.instructions).toBe("Something else.");
    // Each answer says which prompt it was given to.
    expect(await promptsOf(store, runId)).toEqual(["agent-1", "agent-1"]);
    expect(await promptsOf(store, other)).toEqual(["agent-2"]);
  });

  test("a drain waits for what runs, and leaves nothing in doubt", async () => {
    const store = await openStore();
    const held = gate();
    const tool = work(() => held.pass().then(() => "worked"), "once");
    const first = await startBot({ store, model: scripted(calling(call("work", {}))), tools: [tool] });
    const runId = await first.launch("work");
    await held.reached;
    const drained = first.stop();
    held.open();
    await drained;
    const bot = await start({ store, model: scripted(finalAnswer("done")), tools: [tool] });
    const state = await bot.untilEnd(runId);
    expect(state.settled).toEqual([]);
    expect(JSON.stringify(state.entries)).toContain("worked");
  });

  test("a read that was fetched beforehand and interrupted is fetched again, not told as missing", async () => {
    const store = await openStore();
    const held = gate();
    const page = (run: () => Promise<string>) =>
      defineTool({ name: "page", description: "Read.", input: z.object({}), effect: "read", run });
    const agents = [{ ...agent(), tools: ["page", "final_answer"], prefetch: ["page"] }];
    const model = scripted(finalAnswer("done"));
    const first = await startBot({ store, model, agents, tools: [page(() => held.pass().then(() => ""))] });
    const runId = await first.launch("read");
    await held.reached;
    await first.engine.drain(0);
    const bot = await start({ store, model, agents, tools: [page(async () => "the page")] });
    const state = await bot.untilEnd(runId);
    expect(entriesOf(state).filter((entry) => entry.type === "data")).toMatchObject([{ text: "the page" }]);
  });

  test("a tool that is off is told as missing where it would have been fetched beforehand", async () => {
    const agents = [{ ...agent(), tools: ["page", "final_answer"], prefetch: ["page"] }];
    const bot = await start({ model: scripted(finalAnswer("done")), agents });
    const state = await bot.untilEnd(await bot.launch("read"));
    expect(entriesOf(state).filter((entry) => entry.type === "data")).toMatchObject([
      { text: "not available: this bot has no such tool" },
    ]);
  });
});

test("a store that is busy for a moment delays a run and an inbound message, and loses neither", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  let busy = 3;
  const failing = <T>(go: () => Promise<T>): Promise<T> =>
    busy-- > 0 ? Promise.reject(new StoreError("storage_busy", "busy")) : go();
  const bot = await start({
    store: {
      ...store,
      claimInbox: (claim) => failing(() => store.claimInbox(claim)),
      claim: (claim) => failing(() => store.claim(claim)),
    },
    model: scripted(finalAnswer("done")),
  });
  const settled = Promise.withResolvers<string>();
  bot.engine.watch(({ runId }) => settled.resolve(runId));
  await bot.engine.accept({
    key: "m1",
    actor: operator,
    channel: "slack",
    address: null,
    intent: { type: "message", text: "release", addressed: true, agent: null },
    replyTo: {},
    context: [],
  });
  expect((await bot.untilEnd(await settled.promise)).phase.at).toBe("complete");
});

test("a process that remembers an older state refuses nobody by it", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const thinking = gate();
  const asked = calling(ask("Which?"));
  const model = () =>
    scripted(async (request) => {
      const isAnswered = request.input.some((item) => item.type === "result");
      if (!isAnswered) await thinking.pass();
      return answerWith(isAnswered ? finalAnswer("done") : asked);
    });
  // The first remembers the run from its launch on; the second, which drives it, asks.
  const first = await startBot({ store: { ...store, claim: async () => [] }, model: model() });
  const second = await startBot({ store, model: model() });
  onTestFinished(() => Promise.all([first.stop(), second.stop()]).then(() => {}));
  const runId = await first.launch("ask");
  await thinking.reached;
  thinking.open();
  const { questions } = await second.untilStatus(runId, "waiting_human_input");
  const answer = { questionId: questions[0]?.id ?? "", answer: "this", ...by };
  const submitted = await first.engine.command(runId, { type: "provide_input", ...answer }, null);
  expect(submitted).toMatchObject({ ok: true });
});

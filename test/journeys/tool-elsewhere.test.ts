/** Of two processes on one PostgreSQL one has a tool and the other has not, as in the middle of a release. */
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openWakes } from "../../adapters/postgres/wakes.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { agent, type Bot, operator, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { approve, asked, by, deployment, edit, settle } from "../support/deployment.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";
import { deployed, deployment as undoable } from "../support/undoable.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const known = agent();
const agents = [{ ...known, tools: [...known.tools, "deploy"] }];
const deploysAndEnds = () => scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));

/** A process with these tools. `set.busy`: it takes no run but those it launches; `set.aheadMs`: of its clock. */
async function start(url: string, tools: readonly Tool[], model = scripted(finalAnswer("done"))) {
  const set = { busy: false, aheadMs: 0 };
  const clock = clockOf(() => Date.now() + set.aheadMs);
  const opened = await openPostgres({ url, clock });
  const claims: string[] = [];
  const claim: Store["claim"] = async (which) => {
    const claimed = set.busy ? [] : await opened.claim(which);
    claims.push(...claimed.map(({ runId }) => runId));
    return claimed;
  };
  const wakes = openWakes({ url, log });
  const bot = await startBot({ store: { ...opened, claim }, model, tools, agents, wakes, clock });
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= bot.stop().then(() => opened.close());
    return stopped;
  };
  onTestFinished(stop);
  return { bot, set, claims, stop };
}

/** A run that asks for approval, in a process that has the tool and is busy from then on. */
async function asking(url: string) {
  const { done, tool } = deployment();
  const has = await start(url, [tool], deploysAndEnds());
  const runId = await has.bot.launch("deploy");
  const questionId = await asked(has.bot, runId);
  has.set.busy = true;
  return { done, tool, has, runId, questionId };
}

/** Its holder did not let go of it. */
async function asOfTheDead(url: string, runId: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("UPDATE runs SET owner = 'gone', lease_until = 0, wake_at = 0 WHERE run_id = $1", [
    runId,
  ]);
  await client.end();
}

/** Time passes in which only this process says which tools it has. The timers are the test's. */
async function pass({ bot, set }: { bot: Bot; set: { aheadMs: number } }) {
  const which = { prefix: "tools/there/", before: Number.MAX_SAFE_INTEGER, after: "", limit: 9 };
  const words = () => bot.engine.store.oldNotes(which);
  for (const ms of [40_000, 80_000, 120_000, 160_000]) {
    const before = await words();
    set.aheadMs = ms;
    await vi.advanceTimersByTimeAsync(30_000);
    await expect.poll(words).not.toEqual(before);
  }
}

function fakeTimers() {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
}

async function looks({ engine }: Bot, runId: string) {
  return (await engine.events(runId)).filter(({ type }) => type === "tool_looked_for");
}

test("an approval that a process without the tool comes upon is kept for the one that has it", async () => {
  const url = await server.database();
  const { done, has, runId, questionId } = await asking(url);
  const lacks = await start(url, []);
  // Whichever of them takes the press.
  await settle(lacks.bot, runId, approve(questionId));
  await expect
    .poll(() => looks(has.bot, runId))
    .toMatchObject([{ questionId, found: false, elsewhere: true }]);
  has.set.busy = false;
  const ended = await has.bot.untilEnd(runId);
  expect(JSON.stringify(entriesOf(ended))).toContain("deployed v1");
  expect(done).toEqual(["v1"]);
  expect(lacks.claims).toEqual([runId]);
});

test("what became of a begun call is for its tool to say, and for nobody without it to ask", async () => {
  const url = await server.database();
  const begun = Promise.withResolvers<void>();
  const { tool } = deployment({
    run: async (_, { signal }) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      throw new Error("cut short");
    },
    reconcile: async () => ({ type: "done", output: "it was deployed" }),
  });
  const dies = await start(url, [tool], deploysAndEnds());
  const runId = await dies.bot.launch("deploy");
  await settle(dies.bot, runId, approve(await asked(dies.bot, runId)));
  await begun.promise;
  await dies.stop();
  await asOfTheDead(url, runId);

  const lacks = await start(url, []);
  await expect.poll(() => lacks.claims).toEqual([runId]);
  await start(url, [tool]);
  const ended = await lacks.bot.untilEnd(runId);
  expect(JSON.stringify(entriesOf(ended))).toContain("it was deployed");
  expect(ended).toMatchObject({ recoveries: 1, settled: [{ kind: "approval" }] });
});

test("with no process left that has the tool, the approved call fails and says why", async () => {
  const url = await server.database();
  const { done, has, runId, questionId } = await asking(url);
  fakeTimers();
  const lacks = await start(url, []);
  await settle(has.bot, runId, approve(questionId));
  await expect.poll(() => looks(has.bot, runId)).toHaveLength(1);
  await has.stop();
  expect((await lacks.bot.engine.state(runId))?.phase.at).toBe("acting");
  await pass(lacks);
  const ended = await lacks.bot.untilEnd(runId);
  expect(JSON.stringify(entriesOf(ended))).toContain("There is no tool deploy");
  expect(done).toEqual([]);
});

test("a card is marked only when no process has the tool, whichever was started last", async () => {
  const url = await server.database();
  const { has, tool, runId, questionId } = await asking(url);
  const lacks = await start(url, []);
  await lacks.stop();
  expect(await looks(has.bot, runId)).toEqual([]);

  await has.stop();
  fakeTimers();
  const alone = await start(url, []);
  // Its start counts the other one as there; a minute later it does not.
  expect(await looks(alone.bot, runId)).toEqual([]);
  expect(alone.bot.engine.leftBehind).toEqual([]);
  await pass(alone);
  await alone.bot.until(runId, ({ questions }) => questions[0]?.toolGone === true);
  expect(await alone.bot.engine.command(runId, approve(questionId), null)).toMatchObject({ ok: false });
  const why = expect.stringContaining("its tool deploy is gone");
  await expect.poll(() => alone.bot.engine.leftBehind).toEqual([{ run: runId, why }]);

  await start(url, [tool]);
  await alone.bot.until(runId, ({ questions }) => questions[0]?.toolGone === undefined);
  await alone.stop();
});

test("arguments are changed only where the tool is, and whoever tries elsewhere is told so", async () => {
  const url = await server.database();
  const { has, runId, questionId } = await asking(url);
  const lacks = await start(url, []);
  const change = edit(questionId, { version: "v2" });
  expect(await lacks.bot.engine.command(runId, change, null)).toEqual({
    ok: false,
    refusal: {
      code: "answer_invalid",
      message:
        "This reached a process without the tool deploy; another one has it. Approve or refuse it as it is shown, or try the change once more.",
    },
  });
  expect(await has.bot.engine.command(runId, change, null)).toMatchObject({ ok: true });
});

test("a way back is taken where the tool is, and a press elsewhere changes nothing", async () => {
  const url = await server.database();
  const has = await start(url, [undoable().tool], deploysAndEnds());
  const { runId, questionId } = await deployed(has.bot);
  const lacks = await start(url, []);
  const press = { type: "undo", questionId, ...by } as const;
  const message = "This reached a process without the tool deploy; another one has it. Press Undo once more.";
  expect(await lacks.bot.engine.command(runId, press, null)).toEqual({
    ok: false,
    refusal: { code: "answer_invalid", message },
  });
  expect(await has.bot.engine.command(runId, press, null)).toMatchObject({ ok: true });
});

test("who may approve goes by the tool that another process has", async () => {
  const url = await server.database();
  const lacks = await start(url, []);
  const { tool } = deployment({ requiresApproval: { by: ["slack:T1/*"] } });
  const has = await start(url, [tool], deploysAndEnds());
  const runId = await has.bot.launch("deploy");
  const questionId = await asked(has.bot, runId);
  const refused = await lacks.bot.engine.command(runId, approve(questionId), null);
  expect(refused).toMatchObject({ ok: false, refusal: { code: "not_an_approver" } });
  const dana = { ...operator, principal: "slack:T1/U1" };
  await settle(lacks.bot, runId, { ...approve(questionId), actor: dana });
  expect((await has.bot.untilEnd(runId)).phase.at).toBe("complete");
});

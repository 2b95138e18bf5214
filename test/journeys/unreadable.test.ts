/**
 * One record can't be read, and nobody else notices: the run that needs it is left, and told of, and all others go on.
 */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { hasEnded } from "../../src/core/state.ts";
import { startBot } from "../support/bot.ts";
import { goldenReleases, openGoldenFile } from "../support/golden/open.ts";
import { named, runsOf, watched } from "../support/golden/runs.ts";
import { goldenScenes } from "../support/golden/scenes.ts";
import {
  clockFrom,
  goldenAgents,
  goldenChannels,
  goldenModel,
  goldenTools,
  madeAt,
} from "../support/golden/world.ts";

const clock = clockFrom(madeAt + 3_600_000);
const release = goldenReleases[0].release;

/** Of the golden runs, as this release finds them. */
async function start(harm: readonly string[]) {
  const { store, close } = await openGoldenFile(release, clock, harm);
  onTestFinished(close);
  const lines: { msg: string; what?: string; run?: string }[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const changed = watched(store);
  const { tools, done } = goldenTools(false);
  const begin = async () => {
    const bot = await startBot({
      store: changed.store,
      model: goldenModel(false),
      tools,
      agents: goldenAgents(tools),
      channels: goldenChannels(false),
      clock,
      log,
    });
    onTestFinished(() => bot.stop());
    return bot;
  };
  return { store, begin, changed, lines, done };
}

/** What stands in the golden database, before anything is done to it. */
async function golden() {
  const { store, close } = await openGoldenFile(release, clock);
  const found = await runsOf(store);
  await close();
  return found;
}

/** Goes on by themselves, whoever is hurt. */
const thinking = "wait for a model that never answered";
const chosen = "tag what was chosen";
const sleeping = "sleep for a while";
const alone = [thinking, sleeping, "push, and be killed meanwhile", "try an overloaded model again later"];

test("an event: its run is left as it is and said once, the others end, and a word to it is answered", async () => {
  const found = await golden();
  const hurt = named(found, chosen).row.runId;
  const { store, begin, changed, lines, done } = await start([
    `UPDATE events SET data = '{' WHERE run_id = '${hurt}' AND version = 2`,
  ]);
  const bot = await begin();
  for (const task of alone)
    expect((await bot.untilEnd(named(found, task).row.runId)).phase.at).toBe("complete");
  await changed.until(async () => (await store.pendingInbox(1)).length === 0);

  expect(bot.engine.unreadable.list()).toEqual([
    { what: `run ${hurt}`, message: expect.stringContaining(`run ${hurt} holds at version 2`) },
  ]);
  expect(bot.engine.unreadable.left).toEqual([hurt]);
  expect(lines.filter((line) => line.msg === "a record can't be read, all others go on")).toHaveLength(1);
  expect(lines.filter((line) => line.msg === "run left as it is" && line.run === hurt)).toHaveLength(1);
  expect(done).not.toContain("tag checkout");
  expect(await store.runs({ limit: 100 })).toHaveLength(found.size + 1);
  expect((await store.openQuestions({ limit: 100 })).rows).not.toEqual([]);

  await bot.engine.accept({
    key: "to the hurt one",
    actor: { principal: "slack:T1/U1", name: "dana", groups: [], guest: false, kind: "person" },
    channel: "slack",
    address: null,
    intent: { type: "press", action: "stop", runId: hurt },
    replyTo: {},
    context: [],
  });
  await changed.until(async () => (await store.pendingInbox(1)).length === 0);
  const row = await store.inboxRow({ source: "slack", key: "to the hurt one" });
  expect(row).toMatchObject({ state: "refused" });
});

test("messages: those that can't be read stay, in any number, and those behind them are worked off", async () => {
  const { store, begin, changed } = await start([
    "UPDATE inbox SET body = '{\"key\":' WHERE key = 'golden:hear a choice'",
    "UPDATE inbox SET body = '{\"v\":7,\"value\":{}}' WHERE key = 'golden:hear an answer'",
    // More than are looked at at once, before all others.
    `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 250)
     INSERT INTO inbox (seq, source, key, body, received_at, state) SELECT -n, 'slack', 'odd ' || n, '?', 1, 'pending' FROM n`,
  ]);
  const bot = await begin();
  await changed.until(async () => (await store.pendingInbox(1_000)).length === 252);
  const left = await store.pendingInbox(1_000);
  expect(left.filter(({ source }) => source === "discord").map(({ key }) => key)).toEqual([
    "golden:hear a choice",
  ]);
  expect(bot.engine.unreadable.list()).toHaveLength(100);
  for (const { task, inbox, end, goOn } of goldenScenes) {
    const id = (await store.runs({ text: task, limit: 1 }))[0]?.runId ?? "";
    const isHurt = left.some(({ key }) => key === `golden:${task}`);
    // Some wait for a person after that.
    if (inbox && !isHurt && !goOn) expect((await bot.untilEnd(id)).phase.at, task).toBe(end.at);
  }
});

test("posts: a damaged one is given up and keeps its words, one of a newer release waits, the others arrive", async () => {
  const found = await golden();
  const damaged = `${named(found, chosen).row.runId}/progress#0`;
  const newer = `${named(found, sleeping).row.runId}/progress#0`;
  const { store, begin, changed } = await start([
    `UPDATE outbox SET body = '{"summary":1}' WHERE id = '${damaged}'`,
    `UPDATE outbox SET body = '{"v":2,"value":1}' WHERE id = '${newer}'`,
    // Nothing moves them on: what a run says next would replace them.
    "UPDATE runs SET wake_at = NULL",
    "UPDATE inbox SET state = 'done'",
  ]);
  const bot = await begin();
  await changed.until(async () => (await store.outboxHealth()).undelivered === 1);
  const [waits] = await store.dueDeliveries({
    now: Number.MAX_SAFE_INTEGER,
    limit: 9,
    channels: ["terminal", "discord"],
  });
  expect(waits).toMatchObject({ id: newer, attempts: 0 });
  expect(waits?.nextAt).toBeGreaterThan(madeAt + 3_600_000);
  expect(
    bot.engine.unreadable
      .list()
      .map(({ what }) => what)
      .sort(),
  ).toEqual([`post ${damaged}`, `post ${newer}`].sort());
});

test("an agent: the runs that use it are left, those of other agents go on", async () => {
  const found = await golden();
  const { begin, changed, store } = await start([
    "UPDATE agents SET hash = 'golden-former' WHERE hash = 'golden-watcher'",
    "UPDATE agents SET body = '{}' WHERE hash = 'golden-former'",
    `UPDATE events SET data = replace(data, 'golden-watcher', 'golden-former') WHERE type = 'launched'`,
  ]);
  const bot = await begin();
  for (const task of alone) expect(hasEnded(await bot.untilEnd(named(found, task).row.runId))).toBe(true);
  await changed.until(async () => bot.engine.unreadable.left.length === 1);
  const hurt = named(found, "look something up beforehand").row.runId;
  expect(bot.engine.unreadable.left).toEqual([hurt]);
  expect(bot.engine.unreadable.list().map(({ what }) => what)).toEqual(["agent golden-former"]);
  expect(await store.runs({ limit: 100 })).not.toEqual([]);
});

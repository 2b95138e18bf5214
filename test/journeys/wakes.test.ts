/** Processes that share a PostgreSQL wake each other: web and channels in one, workers in another. */
import { Client } from "pg";
import pino from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openWakes } from "../../adapters/postgres/wakes.ts";
import type { Delivery } from "../../src/core/ports/channel.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import type { Role } from "../../src/engine/options.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { gate } from "../support/gate.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { commit, must } from "../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const works: Role = { works: true, speaks: false };
const speaks: Role = { works: false, speaks: true };

/** Keeps what was sent; resolves `until` with the first delivery that holds. */
function chat() {
  const sent: Delivery[] = [];
  const waiting: { holds: (delivery: Delivery) => boolean; tell: (delivery: Delivery) => void }[] = [];
  const channel = muteChannel({
    async post(delivery) {
      sent.push(delivery);
      for (const one of waiting) if (one.holds(delivery)) one.tell(delivery);
      return { remoteId: delivery.remoteId ?? `message ${delivery.id}` };
    },
  });
  const until = (holds: (delivery: Delivery) => boolean) => {
    const known = sent.find(holds);
    return known ? Promise.resolve(known) : new Promise<Delivery>((tell) => waiting.push({ holds, tell }));
  };
  return { channel, sent, until };
}

async function start(
  url: string,
  role: Role,
  model: Model = scripted(),
  read: (store: Store) => Partial<Store> = () => ({}),
) {
  const opened = await openPostgres({ url, clock });
  const store = { ...opened, ...read(opened) };
  const at = chat();
  const wakes = openWakes({ url, log });
  const bot = await startBot({ store, model, wakes, role, channels: [at.channel], log });
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
  });
  return { bot, store, ...at };
}

async function launchAt(bot: Bot, address: string): Promise<string> {
  const request = { task: "work", actor: operator, via: { channel: "chat" }, addresses: [address] };
  const rest = { context: [], trusted: true, follows: null, parent: null };
  const submitted = await bot.engine.launch("default", { ...request, ...rest }, null);
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  return submitted.runId;
}

async function onDatabase<T extends object>(url: string, sql: string, ...values: unknown[]): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** From now on no job is written. */
const dropJobs = `
  CREATE FUNCTION drop_job() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
  CREATE TRIGGER drop_jobs BEFORE INSERT ON graphile_worker._private_jobs FOR EACH ROW EXECUTE FUNCTION drop_job()`;

const jobs = "SELECT key, task_identifier AS task FROM graphile_worker.jobs ORDER BY key";

test("a run goes through two processes: one has the channel, the other drives", async () => {
  const url = await server.database();
  const web = await start(url, speaks);
  const model = scripted(calling(ask("which one?")), finalAnswer("done"));
  const worker = await start(url, works, model);
  const runId = await launchAt(web.bot, "chat:here");
  await web.bot.untilStatus(runId, "waiting_human_input");
  const answer = { questionId: null, answer: "this", actor: operator, via: { channel: "chat" } };
  const answered = await web.bot.engine.command(runId, { type: "provide_input", ...answer }, null);
  expect(answered.ok).toBe(true);
  expect((await web.bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "done" });
  await web.until(({ body }) => JSON.stringify(body).includes("done"));
  expect(worker.sent).toEqual([]);
});

test("a process that drives nothing begins what it hears of before the job has come", async () => {
  const url = await server.database();
  const web = await start(url, speaks);
  await start(url, works, scripted(calling(ask("which one?")), finalAnswer("done")));
  // No job ever comes, and the sweep can write none either.
  await onDatabase(url, dropJobs);
  const runId = await launchAt(web.bot, "chat:here");
  await web.bot.untilStatus(runId, "waiting_human_input");
  const answer = { questionId: null, answer: "this", actor: operator, via: { channel: "chat" } };
  await web.bot.engine.command(runId, { type: "provide_input", ...answer }, null);
  expect((await web.bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "done" });
});

test("what makes a run due writes its job down, once, and a commit that is refused writes none", async () => {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  onTestFinished(() => store.close());
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  await must(store.commit(commit("r1", 1, { wakeAt: 0 })));
  await must(store.commit(commit("r2", 0, { wakeAt: null })));
  expect(await store.commit(commit("r3", 1, { wakeAt: 0 }))).toMatchObject({ ok: false });
  expect(await onDatabase(url, jobs)).toEqual([{ key: "run:r1", task: "run" }]);
});

test("a run whose holder is gone is driven by another process when its lease has run out", async () => {
  const url = await server.database();
  const web = await start(url, speaks);
  const runId = await launchAt(web.bot, "chat:here");
  const claims = await web.store.claim({ owner: "gone", now: Date.now(), leaseMs: 1, limit: 1 });
  expect(claims.map((claim) => claim.runId)).toEqual([runId]);
  await onDatabase(url, "DELETE FROM graphile_worker._private_jobs");
  await start(url, works, scripted(finalAnswer("done")));
  expect((await web.bot.untilEnd(runId)).phase).toMatchObject({ at: "complete" });
});

test("a launch whose process is gone right behind its own commit is driven by another when its lease has run out", async () => {
  const url = await server.database();
  const written = gate();
  const launched: (string | undefined)[] = [];
  const dies = await start(url, { works: true, speaks: true }, scripted(), ({ commit }) => ({
    async commit({ claim, ...launch }) {
      launched.push(claim?.owner);
      await commit(claim ? { ...launch, claim: { ...claim, leaseMs: 1 } } : launch);
      await written.pass();
      throw new Error("this process is gone");
    },
  }));
  onTestFinished(() => written.open());
  const lost = launchAt(dies.bot, "chat:here").catch(() => "");
  await written.reached;
  const other = await start(url, works, scripted(finalAnswer("done")));
  const [row] = await other.store.runs({ limit: 1 });
  const ended = await other.bot.untilEnd(row?.runId ?? "");
  expect(ended).toMatchObject({ phase: { at: "complete", answer: "done" }, recoveries: 1 });
  expect(launched).toEqual([expect.stringContaining("worker-")]);
  written.open();
  await lost;
});

test("a run, a post and a message without any job, as an older release left them, are found", async () => {
  const url = await server.database();
  const web = await start(url, { works: true, speaks: true }, scripted(finalAnswer("done")));
  await onDatabase(url, dropJobs);
  const runId = await launchAt(web.bot, "chat:here");
  await onDatabase(url, "DROP TRIGGER drop_jobs ON graphile_worker._private_jobs");
  expect((await web.bot.untilEnd(runId)).phase).toMatchObject({ at: "complete" });
  await web.until(({ body }) => JSON.stringify(body).includes("done"));
});

test("the database fails and comes back, and the processes hear of new work again", async () => {
  const url = await server.database();
  const web = await start(url, speaks);
  await start(url, works, scripted(finalAnswer("first"), finalAnswer("second")));
  const first = await launchAt(web.bot, "chat:one");
  await web.bot.untilEnd(first);
  await server.restart();
  const second = await launchAt(web.bot, "chat:two");
  expect((await web.bot.untilEnd(second)).phase).toMatchObject({ at: "complete", answer: "second" });
});

/** Who claimed which run in this order, as each store gave it away. */
type Claimed = { by: string; epoch: number; recovered: boolean };

function claimedBy(by: string, claimed: Claimed[]) {
  return (store: Store): Partial<Store> => ({
    async claim(which) {
      const claims = await store.claim(which);
      claimed.push(...claims.map(({ epoch, recovered }) => ({ by, epoch, recovered })));
      return claims;
    },
  });
}

/** Of a release that does not know an event of any run. */
function olderRelease(by: string, claimed: Claimed[]) {
  return (store: Store): Partial<Store> => ({
    async read(runId) {
      const events = await store.read(runId);
      if (events.length === 0) return events;
      throw new UnreadableError("storage_version", "an event of a newer release", { what: `run ${runId}` });
    },
    // A log that can't be read does not come with the claim either.
    async claim(which) {
      const claims = (await claimedBy(by, claimed)(store).claim?.(which)) ?? [];
      return claims.map(({ log: _, ...claim }) => claim);
    },
  });
}

test("during an upgrade the older process lets go of a run that it can't read, and the newer one ends it", async () => {
  const url = await server.database();
  const web = await start(url, speaks);
  const claimed: Claimed[] = [];
  const old = await start(url, works, scripted(), olderRelease("old", claimed));
  // What a newer release adds to the tables is nothing to the older one that still runs.
  await onDatabase(url, "ALTER TABLE runs ADD COLUMN added text; ALTER TABLE events ADD COLUMN added text");
  const runId = await launchAt(web.bot, "chat:here");
  const { unreadable } = old.bot.engine;
  await expect.poll(() => unreadable.left).toEqual([runId]);
  await start(url, works, scripted(finalAnswer("done")), claimedBy("new", claimed));
  expect((await web.bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "done" });
  expect(claimed).toEqual([
    { by: "old", epoch: 1, recovered: false },
    { by: "new", epoch: 2, recovered: false },
  ]);
  // What has ended needs nobody any more who could read it.
  await expect.poll(() => unreadable.left).toEqual([]);
});

test("older processes take such a run once each, and a newer one finds it whoever gets the jobs", async () => {
  const url = await server.database();
  const web = await start(url, speaks);
  const claimed: Claimed[] = [];
  // As if older ones, which have left the run, got all of them.
  await onDatabase(url, dropJobs);
  const olds = [
    await start(url, works, scripted(), olderRelease("old", claimed)),
    await start(url, works, scripted(), olderRelease("old", claimed)),
  ];
  const runId = await launchAt(web.bot, "chat:here");
  for (const { bot } of olds) await expect.poll(() => bot.engine.unreadable.left).toEqual([runId]);
  await start(url, works, scripted(finalAnswer("done")), claimedBy("new", claimed));
  expect((await web.bot.untilEnd(runId)).phase).toMatchObject({ at: "complete", answer: "done" });
  expect(claimed).toEqual([
    { by: "old", epoch: 1, recovered: false },
    { by: "old", epoch: 2, recovered: false },
    { by: "new", epoch: 3, recovered: false },
  ]);
});

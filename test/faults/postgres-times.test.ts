/** A sleep that is over is told to all processes at that moment: nobody finds it at a later look. */
import { Client, type Pool } from "pg";
import pino from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { defaultLimits, openPool } from "../../adapters/postgres/connection.ts";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { sweepOnce, tellTimed } from "../../adapters/postgres/sweep.ts";
import { openTimes } from "../../adapters/postgres/times.ts";
import type { Wakes, WhenDue } from "../../src/core/ports/wakes.ts";
import { clock, startBot } from "../support/bot.ts";
import { call, calling, scripted } from "../support/model/scripted.ts";
import { commit, must } from "../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const idle: WhenDue = { run: null, left: () => [], channels: () => [], posts: () => {}, inbox: () => {} };
const told = '{"count":1}';

/** A run that sleeps for a minute, and somebody who hears what is told of jobs. */
async function sleeper(): Promise<{
  pool: Pool;
  heard: string[];
  endSleepIn: (ms: number) => Promise<unknown>;
}> {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  const pool = openPool({ url, limits: defaultLimits }, 1);
  const ear = new Client({ connectionString: url });
  await ear.connect();
  onTestFinished(async () => {
    await ear.end();
    await pool.end();
    await store.close();
  });
  await must(store.commit(commit("r1", 0, { wakeAt: clock.now() + 60_000 })));
  const heard: string[] = [];
  ear.on("notification", ({ payload = "" }) => heard.push(payload));
  await ear.query('LISTEN "jobs:insert"');
  const endSleepIn = (ms: number) =>
    pool.query(
      `UPDATE runs SET wake_at = floor(extract(epoch FROM clock_timestamp()) * 1000) + ${ms} WHERE run_id = 'r1'`,
    );
  return { pool, heard, endSleepIn };
}

test("what is due is told, what is soon is said, and what is later is nobody's business yet", async () => {
  const { pool, heard, endSleepIn } = await sleeper();
  expect(await tellTimed(pool)).toBeNull();
  const sweep = async () => (await sweepOnce(pool, idle, 1)).nextInMs;
  expect(await sweep()).toBeNull();
  await endSleepIn(5_000);
  for (const next of [await tellTimed(pool), await sweep()]) {
    expect(next).toBeGreaterThan(0);
    expect(next).toBeLessThanOrEqual(5_000);
  }
  expect(heard).toEqual([]);
  await endSleepIn(0);
  expect(await tellTimed(pool)).toBeNull();
  await expect.poll(() => heard).toEqual([told]);
});

test("a time that was heard of is told when it comes, and the next one that stands behind it as well", async () => {
  const { pool, heard, endSleepIn } = await sleeper();
  const times = openTimes(() => pool, pino({ level: "silent" }));
  onTestFinished(() => times.stop());
  await endSleepIn(300);
  // Asked too early, it asks for the rest of the time.
  times.comesIn(1);
  await expect.poll(() => heard).toEqual([told]);
});

test("a run that goes to sleep says until when", async () => {
  const said: number[] = [];
  const told = Promise.withResolvers<WhenDue>();
  const wakes: Wakes = {
    start: async (due) => told.resolve(due),
    soon: (at) => void said.push(at),
    refresh() {},
    worksAlone: () => false,
    stop: async () => {},
  };
  const wait = call("wait_for_event", { event: "deployed", timeout_seconds: 3600 });
  const bot = await startBot({ model: scripted(calling(wait)), wakes });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("wait");
  const { run } = await told.promise;
  const from = clock.now();
  await run?.({ runId, dueAt: 0, epoch: null });
  expect(said.at(-1)).toBeGreaterThanOrEqual(from + 3_600_000);
  expect(said.at(-1)).toBeLessThanOrEqual(clock.now() + 3_600_000);
});

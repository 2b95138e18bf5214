/** What the sweep finds: no failure of a job, and no death of who had taken it, strands what the job was about. */
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { defaultLimits, openPool } from "../../adapters/postgres/connection.ts";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { freeJobs, sweepOnce } from "../../adapters/postgres/sweep.ts";
import { openWakes } from "../../adapters/postgres/wakes.ts";
import type { WhenDue } from "../../src/core/ports/wakes.ts";
import { clock } from "../support/bot.ts";
import { commit, must } from "../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const due: WhenDue = {
  run: async () => {},
  left: () => [],
  channels: () => [],
  posts: () => {},
  inbox: () => {},
};

/** A database with a run that has been due for long, and its job. */
async function withDueRun() {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  const pool = openPool({ url, limits: defaultLimits }, 1);
  onTestFinished(async () => {
    await pool.end();
    await store.close();
  });
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  const jobs = async (change: string) => pool.query(`UPDATE graphile_worker._private_jobs SET ${change}`);
  const ready = async () => {
    const { rows } = await pool.query<{ key: string }>(
      "SELECT key FROM graphile_worker._private_jobs WHERE is_available AND run_at <= now()",
    );
    return rows.map(({ key }) => key);
  };
  return { url, store, pool, jobs, ready };
}

test.each([
  {
    fate: "waits for hours after many failures",
    change: "attempts = 20, run_at = now() + interval '6 hours'",
  },
  { fate: "failed for the last time", change: "attempts = max_attempts" },
  {
    fate: "was taken by a process that is gone",
    change: "attempts = 1, locked_by = 'gone', locked_at = now()",
  },
])("a run whose job $fate has another at the next sweep", async ({ change }) => {
  const { pool, jobs, ready } = await withDueRun();
  await jobs(change);
  expect(await ready()).toEqual([]);
  await sweepOnce(pool, due, 1);
  expect(await ready()).toEqual(["run:r1"]);
});

test("a process sweeps as it starts: what was lost while none was there waits no longer", async () => {
  const { url, pool } = await withDueRun();
  await pool.query("DELETE FROM graphile_worker._private_jobs");
  const woken: string[] = [];
  const wakes = openWakes({ url, log: pino({ level: "silent" }) });
  await wakes.start({ ...due, run: async ({ runId }) => void woken.push(`run:${runId}`) });
  await wakes.stop();
  expect(woken).toContain("run:r1");
});

test("a run that nobody drives is named, up to so many, but to whoever can't read it", async () => {
  const { store, pool } = await withDueRun();
  await must(store.commit(commit("r2", 0, { wakeAt: 1 })));
  const found = async (most: number, left: string[] = []) => {
    await pool.query("DELETE FROM graphile_worker._private_jobs");
    return (await sweepOnce(pool, { ...due, left: () => left }, most)).found;
  };
  const [first, second] = [
    { runId: "r1", dueAt: 0, epoch: 0 },
    { runId: "r2", dueAt: 1, epoch: 0 },
  ];
  expect(await found(2)).toEqual([first, second]);
  expect(await found(1)).toEqual([first]);
  expect(await found(0)).toEqual([]);
  expect(await found(2, ["r1"])).toEqual([second]);
});

test("a process works alone while no other one that drives runs is there", async () => {
  const { url, pool } = await withDueRun();
  const other = openPool({ url, limits: defaultLimits }, 1);
  const isAlone = async (on = pool) => (await sweepOnce(on, due, 0)).alone;
  expect([await isAlone(), await isAlone()]).toEqual([true, true]);
  await sweepOnce(other, { ...due, run: null }, 0);
  expect(await isAlone()).toBe(true);
  expect(await isAlone(other)).toBe(false);
  expect(await isAlone()).toBe(false);
  await other.end();
  await expect.poll(() => isAlone()).toBe(true);
});

test("jobs of a process that drives no run any more are free again, those of one that does are not", async () => {
  const { store, pool, jobs, ready } = await withDueRun();
  await store.claim({ owner: "driving", now: clock.now(), leaseMs: 60_000, limit: 1 });
  await jobs("locked_by = 'driving', locked_at = now() - interval '1 hour'");
  await freeJobs(pool);
  expect(await ready()).toEqual([]);
  await pool.query("UPDATE runs SET lease_until = 0");
  await freeJobs(pool);
  expect(await ready()).toEqual(["run:r1"]);
});

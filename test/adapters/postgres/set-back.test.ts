/** The database's clock is set back by an hour: nobody is held for that hour, and nobody loses what it holds. */
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { defaultLimits, openPool } from "../../../adapters/postgres/connection.ts";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { sweepOnce } from "../../../adapters/postgres/sweep.ts";
import { longestClaimMs } from "../../../src/core/ports/deliveries.ts";
import { clock } from "../../support/bot.ts";
import { commit, must, post } from "../../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const hour = 3_600_000;

/** A store with a due run that has a post. `passes`: as if this time had passed since the leases were written. */
async function opened() {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  const pool = openPool({ url, limits: defaultLimits }, 1);
  onTestFinished(async () => {
    await pool.end();
    await store.close();
  });
  await must(store.commit(commit("r1", 0, { wakeAt: 0, posts: [post("p", "one")] })));
  const claim = async (owner: string, leaseMs = 15_000) =>
    store.claim({ owner, now: clock.now(), leaseMs, limit: 1 });
  const begin = () => store.beginDelivery({ id: "r1/p#0", now: clock.now(), leaseMs: longestClaimMs });
  const passes = async (ms: number) => {
    for (const table of ["runs", "outbox"])
      await pool.query(`UPDATE ${table} SET lease_until = lease_until - ${ms}`);
  };
  const swept = async () => {
    const [posts, inbox] = [vi.fn(), vi.fn()];
    const due = { run: async () => {}, left: () => [], channels: () => ["slack"], posts, inbox };
    const { found } = await sweepOnce(pool, due, 9);
    const isTold = { posts: posts.mock.calls.length > 0, inbox: inbox.mock.calls.length > 0 };
    return { ...isTold, runs: found.map(({ runId }) => runId) };
  };
  const leaseOf = async (table: string) =>
    (await pool.query<{ at: string }>(`SELECT lease_until AS at FROM ${table}`)).rows[0]?.at;
  return { store, pool, claim, begin, passes, swept, leaseOf };
}

test("a run whose holder is gone is taken over when the longest lease has passed, and no sooner", async () => {
  const { pool, claim, passes, swept } = await opened();
  await pool.query("DELETE FROM graphile_worker._private_jobs");
  expect(await claim("gone")).toMatchObject([{ runId: "r1", epoch: 1 }]);
  await passes(-hour);
  // Its holder may have renewed the lease a moment ago, and count on it.
  expect(await claim("other")).toEqual([]);
  expect((await swept()).runs).toEqual([]);
  expect(await claim("other")).toEqual([]);
  await passes(longestClaimMs + 1);
  expect((await swept()).runs).toEqual(["r1"]);
  expect(await claim("other")).toMatchObject([{ runId: "r1", epoch: 2, recovered: true }]);
});

test("a post that was on its way is sent again when its send is over for sure, and looked for first", async () => {
  const { begin, passes, swept } = await opened();
  expect(await begin()).toMatchObject({ uncertain: false });
  await passes(-hour);
  expect(await begin()).toBeNull();
  await swept();
  expect(await begin()).toBeNull();
  await passes(longestClaimMs + 1);
  expect(await begin()).toMatchObject({ uncertain: true });
});

test("leases that are no longer than they may be stay as they are", async () => {
  const { claim, begin, swept, leaseOf } = await opened();
  await claim("here");
  await begin();
  const before = [await leaseOf("runs"), await leaseOf("outbox")];
  await swept();
  expect([await leaseOf("runs"), await leaseOf("outbox")]).toEqual(before);
});

test("what was written a moment before waits for its job no hour either", async () => {
  const { store, pool, swept } = await opened();
  await store.receive({
    source: "slack",
    key: "k",
    body: "{}",
    receivedAt: clock.now() + hour,
    address: null,
  });
  await pool.query(
    `UPDATE runs SET updated_at = updated_at + ${clock.now() + hour};
     UPDATE outbox SET waiting_since = ${clock.now() + hour};
     UPDATE graphile_worker._private_jobs SET run_at = now() + interval '1 hour'`,
  );
  expect(await swept()).toEqual({ posts: true, inbox: true, runs: ["r1"] });
});

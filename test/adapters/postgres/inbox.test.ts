/** How PostgreSQL claims messages: without going over everything that waits, and by its own clock. */
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { defaultLimits, openPool } from "../../../adapters/postgres/connection.ts";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { sweepOnce } from "../../../adapters/postgres/sweep.ts";
import { clock } from "../../support/bot.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";
import { rowsRead } from "../../support/store/rows-read.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A store on a database of its own, and a connection beside it. */
async function opened() {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  onTestFinished(() => store.close());
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return { url, store, client };
}

const insert = "INSERT INTO inbox (source, key, body, received_at, state, address)";
/** A release that knows no order of threads. */
const insertOfFormer = "INSERT INTO inbox (source, key, body, received_at, state)";

test.each([
  { backlog: "of one thread", address: "'slack:T1/C2/1'", claimed: 2 },
  { backlog: "of as many threads", address: "'slack:T1/C2/' || n", claimed: 50 },
])(
  "a claim reads no more of a long backlog $backlog than it needs, though the statistics are of a quiet hour",
  async ({ address, claimed }) => {
    const { store, client } = await opened();
    await client.query(
      `${insert} SELECT 'slack', 'old' || n, '', 1, 'done', 'slack:T1/C1/' || n FROM generate_series(1, 20000) AS n;
       ANALYZE inbox;
       ${insert} SELECT 'slack', 'k' || n, '{}', 1, 'pending', ${address} FROM generate_series(1, 2000) AS n;
       ${insert} VALUES ('slack', 'elsewhere', '{}', 1, 'pending', 'slack:T1/C3/1')`,
    );
    const query = vi.spyOn(Client.prototype, "query");
    onTestFinished(() => query.mockRestore());
    const rows = await store.claimInbox({ now: 1, leaseMs: -1, limit: 50, patienceMs: 60_000 });
    expect(rows).toHaveLength(claimed);
    const [config] = query.mock.lastCall ?? [];
    const claim = Object(config) as { text: string; values: unknown[] };
    expect(await rowsRead(client, claim, ["inbox"])).toBeLessThan(500);
  },
);

test("a clock of the database that is set back keeps no message claimed", async () => {
  const { url, store, client } = await opened();
  const address = "slack:T1/C1/1";
  const hear = (key: string) => store.receive({ source: "slack", key, body: "{}", receivedAt: 1, address });
  await hear("first");
  const claim = async () => {
    const rows = await store.claimInbox({ now: 1, leaseMs: 60_000, limit: 50, patienceMs: 60_000 });
    return rows.map(({ key }) => key);
  };
  const pool = openPool({ url, limits: defaultLimits }, 1);
  onTestFinished(() => pool.end());
  const isSwept = async () => {
    const inbox = vi.fn();
    const due = { run: null, left: () => [], channels: () => ["slack"], posts: () => {}, inbox };
    await sweepOnce(pool, due, 0);
    return inbox.mock.calls.length > 0;
  };
  expect(await claim()).toEqual(["first"]);
  // As if an hour had been taken from the clock.
  const setBack = "UPDATE inbox SET tried_at = tried_at + 3600000, lease_until = lease_until + 3600000";
  await client.query(setBack);
  expect(await isSwept()).toBe(true);
  expect(await claim()).toEqual(["first"]);
  expect(await isSwept()).toBe(false);
  await hear("second");
  expect(await claim()).toEqual([]);
  // As if it had been tried for two hours by then: what is said behind it waits no longer.
  await client.query("UPDATE inbox SET tried_at = tried_at - 7200000 WHERE key = 'first'");
  await client.query(setBack);
  expect(await claim()).toEqual(["first", "second"]);
  expect(await claim()).toEqual([]);
});

test("a message that a process of a release without thread order works on keeps its turn, and what it took in waits for nobody", async () => {
  const { store, client } = await opened();
  const address = "slack:T1/C1/1";
  for (const key of ["first", "second"])
    await store.receive({ source: "slack", key, body: "{}", receivedAt: 1, address });
  await client.query(`${insertOfFormer} VALUES ('slack', 'of the former one', '{}', 1, 'pending')`);
  const claim = async () => {
    const rows = await store.claimInbox({ now: 1, leaseMs: 60_000, limit: 50, patienceMs: 60_000 });
    return rows.map(({ key }) => key);
  };
  const formerClaims = (until: string) =>
    client.query(`UPDATE inbox SET lease_until = ${until} WHERE key = 'first'`);
  await formerClaims("floor(extract(epoch FROM clock_timestamp()) * 1000) + 5000");
  expect(await claim()).toEqual(["of the former one"]);
  // It is gone.
  await formerClaims("0");
  expect(await claim()).toEqual(["first"]);
  await client.query("UPDATE inbox SET state = 'done', body = '', outcome = 'noted' WHERE key = 'first'");
  expect(await claim()).toEqual(["second"]);
});

test("four processes that claim side by side get each word once, and those of a thread in order", async () => {
  const { url, store } = await opened();
  // One thread after the other: the oldest that a claim looks at first are all of one, whose turn is one message's.
  const threadOf = (key: string) => Math.floor(Number(key) / 12);
  const said = Array.from({ length: 120 }, (_, n) => ({
    key: String(n),
    thread: `slack:T1/C1/${threadOf(String(n))}`,
  }));
  for (const { key, thread } of said)
    await store.receive({ source: "slack", key, body: "{}", receivedAt: 1, address: thread });
  const heard: string[] = [];
  const drain = async () => {
    const process = await openPostgres({ url, clock });
    onTestFinished(() => process.close());
    while (heard.length < said.length) {
      const rows = await process.claimInbox({ now: 1, leaseMs: 60_000, limit: 2, patienceMs: 60_000 });
      for (const row of rows) {
        heard.push(row.key);
        await process.settleInbox(row, { state: "done", runId: null, outcome: "noted" });
      }
    }
  };
  await Promise.all([drain(), drain(), drain(), drain()]);
  const inThread = (keys: string[]) => Object.groupBy(keys, threadOf);
  expect(inThread(heard)).toEqual(inThread(said.map(({ key }) => key)));
});

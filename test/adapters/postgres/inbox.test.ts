/** How PostgreSQL claims messages: by their threads, not by going over everything that waits, and by its own clock. */
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { clock } from "../../support/bot.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

test("a claim finds what waits before a message by its thread, though the statistics are of a quiet hour", async () => {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  onTestFinished(() => store.close());
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  const columns = "inbox (source, key, body, received_at, state, address)";
  await client.query(
    `INSERT INTO ${columns} SELECT 'slack', 'old' || n, '', 1, 'done', 'slack:T1/C1/' || n FROM generate_series(1, 20000) AS n;
     ANALYZE inbox;
     INSERT INTO ${columns} SELECT 'slack', 'k' || n, '{}', 1, 'pending', 'slack:T1/C2/' || n FROM generate_series(1, 2000) AS n`,
  );
  const query = vi.spyOn(Client.prototype, "query");
  onTestFinished(() => query.mockRestore());
  await store.claimInbox({ now: 1, leaseMs: 60_000, limit: 50, patienceMs: 60_000 });
  const [statement, values] = query.mock.lastCall ?? [];
  const { text } = Object(statement) as { text: string };
  const explained = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN ${text}`, Object(values));
  const looks = explained.rows.map((row) => row["QUERY PLAN"]).filter((line) => line.includes(" older"));
  expect(looks).toEqual([expect.stringContaining("Index Scan using inbox_order")]);
});

test("a clock of the database that is set back keeps no message claimed", async () => {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  onTestFinished(() => store.close());
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  const address = "slack:T1/C1/1";
  for (const key of ["first", "second"])
    await store.receive({ source: "slack", key, body: "{}", receivedAt: 1, address });
  const claim = async () => {
    const rows = await store.claimInbox({ now: 1, leaseMs: 60_000, limit: 50, patienceMs: 60_000 });
    return rows.map(({ key }) => key);
  };
  expect(await claim()).toEqual(["first"]);
  // As if an hour had been taken from the clock.
  await client.query("UPDATE inbox SET tried_at = tried_at + 3600000, lease_until = lease_until + 3600000");
  expect(await claim()).toEqual(["first"]);
  expect(await claim()).toEqual([]);
});

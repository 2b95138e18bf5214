/** The connection that steps keep: borrowed once, given back when nothing follows, replaced when it breaks. */
import { once } from "node:events";
import type { Pool, PoolClient } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { defaultLimits, openPool } from "../../../adapters/postgres/connection.ts";
import { KeptConnection } from "../../../adapters/postgres/kept-connection.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

let server: TestPostgres;
let pool: Pool;
beforeAll(async () => {
  server = await startPostgres();
  pool = openPool({ url: await server.emptyDatabase(), limits: defaultLimits });
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});

function keep(): KeptConnection {
  const kept = new KeptConnection(pool);
  onTestFinished(() => kept.close());
  return kept;
}

async function processOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return rows[0]?.pid ?? 0;
}

test("is the same for what follows, and the pool's again when nothing does", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const kept = keep();
  const first = await kept.with(processOf);
  expect(pool.idleCount).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(await kept.with(processOf)).toBe(first);
  vi.advanceTimersByTime(1_000);
  expect(pool.idleCount).toBe(0);
  vi.advanceTimersByTime(1_000);
  expect(pool.idleCount).toBe(1);
});

test("is used by one at a time", async () => {
  const kept = keep();
  const [one, other] = await Promise.all([kept.with(processOf), kept.with(processOf)]);
  expect(one).not.toBe(other);
  kept.close();
  expect(pool.idleCount).toBe(pool.totalCount);
});

test("is another one after it broke, in use or not", async () => {
  const kept = keep();
  const first = await kept.with(processOf);
  const removed = once(pool, "remove");
  await pool.query("SELECT pg_terminate_backend($1)", [first]);
  await removed;
  const second = await kept.with(processOf);
  expect(second).not.toBe(first);
  await expect(kept.with((client) => client.query("SELECT 1 / 0"))).rejects.toThrow("division by zero");
  expect(await kept.with(processOf)).not.toBe(second);
});

test("is not kept once it is closed", async () => {
  const kept = keep();
  kept.close();
  await kept.with(processOf);
  expect(pool.idleCount).toBe(pool.totalCount);
});

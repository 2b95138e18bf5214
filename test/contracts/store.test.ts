/** Runs the store's contract on SQLite and on PostgreSQL. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { storeContract } from "./store.contract.ts";
import { postgresRaces } from "./store-races.contract.ts";
import { schemaContract } from "./store-schema.contract.ts";

const ends: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function closing(store: Store): Store {
  let closed = false;
  const close = async () => {
    if (!closed) await store.close();
    closed = true;
  };
  ends.push(close);
  return { ...store, close };
}

storeContract("SQLite", async () => {
  const home = mkdtempSync(join(tmpdir(), "belay-store-"));
  ends.push(() => rmSync(home, { recursive: true }));
  return closing(await openSqlite({ path: join(home, "belay.db"), clock: { now: () => 1 } }));
});

describe("with a PostgreSQL server", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());
  const open = async (url: string) => closing(await openPostgres({ url, clock: { now: () => 1 } }));
  let shared: string;

  storeContract("PostgreSQL", async () => {
    shared ??= await server.database();
    await server.clear(shared);
    return open(shared);
  });
  postgresRaces(() => server, open);
  schemaContract(() => server);
});

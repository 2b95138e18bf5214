/** Runs the store's contract on SQLite and on PostgreSQL. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { clockOf } from "../support/clock.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";
import { storeContract } from "./store.contract.ts";
import { postgresRaces } from "./store-races.contract.ts";
import { schemaContract } from "./store-schema.contract.ts";
import { unreadableContract } from "./store-unreadable.contract.ts";

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
  return closing(await openSqlite({ path: join(home, "belay.db"), clock: clockOf(() => 1) }));
});

unreadableContract("SQLite", async (unreadable) => {
  const home = mkdtempSync(join(tmpdir(), "belay-store-"));
  ends.push(() => rmSync(home, { recursive: true }));
  const path = join(home, "belay.db");
  const store = closing(await openSqlite({ path, clock: clockOf(() => 1), unreadable }));
  const harm = async (sql: string) => {
    const file = new Database(path);
    file.exec(sql);
    file.close();
  };
  return { store, harm };
});

describe("with a PostgreSQL server", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  const open = async (url: string) => closing(await openPostgres({ url, clock: clockOf(() => 1) }));

  // One database and one pool for the whole contract, emptied before each test: connecting is what takes long.
  let shared: { url: string; store: Store; closed: boolean } | null = null;
  async function emptied(): Promise<Store> {
    const url = shared?.url ?? (await server.database());
    await server.clear(url);
    if (!shared || shared.closed) {
      shared = { url, store: await openPostgres({ url, clock: clockOf(() => 1) }), closed: false };
    }
    const current = shared;
    const close = async () => {
      current.closed = true;
      await current.store.close();
    };
    return { ...current.store, close };
  }
  afterAll(async () => {
    if (shared && !shared.closed) await shared.store.close();
    await server.stop();
  });

  storeContract("PostgreSQL", emptied);
  postgresRaces(() => server, open);
  schemaContract(() => server);
  unreadableContract("PostgreSQL", async (unreadable) => {
    const url = await server.database();
    const store = closing(await openPostgres({ url, clock: clockOf(() => 1), unreadable }));
    const harm = async (sql: string) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query(sql);
      await client.end();
    };
    return { store, harm };
  });
});

/** A PostgreSQL database as its bare tables. */
import type { Client } from "pg";
import { StoreError } from "../../src/core/ports/store-error.ts";
import type { Cells, WholeStore } from "../../src/core/ports/whole-store.ts";
import { defaultLimits, openConnection } from "./connection.ts";
import { storeErrorOf } from "./errors.ts";
import { openDatabase } from "./open.ts";

const atOnce = 1_000;
/** A large table takes its time. */
const answerMs = 600_000;

/**
 * In one transaction that sees everything as it was at its beginning.
 * @throws StoreError `storage_locked` while a bot is connected
 */
export async function openWholePostgres(url: string): Promise<WholeStore> {
  const place = { url, limits: defaultLimits };
  const client = openConnection(place, answerMs);
  try {
    await (await openDatabase(place)).end();
    await client.connect();
    await demandIdle(client);
    // A pause between two statements is the other store's work.
    await client.query("SET idle_in_transaction_session_timeout = 0");
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
  } catch (error) {
    await client.end().catch(() => {});
    throw storeErrorOf(error);
  }
  return new WholeDatabase(client);
}

/** Whoever is connected under this name may write; a bot that starts meanwhile is the operator's to hold back. */
async function demandIdle(client: Client): Promise<void> {
  const { rows } = await client.query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'belay' AND pid <> pg_backend_pid()`,
  );
  const count = Number(rows[0]?.count);
  if (count === 0) return;
  throw new StoreError(
    "storage_locked",
    `${count} connections of a bot are open on this database: stop it first, in every process`,
  );
}

class WholeDatabase implements WholeStore {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async tables(): Promise<string[]> {
    const { rows } = await this.#client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'belay_schema'`,
    );
    return rows.map(({ name }) => name).sort();
  }

  async *read(table: string): AsyncGenerator<Cells[]> {
    const names = (await this.#columns(table)).map(({ name }) => `${name}::text`);
    await this.#client.query(`DECLARE whole NO SCROLL CURSOR FOR SELECT ${names.join(", ")} FROM ${table}`);
    for (let more = true; more; ) {
      const { rows } = await this.#client.query<Record<string, string | null>>(`FETCH ${atOnce} FROM whole`);
      yield rows;
      more = rows.length === atOnce;
    }
    await this.#client.query("CLOSE whole");
  }

  async write(table: string, rows: readonly Cells[]): Promise<void> {
    const known = await this.#columns(table);
    const names = known.map(({ name }) => name).join(", ");
    const lists = known.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ");
    await this.#client.query(
      `INSERT INTO ${table} (${names}) OVERRIDING SYSTEM VALUE SELECT * FROM unnest(${lists})`,
      known.map(({ name }) => rows.map((row) => row[name] ?? null)),
    );
    if (!known.some(({ name }) => name === "seq")) return;
    await this.#client.query(
      `SELECT setval(pg_get_serial_sequence('${table}', 'seq'), (SELECT coalesce(max(seq), 1) FROM ${table}))`,
    );
  }

  async finish(): Promise<void> {
    await this.#client.query("COMMIT");
  }

  /** What was not committed is rolled back with the connection. */
  async close(): Promise<void> {
    await this.#client.end();
  }

  async #columns(table: string): Promise<{ name: string; type: string }[]> {
    const { rows } = await this.#client.query<{ name: string; type: string }>(
      `SELECT column_name AS name, data_type AS type FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name = $1 ORDER BY ordinal_position`,
      [table],
    );
    return rows;
  }
}

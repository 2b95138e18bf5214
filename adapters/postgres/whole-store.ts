/** A PostgreSQL database as its bare tables. */
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { type Cells, rowsAtOnce, type WholeStore } from "../../src/core/ports/whole-store.ts";
import { defaultLimits, type Limits, openConnection, type Place } from "./connection.ts";
import { isLost, storeErrorOf } from "./errors.ts";
import { openDatabase } from "./open.ts";

/** A large table takes its time. */
const answerMs = 600_000;
const askAgainMs = 200;

/**
 * In one transaction that sees everything as it was at its beginning.
 * @throws StoreError `storage_locked` while a bot is connected, `storage_refused`
 */
export async function openWholePostgres(url: string, limits: Limits = defaultLimits): Promise<WholeStore> {
  const place = { url, limits };
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
    throw storeErrorOf(error, "its address");
  }
  return new WholeDatabase(client, place);
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

/**
 * The answer to COMMIT was lost: the database itself knows what became of the transaction, once it answers again.
 * @throws StoreError `storage_busy`, `uncertain` when it could not be asked
 */
async function demandCommitted(place: Place, id: string, lost: unknown): Promise<void> {
  const until = performance.now() + place.limits.patienceMs;
  for (;;) {
    const status = await statusOf(place, id);
    if (status === "committed") return;
    if (status === "aborted") {
      const words = "the connection was lost at the last step, and the database wrote nothing: move again";
      throw new StoreError("storage_busy", words, { cause: lost });
    }
    if (performance.now() > until) {
      const words =
        "the connection was lost at the last step, and the database could not be asked whether it wrote everything. Move again: if it did, that is refused because the new store has records";
      throw new StoreError("storage_busy", words, { cause: lost, uncertain: true });
    }
    await pause(askAgainMs);
  }
}

/** null: nobody answers. */
async function statusOf(place: Place, id: string): Promise<string | null> {
  const client = openConnection(place, place.limits.answerMs);
  try {
    await client.connect();
    const { rows } = await client.query<{ status: string | null }>("SELECT pg_xact_status($1) AS status", [
      id,
    ]);
    return rows[0]?.status ?? null;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => {});
  }
}

class WholeDatabase implements WholeStore {
  readonly #client: Client;
  readonly #place: Place;

  constructor(client: Client, place: Place) {
    this.#client = client;
    this.#place = place;
  }

  async tables(): Promise<string[]> {
    const { rows } = await this.#client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT IN ('belay_schema', 'budgets')`,
    );
    return rows.map(({ name }) => name).sort();
  }

  async *read(table: string): AsyncGenerator<Cells[]> {
    const names = (await this.#columns(table)).map(({ name }) => `${name}::text`);
    await this.#client.query(`DECLARE whole NO SCROLL CURSOR FOR SELECT ${names.join(", ")} FROM ${table}`);
    const atOnce = rowsAtOnce(table);
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
    // Of a transaction that wrote nothing there is nothing to ask about.
    const { rows } = await this.#client.query<{ id: string | null }>(
      "SELECT pg_current_xact_id_if_assigned()::text AS id",
    );
    const id = rows[0]?.id ?? null;
    try {
      await this.#client.query("COMMIT");
    } catch (error) {
      if (id === null || !isLost(error)) throw storeErrorOf(error);
      await demandCommitted(this.#place, id, error);
    }
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

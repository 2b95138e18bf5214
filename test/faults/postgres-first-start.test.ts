/** A start that died while it made the schema of the job queue is gone on with by the next one, whatever its part. */
import { readFileSync } from "node:fs";
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { commit, must } from "../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** What graphile-worker leaves behind when it dies after so many of its steps, each a transaction of its own. */
async function leaveAfter(steps: number, url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    `CREATE SCHEMA graphile_worker;
     CREATE TABLE graphile_worker.migrations (id int PRIMARY KEY, ts timestamptz NOT NULL DEFAULT now(),
       breaking boolean NOT NULL DEFAULT false)`,
  );
  for (let step = 1; step <= steps; step++) {
    const file = new URL(
      `../sql/${String(step).padStart(6, "0")}.sql`,
      import.meta.resolve("graphile-worker"),
    );
    const sql = readFileSync(file, "utf8").replaceAll(":GRAPHILE_WORKER_SCHEMA", () => "graphile_worker");
    await client.query(`BEGIN; ${sql}; INSERT INTO graphile_worker.migrations (id) VALUES (${step}); COMMIT`);
  }
  await client.end();
}

test.each([0, 1, 10])("after %i steps", async (steps) => {
  const url = await server.emptyDatabase();
  await leaveAfter(steps, url);
  const store = await openPostgres({ url, clock: Date });
  onTestFinished(() => store.close());
  // A commit writes the job that wakes a worker: without the whole schema it fails.
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  expect((await store.run("r1"))?.version).toBe(1);
});

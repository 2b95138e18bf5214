/** A process that stops lets go of its runs, whatever somebody else has locked at the moment. */
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { held } from "../../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

test("waits for no run that is locked with another one locked itself, and lets go of it in the end", async () => {
  const url = await server.database();
  const store = await openPostgres({ url, clock: Date });
  const other = new Client({ connectionString: url });
  await other.connect();
  onTestFinished(async () => {
    await other.end();
    await store.close();
  });
  for (const runId of ["r0", "r1", "r2"]) await held(store, runId);
  const owners = async () => {
    const { rows } = await other.query<{ owner: string | null }>("SELECT owner FROM runs ORDER BY run_id");
    return rows.map(({ owner }) => owner);
  };
  const [owner] = await owners();
  expect(await owners()).toEqual([owner, owner, owner]);
  await other.query("BEGIN");
  await other.query("SELECT FROM runs WHERE run_id = 'r1' FOR UPDATE");
  const letGo = store.releaseAll(owner ?? "");
  await expect.poll(owners).toEqual([null, owner, null]);
  // As a commit does that ends a child run and wakes its parent.
  await other.query("UPDATE runs SET woken = 1 WHERE run_id IN ('r0', 'r2')");
  await other.query("COMMIT");
  await letGo;
  expect(await owners()).toEqual([null, null, null]);
  const { rows } = await other.query<{ key: string }>("SELECT key FROM graphile_worker.jobs ORDER BY key");
  expect(rows.map(({ key }) => key)).toEqual(["run:r0", "run:r1", "run:r2"]);
});

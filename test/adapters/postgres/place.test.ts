/** How PostgreSQL finds the run that is meant at a place: without going over all that ended there. */
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { asked } from "../../support/store/asked.ts";
import { commit, held, must, row, thread } from "../../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";
import { rowsRead } from "../../support/store/rows-read.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function opened() {
  const url = await server.database();
  const store = await openPostgres({ url, clock: Date });
  onTestFinished(() => store.close());
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return { store, client };
}

const columns = `version, agent, task, channel, principal, person_name, steps, tokens, cost_micros, asking, launched_at,
  updated_at`;

/** What r1 is, so many times, and ended; those that begin with `here` in the thread, the others each at its own place. */
const ended = (count: number, name: "here" | "there") => `
  INSERT INTO runs (run_id, status, ${columns})
    SELECT '${name}' || n, 'complete', ${columns} FROM runs, generate_series(1, ${count}) AS n WHERE run_id = 'r1';
  INSERT INTO addresses (address, run_id, ended)
    SELECT '${thread}' || CASE '${name}' WHEN 'here' THEN '' ELSE '/' || n END, '${name}' || n, 1
    FROM generate_series(1, ${count}) AS n;`;

test.each(["of a quiet hour", "of now"])(
  "a busy place costs as much as any other, though the statistics are %s",
  async (statistics) => {
    const { store, client } = await opened();
    await must(store.commit(commit("r1", 0, { addresses: [thread] })));
    if (statistics !== "of now") await client.query("ANALYZE");
    await client.query(ended(2_000, "here") + ended(5_000, "there"));
    if (statistics === "of now") await client.query("ANALYZE");
    const query = vi.spyOn(Client.prototype, "query");
    onTestFinished(() => query.mockRestore());
    expect(await store.runAt(thread)).toBe("r1");
    const [{ text }, values] = query.mock.lastCall as unknown as [{ text: string }, unknown[]];
    expect(await rowsRead(client, { text, values }, ["addresses", "runs"])).toBeLessThan(10);
    expect(await store.liveRunsAt(thread)).toEqual(["r1"]);
    const [{ text: live }, at] = query.mock.lastCall as unknown as [{ text: string }, unknown[]];
    expect(await rowsRead(client, { text: live, values: at }, ["addresses", "runs"])).toBeLessThan(10);
    // A launch that must have the place for itself, as it looks.
    const only = { address: thread, after: null };
    await store.commit(commit("r2", 0, { only }));
    const looks = query.mock.calls as unknown as [string, unknown[]][];
    const [look, of] = looks.find(([one]) => /^SELECT runs.run_id/.test(one)) ?? ["", []];
    expect(await rowsRead(client, { text: look, values: of }, ["addresses", "runs"])).toBeLessThan(10);
  },
);

test("a step that ends a run tells its places so, alone and with others, and finds them by the run", async () => {
  const { store, client } = await opened();
  const epochs = [await held(store, "r1"), await held(store, "r2"), await held(store, "r3")];
  await client.query(`INSERT INTO addresses (address, run_id) SELECT '${thread}', run_id FROM runs`);
  const statements = asked();
  const last = epochs.map((epoch, n) =>
    commit(`r${n + 1}`, 1, { epoch, row: row(`r${n + 1}`, { status: "complete" }) }),
  );
  expect((await Promise.all(last.map((one) => store.commit(one)))).every(({ ok }) => ok)).toBe(true);
  expect((await client.query("SELECT DISTINCT ended FROM addresses")).rows).toEqual([{ ended: "1" }]);
  await client.query(`${ended(1, "here")} ANALYZE; ${ended(5_000, "there")}`);
  expect(statements.count("commit_")).toBe(2);
  const { rows } = await client.query<{ "QUERY PLAN": string }>(
    `EXPLAIN (GENERIC_PLAN) ${statements.text("commit_")}`,
  );
  const plan = rows.map((one) => one["QUERY PLAN"]).join("\n");
  expect(plan).toContain("addresses_of_run");
  expect(plan).not.toContain("Seq Scan on addresses");
});

test("a run that a process of a former release ended goes on nowhere, though its places do not say so", async () => {
  const { store, client } = await opened();
  for (const runId of ["r1", "r2"]) await must(store.commit(commit(runId, 0, { addresses: [thread] })));
  await client.query("UPDATE runs SET status = 'complete' WHERE run_id = 'r2'");
  expect(await store.runAt(thread)).toBe("r1");
  await must(store.commit(commit("r1", 1, { row: row("r1", { status: "complete" }) })));
  expect(await store.runAt(thread)).toBe("r2");
  const launch = commit("r3", 0, { only: { address: thread, after: null }, addresses: [thread] });
  expect(await store.commit(launch)).toMatchObject({ ok: true });
});

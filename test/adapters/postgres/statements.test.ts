/** How often PostgreSQL is asked for one run, from its launch to its end: what may not grow. */
import { Client } from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { openWakes } from "../../../adapters/postgres/wakes.ts";
import type { Model } from "../../../src/core/ports/model.ts";
import type { Role } from "../../../src/engine/options.ts";
import { clock, startBot } from "../../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../../support/model/scripted.ts";
import { asked } from "../../support/store/asked.ts";
import { commit, held } from "../../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

const log = pino({ level: "silent" });

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

test("asks once to take a run with its log, once for each model answer and each result, and never again", async () => {
  const url = await server.database();
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  async function jobsTaken() {
    const { rows } = await client.query("SELECT FROM graphile_worker.jobs WHERE locked_at IS NOT NULL");
    return rows.length;
  }
  async function process(role: Role) {
    const opened = await openPostgres({ url, clock });
    const [read, runs] = [vi.fn(opened.read), vi.fn(opened.runs)];
    const store = { ...opened, read, runs };
    const answers = scripted(
      calling(call("sum_numbers", { a: 1, b: 2 })),
      calling(call("sum_numbers", { a: 3, b: 4 })),
      finalAnswer("10"),
    );
    // As any real one it takes longer than the run's job does to come.
    const model: Model = {
      ...answers,
      async answer(...asked) {
        await expect.poll(jobsTaken).toBe(1);
        return answers.answer(...asked);
      },
    };
    const bot = await startBot({ store, model, wakes: openWakes({ url, log }), role, log });
    onTestFinished(async () => {
      await bot.stop();
      await store.close();
    });
    // The start's own look at what was left behind reads the runs that it finds under way: here there are none yet.
    await expect
      .poll(() => runs.mock.settledResults.filter(({ type }) => type === "fulfilled").length)
      .toBe(2);
    return { bot, read };
  }
  const { bot: web } = await process({ works: false, speaks: true });
  const worker = await process({ works: true, speaks: false });

  const statements = asked();
  const runId = await web.launch("add");
  await web.untilEnd(runId);
  await expect.poll(() => statements.count("complete_job")).toBe(1);
  expect(statements.count("claim_and_read")).toBe(1);
  expect(worker.read).not.toHaveBeenCalled();
  // The launch, an answer and a result for each of two steps, and the last answer.
  expect(statements.count("commit_")).toBe(1 + 2 * 2 + 1);
  expect(await web.store.read(runId)).toHaveLength(7);
});

/** A process with all parts on a database of its own. */
async function whole(model: Model) {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  const wakes = openWakes({ url, log });
  const bot = await startBot({ store, model, wakes, role: { works: true, speaks: true }, log });
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
  });
  return { url, bot, wakes };
}

test("asks for nothing and needs no job when the process that launches has nothing else to do", async () => {
  const answers = scripted(calling(call("sum_numbers", { a: 1, b: 2 })), finalAnswer("3"));
  const { url, bot } = await whole(answers);
  const statements = asked();
  const runId = await bot.launch("add");
  await bot.untilEnd(runId);
  expect(statements.count("claim_")).toBe(0);
  expect(statements.count("commit_")).toBe(1 + 2 + 1);
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query("SELECT key FROM graphile_worker.jobs WHERE key LIKE 'run:%'");
  expect(rows).toEqual([]);
});

test("asks for none of the runs that it launches side by side when it works alone", async () => {
  const { bot, wakes } = await whole(scripted(...Array.from({ length: 5 }, () => finalAnswer("3"))));
  await expect.poll(() => wakes.worksAlone()).toBe(true);
  const statements = asked();
  const runIds = await Promise.all(Array.from({ length: 5 }, () => bot.launch("add")));
  await Promise.all(runIds.map((runId) => bot.untilEnd(runId)));
  expect(statements.count("claim_")).toBe(0);
});

test("goes to a run by its key, however many others are due or held", async () => {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  onTestFinished(() => store.close());
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  const epochs = [await held(store, "r0"), await held(store, "r1"), await held(store, "r2")];
  const columns = `version, status, agent, task, channel, principal, person_name, steps, tokens, cost_micros, asking,
    launched_at, updated_at, wake_at, epoch`;
  await client.query(
    `INSERT INTO runs (run_id, ${columns}) SELECT 'other' || n, ${columns} FROM runs, generate_series(1, 2000) AS n
     WHERE run_id = 'r0'`,
  );
  // As the statistics say it in a quiet hour: nobody holds any run.
  await client.query(
    "UPDATE runs SET owner = NULL; ANALYZE; UPDATE runs SET owner = 'w1' WHERE run_id LIKE 'r%'",
  );
  const statements = asked();
  await store.claim({ owner: "w2", now: 1, leaseMs: 1, limit: 1, only: ["other7"] });
  const steps = epochs.map((epoch, n) => store.commit(commit(`r${n}`, 1, { epoch, wakeAt: 0 })));
  expect((await Promise.all(steps)).every(({ ok }) => ok)).toBe(true);
  for (const name of ["claim_and_read", "commit_"]) {
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `EXPLAIN (GENERIC_PLAN) ${statements.text(name)}`,
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toContain("runs_pkey");
    expect(plan).not.toMatch(/runs_due|Seq Scan on runs/);
  }
});

test("no index of runs knows what a claim or a step changes, so that they write the row alone", async () => {
  const client = new Client({ connectionString: await server.database() });
  await client.connect();
  onTestFinished(() => client.end());
  const { rows } = await client.query<{ indexdef: string }>(
    "SELECT indexdef FROM pg_indexes WHERE tablename = 'runs'",
  );
  expect(rows.length).toBeGreaterThan(5);
  const changed = /\b(owner|lease_until|epoch|woken|version|steps|tokens|cost_micros|updated_at)\b/;
  expect(rows.filter(({ indexdef }) => changed.test(indexdef))).toEqual([]);
});

/** Group commit on PostgreSQL: steps of several runs in one statement, each for itself. */
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { asked } from "../../support/store/asked.ts";
import { commit, held, post, question } from "../../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

let server: TestPostgres;
let url: string;
let store: Store;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.database();
  store = await openPostgres({ url, clock: Date });
});
afterAll(async () => {
  await store.close();
  await server.stop();
});
beforeEach(() => server.clear(url));

/** Runs r0, r1 … that are held; their epochs. */
async function holding(count: number): Promise<number[]> {
  const epochs: number[] = [];
  for (let n = 0; n < count; n++) epochs.push(await held(store, `r${n}`));
  return epochs;
}

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

test("writes steps of 40 runs that come at once with two statements, and all that belongs to them", async () => {
  const epochs = await holding(40);
  const statements = asked();
  const steps = epochs.map((epoch, n) =>
    store.commit(
      commit(`r${n}`, 1, {
        epoch,
        wakeAt: 0,
        posts: [post("status", `words of r${n}`, { runId: `r${n}` })],
        questions: [question(`r${n}`, `q${n}`)],
        row: { ...commit(`r${n}`, 1).row, steps: n },
      }),
    ),
  );
  expect(await Promise.all(steps)).toEqual(epochs.map(() => ({ ok: true, version: 2 })));
  // The first one by itself, at once; all others together.
  expect(statements.count("commit_")).toBe(2);
  for (const n of [0, 7, 39]) {
    expect(await store.read(`r${n}`)).toHaveLength(2);
    expect(await store.run(`r${n}`)).toMatchObject({ version: 2, steps: n });
    expect(await store.question(`q${n}`)).toMatchObject({ runId: `r${n}` });
    const words = { body: { summary: `words of r${n}` } };
    expect(await store.beginDelivery({ id: `r${n}/status#0`, now: 1, leaseMs: 1 })).toMatchObject(words);
  }
});

test("writes large steps in several statements, and one that is larger than all bounds by itself", async () => {
  const epochs = await holding(8);
  const statements = asked();
  const large = (n: number, characters: number) => ({
    events: [{ type: "woke", at: 2 } as const],
    posts: [post("status", "x".repeat(characters), { runId: `r${n}` })],
  });
  const sizes = [1, 1, 400_000, 400_000, 400_000, 2_000_000, 400_000, 400_000];
  const steps = epochs.map((epoch, n) =>
    store.commit(commit(`r${n}`, 1, { epoch, wakeAt: 0, ...large(n, sizes[n] ?? 0) })),
  );
  expect(await Promise.all(steps)).toEqual(epochs.map(() => ({ ok: true, version: 2 })));
  // r0 alone; r1, r2 and r3; r4; r5; r6 and r7.
  expect(statements.count("commit_")).toBe(5);
});

test("tells each step what became of it", async () => {
  const epochs = await holding(5);
  const step = (n: number, expected = 1, epoch = epochs[n] ?? 0) =>
    store.commit(commit(`r${n}`, expected, { epoch, wakeAt: 0 }));
  const results = await Promise.all([step(0), step(1), step(2, 7), step(3, 1, 99), step(4), step(4)]);
  expect(results).toEqual([
    { ok: true, version: 2 },
    { ok: true, version: 2 },
    { ok: false, why: "conflict" },
    { ok: false, why: "fenced" },
    ...(results[4]?.ok
      ? [
          { ok: true, version: 2 },
          { ok: false, why: "conflict" },
        ]
      : [
          { ok: false, why: "conflict" },
          { ok: true, version: 2 },
        ]),
  ]);
  const lengths = [0, 1, 2, 3, 4].map(async (n) => (await store.read(`r${n}`)).length);
  expect(await Promise.all(lengths)).toEqual([2, 2, 1, 1, 2]);
});

test("keeps no run waiting for another one that somebody has locked", async () => {
  const epochs = await holding(4);
  const other = await connected();
  await other.query("BEGIN");
  await other.query("SELECT FROM runs WHERE run_id = 'r1' FOR UPDATE");
  const [first, locked, ...others] = epochs.map((epoch, n) =>
    store.commit(commit(`r${n}`, 1, { epoch, wakeAt: 0 })),
  );
  await Promise.all([first, ...others]);
  expect(await store.read("r1")).toHaveLength(1);
  await other.query("COMMIT");
  expect(await locked).toEqual({ ok: true, version: 2 });
});

test("writes a job for a run that it lets go and that is due again", async () => {
  const epochs = await holding(3);
  const at = Date.now() + 3_600_000;
  await Promise.all(
    epochs.map((epoch, n) =>
      store.commit(commit(`r${n}`, 1, { epoch, wakeAt: n === 2 ? null : at, release: true })),
    ),
  );
  const client = await connected();
  const { rows } = await client.query<{ key: string }>(
    "SELECT key FROM graphile_worker.jobs WHERE run_at > now() + interval '50 minutes' ORDER BY key",
  );
  expect(rows.map(({ key }) => key)).toEqual(["run:r0", "run:r1"]);
  expect(await store.claim({ owner: "w2", now: at, leaseMs: 1, limit: 9 })).toHaveLength(2);
});

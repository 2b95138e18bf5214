/** What other processes commit is heard, and heard of later when the line was lost meanwhile. */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import type { Changed } from "../../src/core/ports/commit.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { asked } from "../support/store/asked.ts";
import { commit, held, must, row } from "../support/store/commits.ts";
import { startLine } from "../support/store/line.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A store that listens through a line, one that commits, and what the first has heard. */
async function pair() {
  const url = await server.database();
  const line = await startLine(url);
  const clock = { now: () => Date.now() };
  const listener = await openPostgres({ url: line.url, clock });
  const other = await openPostgres({ url, clock });
  onTestFinished(async () => {
    await other.close();
    await listener.close();
    await line.close();
  });
  const heard: Changed[] = [];
  await listener.watch((change) => heard.push(change));
  const hears = (change: Changed) => expect.poll(() => heard).toContainEqual(change);
  return { line, listener, other, heard, hears };
}

const launch = (store: Store, id: string) =>
  must(store.commit(commit(id, 0, { row: row(id, { updatedAt: Date.now() }) })));

test("a launch, a step and an end of another process are heard, one's own are not", async () => {
  const { listener, other, heard, hears } = await pair();
  await launch(listener, "mine");
  const epoch = await held(other, "r1");
  await hears({ runId: "r1", version: 1, ended: false, due: true });
  await must(other.commit(commit("r1", 1, { epoch })));
  await hears({ runId: "r1", version: 2, ended: false, due: false });
  await must(other.commit(commit("r1", 2, { epoch, release: true, row: row("r1", { status: "complete" }) })));
  await hears({ runId: "r1", version: 3, ended: true, due: false });
  expect(heard.map(({ runId }) => runId)).not.toContain("mine");
});

test("a run that is due with a commit from outside is told as due, unless somebody holds it or its time has not come", async () => {
  const { other, hears } = await pair();
  await must(other.commit(commit("r1", 0, { wakeAt: null })));
  await hears({ runId: "r1", version: 1, ended: false, due: false });
  await must(other.commit(commit("r1", 1, { wakeAt: Date.now() + 3_600_000 })));
  await hears({ runId: "r1", version: 2, ended: false, due: false });
  await must(other.commit(commit("r1", 2, { wakeAt: 0 })));
  await hears({ runId: "r1", version: 3, ended: false, due: true });
  await other.claim({ owner: "w1", now: Date.now(), leaseMs: 60_000, limit: 1 });
  await must(other.commit(commit("r1", 3, { wakeAt: 0 })));
  await hears({ runId: "r1", version: 4, ended: false, due: false });
  await other.release("w1", { runId: "r1", epoch: 1, recovered: false });
  await hears({ runId: "r1", version: 4, ended: false, due: true });
});

test("a launch that its own process drives is heard as well, and waits with nobody for its announcement", async () => {
  const { other, hears } = await pair();
  const statements = asked();
  await must(other.commit(commit("r1", 0, { wakeAt: 0, claim: { owner: "w1", leaseMs: 60_000 } })));
  await hears({ runId: "r1", version: 1, ended: false, due: false });
  expect(statements.text("commit_")).not.toContain("pg_notify");
  await launch(other, "r2");
  expect(statements.text("commit_")).toContain("pg_notify");
});

test("a commit that is refused tells nothing", async () => {
  const { other, heard, hears } = await pair();
  await launch(other, "r1");
  expect(await other.commit(commit("r1", 5))).toMatchObject({ ok: false });
  await launch(other, "r2");
  await hears({ runId: "r2", version: 1, ended: false, due: false });
  expect(heard.filter(({ runId }) => runId === "r1")).toEqual([
    { runId: "r1", version: 1, ended: false, due: false },
  ]);
});

test("what was committed while the line was lost is told when it is back, and then all that follows", async () => {
  const { line, other, hears } = await pair();
  line.cut();
  await launch(other, "r1");
  line.heal();
  await hears({ runId: "r1", version: 1, ended: false, due: false });
  await launch(other, "r2");
  await hears({ runId: "r2", version: 1, ended: false, due: false });
});

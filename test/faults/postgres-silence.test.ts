/** PostgreSQL answers late, never or not at all: what is known of a commit is told, and nothing waits for ever. */
import { Client } from "pg";
import { expect, test } from "vitest";
import { commit, must } from "../support/store/commits.ts";
import { cutPostgres } from "../support/store/cut-postgres.ts";

const at = cutPostgres();
const { begun, through } = at;

test("a commit that somebody else's came before is a conflict, also when its answer was lost", async () => {
  const { line, store } = await through();
  const id = await begun();
  line.breakAt(1, "before");
  const committed = store.commit(commit(id, 1));
  await must(at.direct.commit(commit(id, 1, { events: [{ type: "woke", at: 77 }] })));
  expect(await committed).toEqual({ ok: false, why: "conflict" });
});

test("a run that a worker only lets go of is still its own when somebody else's commit came before", async () => {
  const { line, store } = await through();
  const id = await begun({ wakeAt: -1 });
  const [claim] = await at.direct.claim({ owner: id, now: -1, leaseMs: 60_000, limit: 1, only: [id] });
  line.breakAt(1, "before");
  const rest = commit(id, 1, { epoch: claim?.epoch ?? 0, events: [], release: true });
  const released = store.commit(rest);
  await must(at.direct.commit(commit(id, 1, { wakeAt: 5 })));
  expect(await released).toEqual({ ok: false, why: "conflict" });
  expect(await store.commit({ ...rest, expect: 2 })).toEqual({ ok: true, version: 2 });
});

test("a launch is written but not claimed when another process holds the run by the time that its lost answer is asked for", async () => {
  const { line, store } = await through();
  const launch = (runId: string, owner: string, leaseMs = 60_000) =>
    commit(runId, 0, { wakeAt: -1, claim: { owner: `${runId} ${owner}`, leaseMs } });
  const [same, late] = [at.freshId(), at.freshId()];
  await must(at.direct.commit(launch(same, "another")));
  line.breakAt(1, "before");
  expect(await store.commit(launch(same, "one"))).toEqual({ ok: true, version: 1 });
  await must(at.direct.commit(launch(late, "one", -1)));
  const claims = await at.direct.claim({ owner: "other", now: -1, leaseMs: 60_000, limit: 1, only: [late] });
  expect(claims).toMatchObject([{ epoch: 2 }]);
  line.breakAt(1, "before");
  expect(await store.commit(launch(late, "one"))).toEqual({ ok: true, version: 1 });
});

test("what a worker wrote that took the run over is nobody else's, also when it says the very same", async () => {
  const { line, store } = await through();
  const id = await begun({ wakeAt: -1 });
  const claim = async (owner: string) => {
    // A lease that is over at once, also within the same millisecond.
    const [taken] = await at.direct.claim({ owner, now: -1, leaseMs: -1, limit: 1, only: [id] });
    return taken?.epoch ?? 0;
  };
  const [first, second] = [await claim(`${id} one`), await claim(`${id} two`)];
  expect(second).toBe(first + 1);
  await must(at.direct.commit(commit(id, 1, { epoch: second, wakeAt: -1 })));
  line.breakAt(1, "before");
  const late = await store.commit(commit(id, 1, { epoch: first, wakeAt: -1 }));
  expect(late).toEqual({ ok: false, why: "fenced" });
});

test("a commit whose outcome nobody can tell says so", async () => {
  const { line, store } = await through({ patienceMs: 200 });
  const id = await begun();
  line.breakAt(1, "after");
  const committed = store.commit(commit(id, 1)).catch((error: unknown) => error);
  await expect.poll(async () => (await at.direct.read(id)).length).toBe(2);
  line.cut();
  expect(await committed).toMatchObject({ code: "storage_busy", uncertain: true });
});

test("a commit that never left is known not to be written", async () => {
  const { line, store } = await through();
  line.cut();
  const id = await begun();
  // The connection that was there is found to be gone, or a new one is refused.
  await store.note("gone").catch(() => {});
  const committed = store.commit(commit(id, 1)).catch((error: unknown) => error);
  expect(await committed).toMatchObject({ code: "storage_busy", uncertain: false });
});

test("connections that all go silent at once do not block the pool", async () => {
  const { line, store } = await through();
  await Promise.all(Array.from({ length: 40 }, () => store.note("warm")));
  line.silence();
  const first = await Promise.allSettled(Array.from({ length: 40 }, () => store.note("warm")));
  expect(first.filter(({ status }) => status === "rejected")).not.toEqual([]);
  await Promise.all(Array.from({ length: 40 }, () => store.note("warm")));
});

test("a server that goes away while nobody asks for anything is asked again when it is back", async () => {
  const { line, store } = await through();
  line.cut();
  line.heal();
  await expect.poll(() => store.note("warm").catch(() => "busy")).toBeNull();
});

test("locks of a process that went silent in a transaction are free again", async () => {
  const { line, store } = await through();
  const id = await begun();
  // The statement has locked the run; its COMMIT never comes.
  line.breakAt(3, "unheard");
  const inbox = { source: "slack", key: id };
  expect(await store.commit(commit(id, 1, { inbox }))).toEqual({ ok: true, version: 2 });
});

test("a statement that waits for ever for a lock is given up by the server", async () => {
  // However busy the machine is, the server's own words come before the end of the wait for them.
  const { store } = await through({ answerMs: 10_000 });
  const id = await begun();
  const other = new Client({ connectionString: at.url });
  await other.connect();
  await other.query("BEGIN");
  await other.query("SELECT FROM runs WHERE run_id = $1 FOR UPDATE", [id]);
  const committed = store.commit(commit(id, 1)).catch((error: unknown) => error);
  expect(await committed).toMatchObject({ code: "storage_busy", uncertain: false });
  await other.query("COMMIT");
  await other.end();
  expect(await store.commit(commit(id, 1))).toEqual({ ok: true, version: 2 });
});

/** The line to PostgreSQL breaks at each request of each of the store's calls: one fails, and everything goes on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../src/core/ports/store.ts";
import { agent } from "../support/bot.ts";
import { commit, post } from "../support/store/commits.ts";
import { cutPostgres } from "../support/store/cut-postgres.ts";
import { type Break, breaks } from "../support/store/line.ts";

const at = cutPostgres();
const { begun, freshId, opened, through } = at;

const channels = ["slack"];
const now = 2_000;

/** A call of each method that reaches the database; commits have tests of their own below. */
const calls: {
  [Method in Exclude<keyof Store, "close" | "commit" | "watch" | "scrub">]: (
    store: Store,
    id: string,
  ) => Promise<unknown>;
} = {
  read: (store, id) => store.read(id),
  readEach: (store, id) => store.readEach(id, 0),
  run: (store, id) => store.run(id),
  runs: (store) => store.runs({ limit: 1 }),
  endedRunsWith: (store) => store.endedRunsWith({ words: ["add"], among: 1 }),
  edgesOf: (store, id) => store.edgesOf([id]),
  runAt: (store, id) => store.runAt(`slack:T1/C1/${id}`),
  liveRunsAt: (store, id) => store.liveRunsAt(`slack:T1/C1/${id}`),
  question: (store, id) => store.question(`q-${id}`),
  openQuestions: (store) => store.openQuestions({ limit: 1 }),
  countOpenQuestions: (store) => store.countOpenQuestions(),
  claim: (store, id) => store.claim({ owner: id, now, leaseMs: 1, limit: 1 }),
  renew: (store, id) => store.renew({ owner: id, now, leaseMs: 1, runIds: [id] }),
  release: (store, id) => store.release(id, { runId: id, epoch: 1, recovered: false }),
  releaseAll: (store, id) => store.releaseAll(id),
  nextWake: (store) => store.nextWake(),
  receive: (store, id) => store.receive({ source: "slack", key: `m-${id}`, body: "{}", receivedAt: now }),
  inboxRow: (store, id) => store.inboxRow({ source: "slack", key: id }),
  pendingInbox: (store) => store.pendingInbox(1),
  claimInbox: (store) => store.claimInbox({ now, leaseMs: 1, limit: 1, patienceMs: 1 }),
  markUntried: (store, key) => store.markUntried([{ source: "slack", key, leaseUntil: now }]),
  settleInbox: (store, key) =>
    store.settleInbox({ source: "slack", key }, { state: "done", runId: null, outcome: "told" }),
  pruneInbox: (store) => store.pruneInbox(1),
  dropBodies: (store) => store.dropBodies(1),
  pruneAudits: (store) => store.pruneAudits(1),
  oldNotes: (store) => store.oldNotes({ prefix: "", before: 1, after: "", limit: 1 }),
  deleteNotes: (store, id) => store.deleteNotes([id], 1),
  dueDeliveries: (store) => store.dueDeliveries({ now, limit: 1, channels }),
  nextDelivery: (store) => store.nextDelivery(channels),
  beginDelivery: (store, id) => store.beginDelivery({ id: `${id}/status#0`, now, leaseMs: 1 }),
  finishDelivery: (store, id) =>
    store.finishDelivery(`${id}/status#0`, { type: "delivered", revision: 1, remoteId: "m1" }),
  hurryDeliveries: (store, id) => store.hurryDeliveries({ prefix: `slack:T1/C1/${id}`, now }),
  deliveries: (store, id) => store.deliveries(id),
  outboxHealth: (store) => store.outboxHealth(),
  saveAgent: (store, id) => store.saveAgent(agent({ hash: id })),
  loadAgent: (store, id) => store.loadAgent(id),
  saveAttachment: (store, runId) =>
    store.saveAttachment({
      runId,
      hash: "h",
      name: "a.png",
      mediaType: "image/png",
      bytes: new Uint8Array(3),
    }),
  attachment: (store, id) => store.attachment(id, "h"),
  saveSession: (store, id) =>
    store.saveSession({ id, principal: "console:local", createdAt: 1, expiresAt: 2 }),
  session: (store, id) => store.session(id),
  sessions: (store) => store.sessions(),
  deleteSession: (store, id) => store.deleteSession(id),
  note: (store, id) => store.note(id),
  keepNote: (store, id) => store.keepNote(id, "x"),
  replaceNote: (store, id) => store.replaceNote(id, null, "x"),
  saveNote: (store, id) => store.saveNote(id, "x"),
  audit: (store, resource) =>
    store.audit({
      at: 1,
      principal: "console:local",
      action: "launch",
      resource,
      decision: "allowed",
      rule: "*",
    }),
  audits: (store) => store.audits(1),
};

/** Nobody waits for these where the line says that it breaks; else only who is silent may take so long, not a busy machine. */
const limits = {
  before: { statementMs: 10_000, answerMs: 12_000 },
  after: { statementMs: 10_000, answerMs: 12_000 },
  unheard: { statementMs: 400, answerMs: 450 },
  unanswered: { statementMs: 400, answerMs: 450 },
};

/** One for all tests that break it at a request in the same way: it must be well after each. */
let shared: Awaited<ReturnType<typeof opened>>;
/** Runs whose commits another process was told of. */
const told = new Set<string>();
beforeAll(async () => {
  await at.direct.watch(({ runId }) => told.add(runId));
});

/**
 * Breaks the line at the first request of what is done, then at the second, until there are no more. Returns how many.
 */
async function atEach(how: Break, act: (store: Store, healed: () => void) => Promise<void>): Promise<number> {
  const { line, store } = shared;
  for (let request = 1; ; request++) {
    // One for the call, one for its second try, one for what is told behind it: a new connection takes a while, and then
    // a request of this round would be counted in the next one.
    await Promise.all([store.note("warm"), store.note("warm"), store.note("warm")]);
    line.breakAt(request, how);
    let came = false;
    await act(store, () => {
      came = line.disarm();
    });
    if (!came) return request - 1;
  }
}

describe.each(breaks)("a line that breaks (%s)", (how) => {
  beforeAll(async () => {
    shared = await opened(limits[how]);
  });
  afterAll(() => shared.close());

  it.each(Object.entries(calls))("in %s is a busy storage, and the next call is well", async (_, call) => {
    const requests = await atEach(how, async (store, healed) => {
      const id = await begun();
      const outcome = await call(store, id).then(
        () => "done",
        (error: unknown) => error,
      );
      healed();
      if (outcome !== "done") expect(outcome).toMatchObject({ name: "StoreError", code: "storage_busy" });
      await call(store, id);
    });
    expect(requests).toBeGreaterThan(0);
  });

  it("in a commit makes it neither lost nor double", async () => {
    const requests = await atEach(how, async (store, healed) => {
      const id = await begun();
      const next = commit(id, 1, { posts: [post("status", "two", { runId: id })], wakeAt: 5 });
      expect(await store.commit(next)).toEqual({ ok: true, version: 2 });
      healed();
      expect(await at.direct.read(id)).toHaveLength(2);
      expect(await store.commit(next)).toEqual({ ok: false, why: "conflict" });
    });
    expect(requests).toBe(1);
  });

  it("in a launch with its message makes one run of it", async () => {
    const requests = await atEach(how, async (store, healed) => {
      const id = freshId();
      const inbox = { source: "slack", key: id };
      const claim = { owner: `${id} one`, leaseMs: 60_000 };
      const launch = commit(id, 0, { inbox, wakeAt: 0, claim });
      expect(await store.commit(launch)).toEqual({ ok: true, version: 1, claimed: true });
      healed();
      expect(await at.direct.read(id)).toHaveLength(1);
      expect(await at.direct.renew({ ...claim, now, runIds: [id] })).toEqual([id]);
      expect(await at.direct.inboxRow(inbox)).toMatchObject({ state: "done", runId: id });
      // A request of its own, a little later: in another round it would be counted as one of that.
      await expect.poll(() => told).toContain(id);
    });
    // BEGIN, the statement, COMMIT.
    expect(requests).toBe(3);
  });

  it("in a worker's last commit lets the run go once", async () => {
    const requests = await atEach(how, async (store, healed) => {
      const id = await begun({ wakeAt: -1 });
      const claims = await at.direct.claim({ owner: id, now: -1, leaseMs: 60_000, limit: 1 });
      const epoch = claims.find(({ runId }) => runId === id)?.epoch ?? 0;
      const rest = commit(id, 1, { epoch, events: [], release: true });
      expect(await store.commit(rest)).toEqual({ ok: true, version: 1 });
      healed();
      expect(await store.commit(rest)).toEqual({ ok: false, why: "fenced" });
    });
    expect(requests).toBe(1);
  });
});

describe.each(breaks)("a line that breaks (%s) under steps of several runs", (how) => {
  it("makes none of them lost or double", async () => {
    const { line, store } = await through();
    const ids = [await begun({ wakeAt: -1 }), await begun({ wakeAt: -1 }), await begun({ wakeAt: -1 })];
    const claims = await at.direct.claim({ owner: "w1", now: -1, leaseMs: 60_000, limit: 9, only: ids });
    // The first one is on its way by itself; at its end the two others share a statement.
    await Promise.all([store.note("warm"), store.note("warm")]);
    const committed = claims.map(({ runId, epoch }, n) => {
      const step = store.commit(commit(runId, 1, { epoch, wakeAt: 5 }));
      if (n === 0) line.breakAt(2, how);
      return step;
    });
    expect(await Promise.all(committed)).toEqual(claims.map(() => ({ ok: true, version: 2 })));
    expect(line.disarm()).toBe(true);
    for (const id of ids) expect(await at.direct.read(id)).toHaveLength(2);
  });
});

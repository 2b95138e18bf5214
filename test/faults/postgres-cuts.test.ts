/**
 * The connection to PostgreSQL breaks in each of the store's transactions: one action fails, and everything goes on.
 */
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import type { Commit } from "../../src/core/ports/commit.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { agent } from "../support/bot.ts";
import { commit, must, post, question } from "../support/store/commits.ts";
import { type Break, breaks, type PostgresLine, startLine } from "../support/store/line.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

const limits = { connectMs: 1_000, statementMs: 250, answerMs: 300, patienceMs: 5_000 };

let server: TestPostgres;
let url: string;
/** Not through the line that breaks. */
let direct: Store;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.database();
  direct = await openPostgres({ url, clock: Date });
});
afterAll(async () => {
  await direct.close();
  await server.stop();
});

async function opened(over: Partial<typeof limits> = {}) {
  const line = await startLine(url);
  const store = await openPostgres({ url: line.url, clock: Date, limits: { ...limits, ...over } });
  const close = async () => {
    await store.close();
    await line.close();
  };
  return { line, store, close };
}

async function through(over: Partial<typeof limits> = {}): Promise<{ line: PostgresLine; store: Store }> {
  const { line, store, close } = await opened(over);
  onTestFinished(close);
  // From here on there is a connection: what is asked next is its first request.
  await store.note("warm");
  return { line, store };
}

let count = 0;
/** A run of its own with a post and a question, and the messages to answer it with. */
async function begun(over: Partial<Commit> = {}) {
  const id = `r${++count}`;
  const launch = {
    addresses: [`slack:T1/C1/${id}`],
    posts: [post("status", "one", { runId: id, address: `slack:T1/C1/${id}` })],
    questions: [question(id, `q-${id}`)],
  };
  await must(direct.commit(commit(id, 0, { ...launch, ...over })));
  return id;
}

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
  runAt: (store, id) => store.runAt(`slack:T1/C1/${id}`),
  question: (store, id) => store.question(`q-${id}`),
  openQuestions: (store) => store.openQuestions({ limit: 1 }),
  countOpenQuestions: (store) => store.countOpenQuestions(),
  claim: (store, id) => store.claim({ owner: id, now, leaseMs: 1, limit: 1 }),
  renew: (store, id) => store.renew({ owner: id, now, leaseMs: 1, runIds: [id] }),
  releaseAll: (store, id) => store.releaseAll(id),
  nextWake: (store) => store.nextWake(),
  receive: (store, id) => store.receive({ source: "slack", key: `m-${id}`, body: "{}", receivedAt: now }),
  inboxRow: (store, id) => store.inboxRow({ source: "slack", key: id }),
  pendingInbox: (store) => store.pendingInbox(1),
  claimInbox: (store) => store.claimInbox({ now, leaseMs: 1, limit: 1 }),
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

/** One for all tests that break it at a request: it must be well after each. */
let shared: Awaited<ReturnType<typeof opened>>;
beforeAll(async () => {
  shared = await opened();
});
afterAll(() => shared.close());

/**
 * Breaks the line at the first request of what is done, then at the second, until there are no more. Returns how many.
 */
async function atEach(how: Break, act: (store: Store, healed: () => void) => Promise<void>): Promise<number> {
  const { line, store } = shared;
  for (let request = 1; ; request++) {
    await store.note("warm");
    line.breakAt(request, how);
    let came = false;
    await act(store, () => {
      came = line.disarm();
    });
    if (!came) return request - 1;
  }
}

describe.each(breaks)("a line that breaks (%s)", (how) => {
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
      expect(await direct.read(id)).toHaveLength(2);
      expect(await store.commit(next)).toEqual({ ok: false, why: "conflict" });
    });
    expect(requests).toBe(1);
  });

  it("in a launch with its message makes one run of it", async () => {
    const requests = await atEach(how, async (store, healed) => {
      const id = `launched-${++count}`;
      const inbox = { source: "slack", key: id };
      expect(await store.commit(commit(id, 0, { inbox }))).toEqual({ ok: true, version: 1 });
      healed();
      expect(await direct.read(id)).toHaveLength(1);
      expect(await direct.inboxRow(inbox)).toMatchObject({ state: "done", runId: id });
    });
    // BEGIN, the statement, COMMIT.
    expect(requests).toBe(3);
  });

  it("in a worker's last commit lets the run go once", async () => {
    const requests = await atEach(how, async (store, healed) => {
      const id = await begun({ wakeAt: -1 });
      const claims = await direct.claim({ owner: id, now: -1, leaseMs: 60_000, limit: 1 });
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
    const claims = await direct.claim({ owner: "w1", now: -1, leaseMs: 60_000, limit: 9, only: ids });
    // The first one is on its way by itself; at its end the two others share a statement.
    await Promise.all([store.note("warm"), store.note("warm")]);
    const committed = claims.map(({ runId, epoch }, n) => {
      const step = store.commit(commit(runId, 1, { epoch, wakeAt: 5 }));
      if (n === 0) line.breakAt(2, how);
      return step;
    });
    expect(await Promise.all(committed)).toEqual(claims.map(() => ({ ok: true, version: 2 })));
    expect(line.disarm()).toBe(true);
    for (const id of ids) expect(await direct.read(id)).toHaveLength(2);
  });
});

test("a commit that somebody else's came before is a conflict, also when its answer was lost", async () => {
  const { line, store } = await through();
  const id = await begun();
  line.breakAt(1, "before");
  const committed = store.commit(commit(id, 1));
  await must(direct.commit(commit(id, 1, { events: [{ type: "woke", at: 77 }] })));
  expect(await committed).toEqual({ ok: false, why: "conflict" });
});

test("a run that a worker only lets go of is still its own when somebody else's commit came before", async () => {
  const { line, store } = await through();
  const id = await begun({ wakeAt: -1 });
  const [claim] = await direct.claim({ owner: id, now: -1, leaseMs: 60_000, limit: 1, only: [id] });
  line.breakAt(1, "before");
  const rest = commit(id, 1, { epoch: claim?.epoch ?? 0, events: [], release: true });
  const released = store.commit(rest);
  await must(direct.commit(commit(id, 1, { wakeAt: 5 })));
  expect(await released).toEqual({ ok: false, why: "conflict" });
  expect(await store.commit({ ...rest, expect: 2 })).toEqual({ ok: true, version: 2 });
});

test("a commit whose outcome nobody can tell says so", async () => {
  const { line, store } = await through({ patienceMs: 200 });
  const id = await begun();
  line.breakAt(1, "after");
  const committed = store.commit(commit(id, 1)).catch((error: unknown) => error);
  await expect.poll(async () => (await direct.read(id)).length).toBe(2);
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
  const { store } = await through();
  const id = await begun();
  const other = new Client({ connectionString: url });
  await other.connect();
  await other.query("BEGIN");
  await other.query("SELECT FROM runs WHERE run_id = $1 FOR UPDATE", [id]);
  const committed = store.commit(commit(id, 1)).catch((error: unknown) => error);
  expect(await committed).toMatchObject({ code: "storage_busy", uncertain: false });
  await other.query("COMMIT");
  await other.end();
  expect(await store.commit(commit(id, 1))).toEqual({ ok: true, version: 2 });
});

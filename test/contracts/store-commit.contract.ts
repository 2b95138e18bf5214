/** The store's promises about commits: all or nothing, once, and by the right worker. */
import { beforeEach, describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/core/event.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, held, must, post, question, row, thread, woke } from "../support/store/commits.ts";

export function commitContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });

  describe("a commit", () => {
    it("writes events in order, and reads them again from any version", async () => {
      const events: RunEvent[] = [
        {
          type: "heard",
          at: 5,
          text: "hi",
          from: { principal: "slack:T1/U1", name: "dana" },
          via: { channel: "slack" },
          trusted: true,
        },
        { type: "completed", at: 6, answer: "5" },
      ];
      expect(await store.commit(commit("r1", 0, { events: [woke(1)] }))).toEqual({ ok: true, version: 1 });
      expect(await store.commit(commit("r1", 1, { events }))).toEqual({ ok: true, version: 3 });
      expect(await store.read("r1")).toEqual([woke(1), ...events]);
      expect(await store.read("r1", 2)).toEqual(events.slice(1));
      expect(await store.read("r1", 3)).toEqual([]);
      expect(await store.read("unknown")).toEqual([]);
    });

    it("keeps the projection that came with it", async () => {
      const launched = row("r1", { parentId: "r0", address: null, costUsd: 0.123456 });
      await must(store.commit(commit("r1", 0, { row: launched })));
      expect(await store.run("r1")).toEqual(launched);
      const later = row("r1", {
        parentId: "r0",
        version: 2,
        status: "waiting_human_input",
        steps: 3,
        tokens: 900,
        costUsd: 1.000001,
        asking: 1,
        updatedAt: 2000,
      });
      await must(store.commit(commit("r1", 1, { row: later })));
      expect(await store.run("r1")).toEqual(later);
      const unpriced = { ...later, version: 3, costUsd: null };
      await must(store.commit(commit("r1", 2, { row: unpriced })));
      expect(await store.run("r1")).toEqual(unpriced);
      expect(await store.run("unknown")).toBeNull();
    });

    it("at another version is a conflict and leaves nothing behind", async () => {
      await must(store.commit(commit("r1", 0)));
      const parts = { posts: [post("p", "x")], addresses: [thread], questions: [question("r1", "q1")] };
      for (const expected of [0, 2, 7]) {
        const refused = await store.commit(
          commit("r1", expected, { ...parts, row: row("r1", { status: "failed" }) }),
        );
        expect(refused).toEqual({ ok: false, why: "conflict" });
      }
      expect(await store.read("r1")).toHaveLength(1);
      expect(await store.run("r1")).toMatchObject({ version: 1, status: "running" });
      expect(await store.dueDeliveries({ now: 9, limit: 9, channels: ["slack"] })).toEqual([]);
      expect(await store.runAt(thread)).toBeNull();
      expect(await store.question("q1")).toBeNull();
    });

    it("of one run does not disturb the good ones beside it", async () => {
      await must(store.commit(commit("r1", 0)));
      const results = await Promise.all([
        store.commit(commit("r2", 0)),
        store.commit(commit("r1", 5)),
        store.commit(commit("r1", 1, { posts: [post("p", "x")] })),
        store.receive({ source: "slack", key: "k1", body: "{}", receivedAt: 1 }),
      ]);
      expect(results).toEqual([
        { ok: true, version: 1 },
        { ok: false, why: "conflict" },
        { ok: true, version: 2 },
        "new",
      ]);
      expect(await store.read("r2")).toHaveLength(1);
      expect(await store.read("r1")).toHaveLength(2);
    });

    it("that breaks off does not disturb the good ones beside it", async () => {
      const broken = commit("r1", 0, { row: { ...row("r1"), steps: Number.NaN } });
      const results = await Promise.allSettled([
        store.commit(commit("r2", 0)),
        store.commit(broken),
        store.commit(commit("r3", 0)),
      ]);
      expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      expect(await store.read("r1")).toEqual([]);
      expect(await store.run("r1")).toBeNull();
      expect(await store.run("r2")).not.toBeNull();
      expect(await store.run("r3")).not.toBeNull();
    });

    it("may carry no event, and then only moves what is derived", async () => {
      await must(store.commit(commit("r1", 0)));
      expect(await store.commit(commit("r1", 1, { events: [], wakeAt: 7 }))).toEqual({
        ok: true,
        version: 1,
      });
      expect(await store.nextWake()).toBe(7);
    });

    it("races with its like and exactly one wins", async () => {
      await must(store.commit(commit("r1", 0)));
      const results = await Promise.all(Array.from({ length: 8 }, () => store.commit(commit("r1", 1))));
      expect(results.filter((result) => result.ok)).toHaveLength(1);
      expect(await store.read("r1")).toHaveLength(2);
    });
  });

  describe("a worker's commit", () => {
    it("is written while it holds the run, and fenced after another one took it", async () => {
      const first = await held(store, "r1", "w1", -10);
      expect(await store.commit(commit("r1", 1, { epoch: first, wakeAt: 0 }))).toEqual({
        ok: true,
        version: 2,
      });
      const [second] = await store.claim({ owner: "w2", now: 1, leaseMs: 1000, limit: 1 });
      expect(second?.epoch).toBe(first + 1);
      expect(await store.commit(commit("r1", 2, { epoch: first }))).toEqual({ ok: false, why: "fenced" });
      expect(await store.read("r1")).toHaveLength(2);
    });

    it("is fenced for a run that nobody holds", async () => {
      const epoch = await held(store, "r1");
      await must(store.commit(commit("r1", 1, { epoch, release: true })));
      expect(await store.commit(commit("r1", 2, { epoch }))).toEqual({ ok: false, why: "fenced" });
      expect(await store.commit(commit("r9", 0, { epoch: 1 }))).toEqual({ ok: false, why: "fenced" });
    });

    it("lets the run go in the same transaction; a commit from outside does not", async () => {
      const epoch = await held(store, "r1");
      await must(store.commit(commit("r1", 1, { wakeAt: 0, release: true })));
      expect(await store.claim({ owner: "w2", now: 1, leaseMs: 1000, limit: 9 })).toEqual([]);
      await must(store.commit(commit("r1", 2, { epoch, wakeAt: 0, release: true })));
      const claims = await store.claim({ owner: "w2", now: 1, leaseMs: 1000, limit: 9 });
      expect(claims).toEqual([{ runId: "r1", epoch: epoch + 1, recovered: false }]);
    });
  });

  describe("an inbound message", () => {
    const inbox = { source: "slack", key: "Ev1" };

    it("is answered by one commit, and every other one is its duplicate", async () => {
      expect(await store.receive({ ...inbox, body: "{}", receivedAt: 1 })).toBe("new");
      expect(await store.receive({ ...inbox, body: "{}", receivedAt: 2 })).toBe("duplicate");
      expect(await store.receive({ ...inbox, source: "discord", body: "{}", receivedAt: 2 })).toBe("new");
      await must(store.commit(commit("r1", 0, { inbox })));
      const duplicate = { ok: false, why: "duplicate", runId: "r1" };
      expect(await store.commit(commit("r1", 1, { inbox }))).toEqual(duplicate);
      expect(await store.commit(commit("r2", 0, { inbox, posts: [post("p", "x")] }))).toEqual(duplicate);
      expect(await store.commit(commit("r1", 0, { inbox }))).toEqual(duplicate);
      expect(await store.run("r2")).toBeNull();
      expect(await store.inboxRow(inbox)).toMatchObject({
        state: "done",
        runId: "r1",
        body: "",
        receivedAt: 1,
      });
    });

    it("needs no row before its commit", async () => {
      await must(store.commit(commit("r1", 0, { inbox })));
      expect(await store.inboxRow(inbox)).toMatchObject({ state: "done", runId: "r1" });
      expect(await store.receive({ ...inbox, body: "{}", receivedAt: 1 })).toBe("duplicate");
    });

    it("that is an API request is remembered with what it asked for", async () => {
      await must(store.commit(commit("r1", 0, { inbox: { ...inbox, print: "f00d" } })));
      expect(await store.inboxRow(inbox)).toMatchObject({ state: "done", runId: "r1", outcome: "f00d" });
      await must(store.commit(commit("r1", 1, { inbox: { ...inbox, key: "Ev2" } })));
      expect(await store.inboxRow({ ...inbox, key: "Ev2" })).toMatchObject({ state: "done", outcome: null });
    });

    it("stays pending when its commit is refused", async () => {
      await store.receive({ ...inbox, body: "{}", receivedAt: 1 });
      await must(store.commit(commit("r1", 0)));
      expect(await store.commit(commit("r1", 0, { inbox }))).toEqual({ ok: false, why: "conflict" });
      expect(await store.inboxRow(inbox)).toMatchObject({ state: "pending", runId: null });
    });

    it("that was refused stays refused", async () => {
      await store.receive({ ...inbox, body: "{}", receivedAt: 1 });
      await store.settleInbox(inbox, { state: "refused", runId: null, outcome: "not allowed" });
      expect(await store.commit(commit("r1", 0, { inbox }))).toEqual({
        ok: false,
        why: "duplicate",
        runId: null,
      });
      expect(await store.inboxRow(inbox)).toMatchObject({ state: "refused", outcome: "not allowed" });
    });

    it("of racing commits settles one run", async () => {
      const results = await Promise.all(
        ["r1", "r2", "r3", "r4"].map((id) => store.commit(commit(id, 0, { inbox }))),
      );
      const winner = results.findIndex((result) => result.ok);
      const others = results.filter((_, index) => index !== winner);
      expect(others).toEqual(Array(3).fill({ ok: false, why: "duplicate", runId: `r${winner + 1}` }));
    });
  });

  describe("a launch that must have its place for itself", () => {
    const address = "webhook:ci/matter";
    const launch = (id: string, after: string | null, key = id) =>
      store.commit(
        commit(id, 0, {
          addresses: [address],
          only: { address, after },
          inbox: { source: "webhook:ci", key },
        }),
      );
    const end = (id: string, version: number) =>
      must(store.commit(commit(id, version, { row: row(id, { status: "complete" }) })));

    it("is refused while another run is there, and leaves nothing behind", async () => {
      await must(launch("r1", null));
      expect(await launch("r2", null)).toEqual({ ok: false, why: "taken", runId: "r1" });
      expect(await store.run("r2")).toBeNull();
      expect(await store.inboxRow({ source: "webhook:ci", key: "r2" })).toBeNull();
      await end("r1", 1);
      expect(await launch("r2", null)).toMatchObject({ ok: true });
    });

    it("goes beside a run that it knows of, and not beside one that came later", async () => {
      await must(launch("r1", null));
      expect(await launch("r2", "r1")).toMatchObject({ ok: true });
      expect(await launch("r3", "r1")).toEqual({ ok: false, why: "taken", runId: "r2" });
      expect(await launch("r3", "r2")).toMatchObject({ ok: true });
    });

    it("is a duplicate first: the same message has its run already", async () => {
      await must(launch("r1", null, "k"));
      expect(await launch("r2", null, "k")).toEqual({ ok: false, why: "duplicate", runId: "r1" });
      expect(await launch("r1", null)).toMatchObject({ ok: false, why: "conflict" });
    });
  });
}

/** The store's promises about posts: the newest words, in order, with nothing forgotten about a send. */
import { beforeEach, describe, expect, it } from "vitest";
import { longestDelayMs } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { body, commit, must, post, thread } from "../support/store/commits.ts";

export function deliveryContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  const due = (now = 100, limit = 100) => store.dueDeliveries({ now, limit, channels: ["slack"] });
  const dueKeys = async (now = 100) => (await due(now)).map((row) => row.key);
  const id = (key: string, n = 0) => `r1/${key}#${n}`;
  const begin = (key: string, leaseMs = 60_000) => store.beginDelivery({ id: id(key), now: 100, leaseMs });
  /** As a process leaves it that died in the middle of the send, when its claim has run out. */
  const beginAndDie = (key: string) => begin(key, -1);
  const delivered = (key: string, revision = 1) =>
    store.finishDelivery(id(key), { type: "delivered", revision, remoteId: `ts-${key}` });
  const retry = { type: "retry", nextAt: 500, uncertain: false, lost: false, error: "busy" } as const;

  describe("a post", () => {
    it("is due with its first words, and again only when the words change", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      expect(await due()).toEqual([
        {
          id: id("p"),
          runId: "r1",
          key: "p",
          address: thread,
          revision: 1,
          deliveredRevision: 0,
          remoteId: null,
          uncertain: false,
          attempts: 0,
          createdAt: 1000,
          nextAt: 0,
        },
      ]);
      expect(await begin("p")).toMatchObject({ body: body("one"), revision: 1 });
      await delivered("p");
      await must(store.commit(commit("r1", 1, { posts: [post("p", "one")] })));
      expect(await due()).toEqual([]);
      await must(store.commit(commit("r1", 2, { posts: [post("p", "two")] })));
      expect(await due()).toMatchObject([{ revision: 2, deliveredRevision: 1, remoteId: "ts-p" }]);
      expect(await begin("p")).toMatchObject({ revision: 2, remoteId: "ts-p", body: body("two") });
    });

    it("whose run is gone is told to who sent it", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await begin("p");
      expect(await delivered("p")).toBe(true);
      expect(await store.finishDelivery(id("p"), retry)).toBe(true);
      expect(await delivered("q")).toBe(false);
      expect(await store.finishDelivery(id("q"), retry)).toBe(false);
    });

    it("that changes before it is sent goes out once, with the newest words", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await must(store.commit(commit("r1", 1, { posts: [post("p", "two"), post("p", "three")] })));
      expect(await due()).toMatchObject([{ revision: 2 }]);
      expect(await begin("p")).toMatchObject({ revision: 2, body: body("three") });
    });

    it("that changes while it is sent is due again", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await begin("p");
      await must(store.commit(commit("r1", 1, { posts: [post("p", "two")] })));
      await delivered("p", 1);
      expect(await due()).toMatchObject([{ revision: 2, deliveredRevision: 1, uncertain: false }]);
    });

    it("that was asked to wait is due later, and no attempt was made", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await begin("p");
      await store.finishDelivery(id("p"), { type: "deferred", nextAt: 500, uncertain: false });
      expect(await due(499)).toEqual([]);
      expect(await due(500)).toMatchObject([{ attempts: 0, uncertain: false, nextAt: 500 }]);
    });

    it("that was put off before the date was set back is due", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await store.finishDelivery(id("p"), {
        type: "deferred",
        nextAt: longestDelayMs + 100,
        uncertain: false,
      });
      expect(await due(100)).toEqual([]);
      expect(await dueKeys(99)).toEqual(["p"]);
    });

    it("that failed is due at once when its place changed, others are not", async () => {
      const there = { address: "slack:T1/C2/1.0", runId: "r2" };
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await must(store.commit(commit("r2", 0, { posts: [post("p", "one", there)] })));
      for (const failed of [id("p"), "r2/p#0"]) await store.finishDelivery(failed, retry);
      expect(await due(100)).toEqual([]);
      await store.hurryDeliveries({ prefix: "slack:T1/C2/", now: 100 });
      expect(await due(100)).toMatchObject([{ runId: "r2", attempts: 0, nextAt: 100 }]);
    });

    it("that only waits for its turn is not hurried", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await store.finishDelivery(id("p"), { type: "deferred", nextAt: 500, uncertain: false });
      await store.hurryDeliveries({ prefix: "slack:", now: 100 });
      expect(await due(100)).toEqual([]);
    });

    it("stands at each address by itself", async () => {
      const posts = [post("p", "one"), post("p", "one", { address: "discord:G1/C1", n: 1 })];
      await must(store.commit(commit("r1", 0, { posts })));
      expect(await due()).toHaveLength(1);
      expect(await store.dueDeliveries({ now: 1, limit: 9, channels: ["slack", "discord"] })).toHaveLength(2);
      expect(await store.dueDeliveries({ now: 1, limit: 9, channels: [] })).toEqual([]);
      expect(await store.nextDelivery(["email"])).toBeNull();
    });
  });

  describe("a post whose address changes", () => {
    const real = { address: "slack:T1/C1/172.0" };

    it("moves there, and that alone is nothing new", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one"), post("q", "two")] })));
      await delivered("p");
      await must(store.commit(commit("r1", 1, { posts: [post("p", "one", real), post("q", "two", real)] })));
      expect(await due()).toMatchObject([{ key: "q", revision: 1, address: real.address }]);
      expect(await store.deliveries("r1")).toMatchObject([
        { key: "p", revision: 1, ...real, remoteId: "ts-p" },
      ]);
    });

    it("keeps its retries and its end, until the words change too", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await store.finishDelivery(id("p"), retry);
      await must(store.commit(commit("r1", 1, { posts: [post("p", "one", real)] })));
      expect(await due()).toEqual([]);
      expect(await due(500)).toMatchObject([{ attempts: 1, ...real }]);
      await store.finishDelivery(id("p"), {
        type: "given_up",
        at: 4_000,
        revision: 1,
        uncertain: false,
        error: "gone",
      });
      await must(store.commit(commit("r1", 2, { posts: [post("p", "one")] })));
      expect(await due(500)).toEqual([]);
      await must(store.commit(commit("r1", 3, { posts: [post("p", "two", real)] })));
      expect(await due()).toMatchObject([{ attempts: 0, revision: 2, ...real }]);
    });
  });

  describe("order", () => {
    it("of first posts in a thread is kept, whatever is retried", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("a", "1"), post("b", "2")] })));
      await must(store.commit(commit("r1", 1, { posts: [post("c", "3")] })));
      expect(await dueKeys()).toEqual(["a"]);
      await store.finishDelivery(id("a"), retry);
      expect(await dueKeys()).toEqual([]);
      expect(await store.nextDelivery(["slack"])).toBe(500);
      expect(await dueKeys(500)).toEqual(["a"]);
      await delivered("a");
      expect(await dueKeys()).toEqual(["b"]);
      await delivered("b");
      expect(await dueKeys()).toEqual(["c"]);
    });

    it("does not hold back an edit, nor what follows a post that was given up", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("a", "1"), post("b", "2")] })));
      await delivered("a");
      await must(store.commit(commit("r1", 1, { posts: [post("a", "1 again"), post("c", "3")] })));
      expect((await dueKeys()).sort()).toEqual(["a", "b"]);
      await store.finishDelivery(id("b"), {
        type: "given_up",
        at: 4_000,
        revision: 1,
        uncertain: false,
        error: "channel is gone",
      });
      expect((await dueKeys()).sort()).toEqual(["a", "c"]);
    });

    it("between threads is by age", async () => {
      const later = { updatedAt: 3000 };
      await must(
        store.commit(
          commit("r2", 0, {
            row: { ...commit("r2", 0).row, ...later },
            posts: [post("p", "x", { runId: "r2" })],
          }),
        ),
      );
      await must(store.commit(commit("r1", 0, { posts: [post("p", "x", { address: "slack:T1/C2/1.0" })] })));
      expect((await due()).map((row) => row.runId)).toEqual(["r1", "r2"]);
      expect(await due(100, 1)).toHaveLength(1);
    });
  });

  describe("a send", () => {
    it("that was given up while it may stand is looked for before newer words are sent", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await begin("p");
      await store.finishDelivery(id("p"), {
        type: "given_up",
        at: 4_000,
        revision: 1,
        uncertain: true,
        error: "no",
      });
      await must(store.commit(commit("r1", 1, { posts: [post("p", "two")] })));
      expect(await due()).toMatchObject([{ revision: 2, uncertain: true }]);
    });

    it("is uncertain from its beginning to its outcome", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      expect(await beginAndDie("p")).toMatchObject({ uncertain: false });
      expect(await due()).toMatchObject([{ uncertain: true }]);
      expect(await begin("p")).toMatchObject({ uncertain: true });
      await store.finishDelivery(id("p"), retry);
      expect(await due(500)).toMatchObject([{ uncertain: false, attempts: 1, nextAt: 500 }]);
      await store.finishDelivery(id("p"), { ...retry, uncertain: true });
      expect(await due(500)).toMatchObject([{ uncertain: true, attempts: 2 }]);
      await delivered("p");
      expect(await due(500)).toEqual([]);
      expect(await store.deliveries("r1")).toMatchObject([
        { key: "p", attempts: 0, uncertain: false, remoteId: "ts-p" },
      ]);
    });

    it("belongs to whoever claimed it, until its outcome", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      const claims = await Promise.all([begin("p"), begin("p"), begin("p")]);
      expect(claims.filter((claim) => claim !== null)).toMatchObject([{ key: "p", revision: 1 }]);
      await must(store.commit(commit("r1", 1, { posts: [post("p", "two")] })));
      expect(await due()).toEqual([]);
      expect(await begin("p")).toBeNull();
      expect(await store.nextDelivery(["slack"])).toBeGreaterThan(100);
      await delivered("p");
      expect(await store.nextDelivery(["slack"])).toBe(0);
      expect(await begin("p")).toMatchObject({ revision: 2, remoteId: "ts-p", body: body("two") });
      await delivered("p", 2);
      expect(await begin("p")).toBeNull();
    });

    it("of an edit whose message is gone is posted anew", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
      await delivered("p");
      await must(store.commit(commit("r1", 1, { posts: [post("p", "two")] })));
      await store.finishDelivery(id("p"), { ...retry, lost: true });
      expect(await due(500)).toMatchObject([{ remoteId: null }]);
    });

    it("that was given up is counted, and tried again when the words change", async () => {
      await must(store.commit(commit("r1", 0, { posts: [post("p", "one"), post("q", "x")] })));
      expect(await store.outboxHealth()).toEqual({ undelivered: 2, oldestAt: 1000, givenUp: 0 });
      await store.finishDelivery(id("p"), {
        type: "given_up",
        at: 4_000,
        revision: 1,
        uncertain: false,
        error: "not in channel",
      });
      await delivered("q");
      expect(await due()).toEqual([]);
      expect(await store.nextDelivery(["slack"])).toBeNull();
      expect(await store.outboxHealth()).toEqual({ undelivered: 0, oldestAt: null, givenUp: 1 });
      expect(await store.outboxHealth(4_000)).toMatchObject({ givenUp: 1 });
      expect(await store.outboxHealth(4_001)).toMatchObject({ givenUp: 0 });
      const later = { ...commit("r1", 1).row, updatedAt: 9000 };
      await must(store.commit(commit("r1", 1, { row: later, posts: [post("p", "two")] })));
      expect(await due()).toMatchObject([{ key: "p", attempts: 0, revision: 2, createdAt: 9000 }]);
    });

    it("is as old as the words that wait, not as the post", async () => {
      const at = (version: number, updatedAt: number) => ({ ...commit("r1", version).row, updatedAt });
      await must(store.commit(commit("r1", 0, { row: at(0, 1000), posts: [post("p", "one")] })));
      await must(store.commit(commit("r1", 1, { row: at(1, 2000), posts: [post("p", "two")] })));
      expect(await due()).toMatchObject([{ createdAt: 1000 }]);
      await delivered("p", 2);
      await must(store.commit(commit("r1", 2, { row: at(2, 5000), posts: [post("p", "three")] })));
      expect(await due()).toMatchObject([{ createdAt: 5000 }]);
    });
  });
}

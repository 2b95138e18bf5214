/** The store's promises to workers: who holds which run, and when one is due. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, held, must } from "../support/store/commits.ts";

export function workContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  const claim = (owner: string, now: number, limit = 100, leaseMs = 60_000) =>
    store.claim({ owner, now, leaseMs, limit });

  describe("claiming", () => {
    it("takes due runs, earliest first, up to the limit", async () => {
      await must(store.commit(commit("r1", 0, { wakeAt: 30 })));
      await must(store.commit(commit("r2", 0, { wakeAt: 10 })));
      await must(store.commit(commit("r3", 0, { wakeAt: 20 })));
      await must(store.commit(commit("r4", 0, { wakeAt: null })));
      expect(await claim("w1", 9)).toEqual([]);
      expect(await claim("w1", 30, 2)).toEqual([
        { runId: "r2", epoch: 1, recovered: false },
        { runId: "r3", epoch: 1, recovered: false },
      ]);
      expect((await claim("w2", 30)).map((one) => one.runId)).toEqual(["r1"]);
    });

    it("leaves alone what somebody holds, and takes it over when the lease ran out", async () => {
      await held(store, "r1", "w1");
      expect(await claim("w2", 1)).toEqual([]);
      await held(store, "r2", "w1", -10);
      expect(await claim("w2", 1)).toEqual([{ runId: "r2", epoch: 2, recovered: true }]);
    });

    it("holds a launch for the owner that claims it with its commit, and no other one's", async () => {
      const mine = { owner: "w1", leaseMs: 60_000 };
      const launch = (runId: string, leaseMs = mine.leaseMs) =>
        commit(runId, 0, { wakeAt: 0, claim: { ...mine, leaseMs } });
      expect(await store.commit(launch("r1"))).toEqual({ ok: true, version: 1, claimed: true });
      expect(await store.commit(launch("r2", -10))).toMatchObject({ claimed: true });
      expect(await store.commit(commit("r3", 0))).toEqual({ ok: true, version: 1 });
      expect(await store.commit(launch("r1"))).toEqual({ ok: false, why: "conflict" });
      expect(await claim("w2", 1)).toEqual([{ runId: "r2", epoch: 2, recovered: true }]);
      const renewed = await store.renew({ owner: "w1", now: 1, leaseMs: 60_000, runIds: ["r1", "r2"] });
      expect(renewed).toEqual(["r1"]);
      expect(await store.commit(commit("r2", 1, { epoch: 1 }))).toEqual({ ok: false, why: "fenced" });
      await must(store.commit(commit("r1", 1, { epoch: 1, release: true, wakeAt: 5 })));
      expect(await claim("w2", 5)).toEqual([{ runId: "r1", epoch: 2, recovered: false }]);
    });

    it("keeps a lease that its owner renews", async () => {
      await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
      await must(store.commit(commit("r2", 0, { wakeAt: 1 })));
      expect(await claim("w1", 1, 1, -10)).toMatchObject([{ runId: "r1" }]);
      expect(await claim("w2", 1, 1, -10)).toMatchObject([{ runId: "r1", recovered: true }]);
      expect(await claim("w1", 1, 1, -10)).toMatchObject([{ runId: "r1", recovered: true }]);
      const renew = (owner: string, runIds: string[]) =>
        store.renew({ owner, now: 1, leaseMs: 60_000, runIds });
      expect(await renew("w1", ["r1", "r2"])).toEqual(["r1"]);
      expect(await renew("w3", ["r1", "r2"])).toEqual([]);
      expect((await claim("w3", 1)).map((one) => one.runId)).toEqual(["r2"]);
    });

    it("takes nothing that its caller drives already, however old the lease is", async () => {
      await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
      await must(store.commit(commit("r2", 0, { wakeAt: 1 })));
      expect(await claim("w1", 1, 1, -10)).toMatchObject([{ runId: "r1" }]);
      const again = { owner: "w1", now: 1, leaseMs: 60_000, limit: 9, except: ["r1"] };
      expect((await store.claim(again)).map((one) => one.runId)).toEqual(["r2"]);
    });

    it("takes of those that are named what is due and free, be it one or several", async () => {
      for (const [id, wakeAt] of [
        ["r1", 0],
        ["r2", 1],
        ["r3", 0],
        ["r4", 9],
      ] as const)
        await must(store.commit(commit(id, 0, { wakeAt })));
      const named = async (only: string[], more: { limit?: number; except?: string[] } = {}) => {
        const taken = await store.claim({ owner: "w1", now: 1, leaseMs: 60_000, limit: 9, only, ...more });
        return taken.map((one) => one.runId);
      };
      expect(await named(["r1"], { except: ["r1"] })).toEqual([]);
      expect(await named(["r1"], { limit: 0 })).toEqual([]);
      expect(await named(["r4"])).toEqual([]);
      expect(await named(["unknown"])).toEqual([]);
      expect(await named(["r1"])).toEqual(["r1"]);
      expect(await named(["r1"])).toEqual([]);
      expect(await named(["r2", "r3", "r4"], { except: ["r2"] })).toEqual(["r3"]);
      expect(await named([])).toEqual([]);
    });

    it("finds at once what an owner let go of", async () => {
      await held(store, "r1", "w1");
      await held(store, "r2", "w2");
      await store.releaseAll("w1");
      expect(await claim("w3", 1)).toEqual([{ runId: "r1", epoch: 2, recovered: false }]);
    });

    it("finds at once a run that its owner let go of as it was, and nothing else of that owner", async () => {
      const epoch = await held(store, "r1", "w1");
      await held(store, "r2", "w1");
      await store.release("w1", { runId: "r1", epoch, recovered: false });
      expect(await claim("w2", 1)).toEqual([{ runId: "r1", epoch: epoch + 1, recovered: false }]);
    });

    it("is still told that a former owner was lost, when the one after it let go", async () => {
      await held(store, "r1", "lost", -10);
      const [taken] = await claim("w1", 1);
      expect(taken).toEqual({ runId: "r1", epoch: 2, recovered: true });
      if (taken) await store.release("w1", taken);
      expect(await claim("w2", 1)).toEqual([{ runId: "r1", epoch: 3, recovered: true }]);
    });

    it("lets nobody let go of what is another's, or was taken anew", async () => {
      const epoch = await held(store, "r1", "w1");
      await store.release("w2", { runId: "r1", epoch, recovered: false });
      await store.release("w1", { runId: "r1", epoch: epoch - 1, recovered: true });
      expect(await claim("w3", 1)).toEqual([]);
    });

    it("never gives one run to two of many claimers", async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, n) => must(store.commit(commit(`r${n}`, 0, { wakeAt: 0 })))),
      );
      const taken: string[] = [];
      for (let rounds = 0; taken.length < 50 && rounds < 20; rounds++) {
        const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => claim(`w${n}`, 1, 3)));
        taken.push(...claims.flat().map((one) => one.runId));
      }
      expect(taken).toHaveLength(50);
      expect(new Set(taken).size).toBe(50);
    });
  });

  describe("the next wake-up", () => {
    it("is the earliest time that a commit set, or none", async () => {
      expect(await store.nextWake()).toBeNull();
      await must(store.commit(commit("r1", 0, { wakeAt: 50 })));
      await must(store.commit(commit("r2", 0, { wakeAt: 40 })));
      expect(await store.nextWake()).toBe(40);
      await must(store.commit(commit("r2", 1, { wakeAt: null })));
      expect(await store.nextWake()).toBe(50);
    });

    it("of a held run is the end of its lease, so that nobody wakes up for nothing", async () => {
      await held(store, "r1");
      expect(await store.nextWake()).toBeGreaterThan(50_000);
    });
  });

  describe("a run that another one wakes", () => {
    it("is due at once", async () => {
      await must(store.commit(commit("parent", 0, { wakeAt: null })));
      await must(store.commit(commit("child", 0, { wake: ["parent", "unknown"] })));
      expect((await claim("w1", 1)).map((one) => one.runId)).toEqual(["parent"]);
    });

    it("stays due although its worker, who saw nothing of it, lets it rest", async () => {
      const epoch = await held(store, "parent");
      await must(store.commit(commit("child", 0, { wake: ["parent"] })));
      await must(store.commit(commit("parent", 1, { epoch, wakeAt: null, release: true })));
      expect((await claim("w1", 1)).map((one) => one.runId)).toEqual(["parent"]);
      await must(store.commit(commit("parent", 2, { epoch: epoch + 1, wakeAt: null, release: true })));
      expect(await store.nextWake()).toBeNull();
    });

    it("may be woken by many at once", async () => {
      for (const id of ["a", "b"]) await must(store.commit(commit(id, 0)));
      const wakes = Array.from({ length: 10 }, (_, n) =>
        store.commit(commit(`c${n}`, 0, { wake: n % 2 ? ["a", "b"] : ["b", "a"] })),
      );
      expect((await Promise.all(wakes)).every((result) => result.ok)).toBe(true);
      expect(await claim("w1", 1)).toHaveLength(2);
    });
  });
}

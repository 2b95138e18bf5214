/** What every store promises of the order in which the words of one place are handed out. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, must } from "../support/store/commits.ts";

const source = "slack";
const here = "slack:T1/C1/1";
/** A store of several processes goes by a clock of its own. */
const now = Date.now();

export function orderContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });

  const hear = async (address: string | null, ...keys: string[]) => {
    for (const key of keys) await store.receive({ source, key, body: "{}", receivedAt: 1, address });
  };
  const claim = async (leaseMs: number, { patienceMs = 60_000, limit = 10 } = {}) =>
    (await store.claimInbox({ now, leaseMs, limit, patienceMs })).map(({ key }) => key);
  const settle = (key: string) =>
    store.settleInbox({ source, key }, { state: "done", runId: null, outcome: "told" });

  describe("words of one place", () => {
    it("are handed out one after another, and others beside them", async () => {
      await hear(here, "first", "second", "third");
      await hear("slack:T1/C1/2", "elsewhere");
      await hear(null, "press", "another press");
      expect(await claim(60_000)).toEqual(["first", "elsewhere", "press", "another press"]);
      expect(await claim(60_000)).toEqual([]);
      await settle("first");
      expect(await claim(60_000)).toEqual(["second"]);
      // What a message does settles it, before its outcome is told.
      await must(store.commit(commit("r1", 0, { inbox: { source, key: "second" } })));
      expect(await claim(60_000)).toEqual(["third"]);
    });

    it("are one order whatever their sources, also behind a long backlog of another place", async () => {
      await hear("slack:T1/C1/2", ...[1, 2, 3, 4, 5].map((n) => `backlog ${n}`));
      await hear(here, "first");
      await store.receive({ source: "other", key: "second", body: "{}", receivedAt: 1, address: here });
      expect(await claim(60_000, { limit: 1 })).toEqual(["backlog 1"]);
      // First as one that is far behind the oldest, then as one of them.
      expect(await claim(0, { limit: 1 })).toEqual(["first"]);
      expect(await claim(60_000)).toEqual(["first"]);
      expect(await claim(60_000)).toEqual([]);
      await settle("first");
      expect(await claim(60_000)).toEqual(["second"]);
    });

    it("wait also while nobody has the first: whoever had it may be gone", async () => {
      await hear(here, "first", "second");
      expect(await claim(0)).toEqual(["first"]);
      expect(await claim(60_000)).toEqual(["first"]);
      await settle("first");
      expect(await claim(60_000)).toEqual(["second"]);
    });

    it("wait for one that is tried in vain no longer than they have patience, each of them", async () => {
      await hear(here, "first", "second", "third");
      expect(await claim(60_000)).toEqual(["first"]);
      expect(await claim(60_000)).toEqual([]);
      expect(await claim(60_000, { patienceMs: 0 })).toEqual(["second"]);
      expect(await claim(60_000)).toEqual([]);
      await settle("second");
      expect(await claim(60_000, { patienceMs: 0 })).toEqual(["third"]);
      await settle("first");
      await settle("third");
      await hear(here, "fourth");
      expect(await claim(60_000)).toEqual(["fourth"]);
    });

    it("wait anew for one that nobody has tried for as long: the bot was away", async () => {
      await hear(here, "first", "second");
      expect(await claim(-10, { limit: 1 })).toEqual(["first"]);
      expect(await claim(60_000, { patienceMs: 0 })).toEqual(["first"]);
      expect(await claim(60_000, { patienceMs: 0 })).toEqual(["second"]);
    });

    it("wait for one that was claimed and not tried as if nobody had claimed it", async () => {
      await hear(here, "first", "second");
      const claimed = (leaseMs: number, patienceMs: number) =>
        store.claimInbox({ now, leaseMs, limit: 10, patienceMs });
      const former = await claimed(-10, 60_000);
      expect(former).toMatchObject([{ key: "first", first: true, leaseUntil: expect.any(Number) }]);
      await store.markUntried(former);
      const untried = await claimed(60_000, 60_000);
      expect(untried).toMatchObject([{ key: "first", first: true }]);
      // Somebody else has claimed it since.
      await store.markUntried(former);
      await store.markUntried(untried);
      expect(await claim(60_000, { patienceMs: 0 })).toEqual([]);
    });

    it("do not wait for one that counts as tried, though a claim of it before says that it was not", async () => {
      await hear(here, "first", "second");
      const claimed = (leaseMs: number, patienceMs = 60_000) =>
        store.claimInbox({ now: Date.now(), leaseMs, limit: 10, patienceMs });
      const former = await claimed(-10);
      await expect.poll(async () => (await claimed(-10))[0]?.first).toBe(false);
      expect(await claimed(60_000)).toMatchObject([{ key: "first", first: false }]);
      await store.markUntried(former);
      expect(await claimed(60_000, 0)).toMatchObject([{ key: "second", first: true }]);
    });

    it("that nobody can take now hide nothing behind them, in any number and wherever they were said", async () => {
      const count = 30;
      const all = (name: string) => Array.from({ length: count }, (_, n) => `${name} ${n}`);
      await hear(null, ...all("nowhere"));
      for (const [n, key] of all("place").entries()) await hear(`slack:T1/C2/${n}`, key);
      expect(await claim(60_000, { limit: 2 * count })).toHaveLength(2 * count);
      await hear(null, "press");
      expect(await claim(60_000, { limit: 2 })).toEqual(["press"]);
      await hear(here, "word");
      expect(await claim(60_000, { limit: 2 })).toEqual(["word"]);
    });

    it("hide nothing that was said elsewhere, however many of them wait before it", async () => {
      await hear(here, ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `here ${n}`));
      await hear(null, "press", "another press");
      await hear("slack:T1/C1/2", "elsewhere", "elsewhere too");
      await hear("slack:T1/C1/3", "far away");
      for (const next of ["here 1", "press", "another press", "elsewhere", "far away"])
        expect(await claim(60_000, { limit: 1 })).toEqual([next]);
      expect(await claim(60_000, { limit: 1 })).toEqual([]);
      await settle("elsewhere");
      expect(await claim(60_000, { limit: 9 })).toEqual(["elsewhere too"]);
    });

    it("leave room in a claim for what was said nowhere behind them, also beside one that is had already", async () => {
      await hear(here, "first");
      expect(await claim(60_000, { limit: 1 })).toEqual(["first"]);
      await hear(null, "press");
      await hear(here, "second", "third");
      await hear(null, "another press");
      expect(await claim(60_000, { limit: 2 })).toEqual(["press", "another press"]);
    });

    it("follow one another also behind many that are tried in vain", async () => {
      const all = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `here ${n}`);
      await hear(here, ...all);
      for (const next of all) expect(await claim(60_000, { patienceMs: 0, limit: 1 })).toEqual([next]);
      await hear(here, "the last");
      expect(await claim(60_000, { limit: 1 })).toEqual([]);
      expect(await claim(60_000, { patienceMs: 0, limit: 1 })).toEqual(["the last"]);
    });

    it("keep their order whatever else waits before them", async () => {
      await hear(here, "first", "second");
      for (let n = 0; n < 5; n++) await hear(`slack:T1/C2/${n}`, `other ${n}`);
      await hear(here, "third");
      // One at a time, as with many processes: none of them ever has two of a place.
      const order: string[] = [];
      for (let next = await claim(60_000, { limit: 1 }); next[0]; next = await claim(60_000, { limit: 1 })) {
        order.push(next[0]);
        await settle(next[0]);
      }
      expect(order).toEqual(["first", "second", ...[0, 1, 2, 3, 4].map((n) => `other ${n}`), "third"]);
    });
  });
}

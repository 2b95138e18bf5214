/** The store's promises to lists: every filter, newest first, a page at a time. */
import { beforeEach, describe, expect, it } from "vitest";
import type { RunFilter, RunRow, Store } from "../../src/core/ports/store.ts";
import { commit, must, question, row, thread } from "../support/store/commits.ts";

export function listContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  const add = (runId: string, over: Partial<RunRow> = {}) =>
    must(store.commit(commit(runId, 0, { row: row(runId, over) })));
  const ids = async (filter: Partial<RunFilter>) =>
    (await store.runs({ limit: 100, ...filter })).map((run) => run.runId);

  describe("the list of runs", () => {
    it("is newest first and continues where a page ended, also among equals", async () => {
      for (const [runId, launchedAt] of [
        ["a", 1],
        ["b", 2],
        ["c", 2],
        ["d", 2],
        ["e", 3],
      ] as const) {
        await add(runId, { launchedAt });
      }
      expect(await ids({ limit: 2 })).toEqual(["e", "d"]);
      expect(await ids({ limit: 2, before: { launchedAt: 2, runId: "d" } })).toEqual(["c", "b"]);
      expect(await ids({ before: { launchedAt: 2, runId: "b" } })).toEqual(["a"]);
    });

    it("is narrowed by each filter, and by all of them together", async () => {
      await add("a", {
        status: "complete",
        agent: "deployer",
        channel: "email",
        principal: "email:d@x.example",
      });
      await add("b", { status: "waiting_human_input", asking: 1, parentId: "a" });
      await add("c", { status: "failed" });
      expect(await ids({ status: ["complete", "failed"] })).toEqual(["c", "a"]);
      expect(await ids({ status: [] })).toEqual([]);
      expect(await ids({ agent: "deployer" })).toEqual(["a"]);
      expect(await ids({ channel: "email" })).toEqual(["a"]);
      expect(await ids({ principal: "slack:T1/U1" })).toEqual(["c", "b"]);
      expect(await ids({ parentId: "a" })).toEqual(["b"]);
      expect(await ids({ asking: true })).toEqual(["b"]);
      expect(await ids({ asking: false })).toEqual(["c", "b", "a"]);
      expect(await ids({ asking: true, status: ["failed"] })).toEqual([]);
    });

    it("finds text anywhere in a task, in any case, and takes every sign literally", async () => {
      await add("a", { task: "Restart CHECKOUT now" });
      await add("b", { task: "100% of a_b\\c" });
      await add("c", { task: "Größe prüfen" });
      expect(await ids({ text: "checkout" })).toEqual(["a"]);
      expect(await ids({ text: "0% OF" })).toEqual(["b"]);
      expect(await ids({ text: "a_B\\C" })).toEqual(["b"]);
      expect(await ids({ text: "a%b" })).toEqual([]);
      expect(await ids({ text: "a__" })).toEqual([]);
      expect(await ids({ text: "GRÖSSE" })).toEqual([]);
      expect(await ids({ text: "GRÖß" })).toEqual(["c"]);
      expect(await ids({ text: "' OR 1=1 --" })).toEqual([]);
    });
  });

  describe("an address", () => {
    it("belongs to the newest run that spoke there", async () => {
      expect(await store.runAt(thread)).toBeNull();
      await must(store.commit(commit("r2", 0, { addresses: [thread, thread] })));
      await must(store.commit(commit("r1", 0, { addresses: [thread, "email:m1"] })));
      await must(store.commit(commit("r2", 1, { addresses: [thread] })));
      expect(await store.runAt(thread)).toBe("r1");
      expect(await store.runAt("email:m1")).toBe("r1");
    });
  });

  describe("questions", () => {
    it("are open, oldest first, until they are settled", async () => {
      const later = question("r1", "q1", { askedAt: 2000 });
      const first = question("r1", "q2");
      await must(store.commit(commit("r1", 0, { questions: [later, first] })));
      expect(await store.openQuestions(10)).toEqual([first, later]);
      expect(await store.openQuestions(1)).toEqual([first]);
      const settled = { ...first, settledAt: 3000 };
      await must(store.commit(commit("r1", 1, { questions: [settled] })));
      expect(await store.openQuestions(10)).toEqual([later]);
      expect(await store.question("q2")).toEqual(settled);
      expect(await store.question("q9")).toBeNull();
    });
  });
}

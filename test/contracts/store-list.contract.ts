/** The store's promises to lists: every filter, newest first, a page at a time. */
import { beforeEach, describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/core/event.ts";
import type { QuestionPage, QuestionPlace, RunFilter, RunRow } from "../../src/core/ports/runs.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { Status } from "../../src/core/text/status.ts";
import { commit, must, question, row, thread, woke } from "../support/store/commits.ts";

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
      expect(await ids({ runIds: ["c", "a", "z"] })).toEqual(["c", "a"]);
      expect(await ids({ runIds: [] })).toEqual([]);
      expect(await ids({ near: thread.slice(0, -1) })).toEqual(["c", "b", "a"]);
      expect(await ids({ near: "slack:T1/C%" })).toEqual([]);
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

    it("finds a run by its id, by who started it and by its agent, among those the other filters leave", async () => {
      await add("run_7f3", { personName: "Zoë Quist", agent: "deployer", status: "failed" });
      await add("run_8a1", { agent: "searcher", status: "failed" });
      await add("run_9b2", { agent: "searcher", status: "complete" });
      expect(await ids({ text: "7F3" })).toEqual(["run_7f3"]);
      expect(await ids({ text: "zoë" })).toEqual(["run_7f3"]);
      expect(await ids({ text: "search", status: ["failed"] })).toEqual(["run_8a1"]);
    });
  });

  describe("ended runs by words", () => {
    const done = (runId: string, task: string, launchedAt: number) =>
      add(runId, { status: "complete", task, launchedAt });
    const found = async (words: string[], among = 10) =>
      (await store.endedRunsWith({ words, among })).map((run) => run.runId);

    it("come by how many of the words their task holds, then newest first, in any case of the letters", async () => {
      await done("a", "DiskFull on db-1", 1);
      await done("b", "DISKFULL on db-2", 2);
      await done("c", "Größe of db-2", 3);
      await done("d", "DiskFull on db-2", 3);
      await done("e", "DiskFull on db-2", 3);
      expect(await found(["diskfull", "db-2"])).toEqual(["e", "d", "b", "c", "a"]);
      expect(await found(["diskfull", "db-2"], 3)).toEqual(["e", "d", "c"]);
      expect(await found(["größe"])).toEqual(["c"]);
      expect(await found(["zebra"])).toEqual([]);
      expect(await found([])).toEqual([]);
      expect(await store.endedRunsWith({ words: ["größe"], among: 10 })).toEqual([
        { runId: "c", agent: "helper", principal: "slack:T1/U1", task: "Größe of db-2", held: 1 },
      ]);
    });

    it("are those that have ended, and every sign of a word is taken literally", async () => {
      await add("a", { status: "failed", task: "100% of a_b\\c '" });
      await add("b", { status: "running", task: "100% of a_b\\c '" });
      expect(await found(["a_b\\c"])).toEqual(["a"]);
      expect(await found(["0% of"])).toEqual(["a"]);
      expect(await found(["a%b"])).toEqual([]);
      expect(await found(["a__"])).toEqual([]);
      expect(await found(["' or 1=1 --"])).toEqual([]);
    });

    it("tell how they began and ended, and nothing in between", async () => {
      const ended: RunEvent[] = [
        { type: "completed", at: 2, answer: "fine" },
        { type: "failed", at: 2, code: "quota", message: "no" },
        { type: "cancelled", at: 2, reason: "enough", from: { principal: "slack:T1/U1", name: "dana" } },
      ];
      for (const [index, end] of ended.entries()) {
        await must(store.commit(commit(`r${index}`, 0, { events: [woke(1), end] })));
      }
      const edges = await store.edgesOf(["r0", "r2", "zebra"]);
      expect(edges.map(({ event }) => event?.type).sort()).toEqual(["cancelled", "completed"]);
      expect(edges).toContainEqual({ runId: "r0", event: ended[0] });
      expect(await store.edgesOf([])).toEqual([]);
    });
  });

  describe("what stands in the logs", () => {
    const chose = (tool: string, text: string | null = null): RunEvent => ({
      type: "model_answered",
      at: 1,
      text,
      calls: [{ id: "c1", tool, input: { reason: '"tool":"disk_usage"' } }],
      refusal: null,
      cut: null,
      items: [],
      provider: "scripted",
      model: "m",
      promptHash: "h",
      usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0, costUsd: 0 },
      ms: 1,
    });
    const ended = async (runId: string, ...events: RunEvent[]) =>
      must(store.commit(commit(runId, 0, { events })));
    beforeEach(async () => {
      await ended("a", chose("restart_service"), {
        type: "completed",
        at: 2,
        answer: 'All "GREEN"\nagain: 100%',
      });
      await ended("b", chose("restart"), {
        type: "failed",
        at: 2,
        code: "quota",
        message: "The key is Größe 0.",
      });
      await ended("c", chose("error_rate"), { type: "completed", at: 2, answer: "" });
    });

    it("is found by the exact name of a tool, and by no text that looks like one", async () => {
      expect(await ids({ tool: "restart_service" })).toEqual(["a"]);
      expect(await ids({ tool: "restart" })).toEqual(["b"]);
      expect(await ids({ tool: "disk_usage" })).toEqual([]);
      expect(await ids({ tool: '" OR 1=1 --' })).toEqual([]);
    });

    it("is found by the ids of runs in what a call was answered with, and in nothing else", async () => {
      const told = {
        type: "call_finished",
        at: 2,
        callId: "c1",
        omitted: 0,
        ms: 1,
        untrusted: true,
      } as const;
      await ended("d", { ...told, output: 'run_a: "CheckoutErrors"\n- did: nothing' });
      await ended("e", woke(1), { ...told, output: "see run_b" });
      await ended("f", { type: "completed", at: 2, answer: "run_a" });
      expect(await ids({ resultNames: ["run_a"] })).toEqual(["d"]);
      expect(await ids({ resultNames: ["run_a", "run_b"] })).toEqual(["e", "d"]);
      expect(await ids({ resultNames: ["run_a", "run_b"], runIds: ["e", "f"] })).toEqual(["e"]);
      expect(await ids({ resultNames: ["%", "' OR 1=1 --"] })).toEqual([]);
      expect(await ids({ resultNames: [] })).toEqual([]);
    });

    it("is found by the words of an answer or a failure, in any case and every sign literally", async () => {
      expect(await ids({ outcome: "green" })).toEqual(["a"]);
      expect(await ids({ outcome: '"green"\nAGAIN: 100%' })).toEqual(["a"]);
      expect(await ids({ outcome: "größe" })).toEqual(["b"]);
      expect(await ids({ outcome: "quota" })).toEqual([]);
      expect(await ids({ outcome: "answer" })).toEqual([]);
      expect(await ids({ outcome: "e%n" })).toEqual([]);
      expect(await ids({ outcome: "green", tool: "restart" })).toEqual([]);
      expect(await ids({ outcome: "green", runIds: ["b", "c"] })).toEqual([]);
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

    it("means a run that asks, else one that goes on, else the newest, whatever ended there since", async () => {
      const at = (runId: string, over: Partial<RunRow> = {}) =>
        commit(runId, 0, { addresses: [thread, "email:m1"], row: row(runId, over) });
      const ended = (runId: string, status: Status) =>
        must(store.commit(commit(runId, 1, { row: row(runId, { status }) })));
      await must(store.commit(at("r1", { status: "waiting_human_input", asking: 1 })));
      for (const runId of ["r2", "r3", "r4", "r5"]) await must(store.commit(at(runId)));
      const meant: (string | null)[] = [];
      const look = async () => meant.push(await store.runAt(thread));
      await look();
      await ended("r5", "complete");
      await ended("r1", "cancelled");
      await look();
      await ended("r3", "failed");
      await ended("r4", "failed");
      await look();
      // At its step limit it can be resumed.
      await ended("r2", "max_steps_reached");
      await look();
      await must(store.commit(commit("r2", 2, { row: row("r2", { status: "complete" }) })));
      await look();
      expect(meant).toEqual(["r1", "r4", "r2", "r2", "r5"]);
      expect(await store.runAt("email:m1")).toBe("r5");
    });

    it("names all of its runs that have not ended, in the order in which they came there", async () => {
      expect(await store.liveRunsAt(thread)).toEqual([]);
      for (const runId of ["r3", "r1", "r2"]) {
        await must(store.commit(commit(runId, 0, { addresses: [thread] })));
      }
      await must(store.commit(commit("r4", 0, { addresses: ["email:m1"] })));
      expect(await store.liveRunsAt(thread)).toEqual(["r3", "r1", "r2"]);
      const ended = commit("r1", 1, { row: row("r1", { status: "complete" }) });
      await must(store.commit(ended));
      expect(await store.liveRunsAt(thread)).toEqual(["r3", "r2"]);
    });
  });

  describe("questions", () => {
    it("are open, oldest first, until they are settled", async () => {
      const later = question("r1", "q1", { askedAt: 2000 });
      const first = question("r1", "q2");
      await must(store.commit(commit("r1", 0, { questions: [later, first] })));
      expect((await store.openQuestions({ limit: 10 })).rows).toEqual([first, later]);
      expect((await store.openQuestions({ limit: 1 })).rows).toEqual([first]);
      const settled = { ...first, settledAt: 3000 };
      await must(store.commit(commit("r1", 1, { questions: [settled] })));
      expect((await store.openQuestions({ limit: 10 })).rows).toEqual([later]);
      expect(await store.question("q2")).toEqual(settled);
      expect(await store.question("q9")).toBeNull();
    });

    it("are listed a page at a time, also among equals and while others are settled, of all runs or of some", async () => {
      for (const runId of ["r1", "r2"]) {
        const questions = Array.from({ length: 6 }, (_, index) =>
          question(runId, `${runId}.${index}`, { askedAt: 1000 + (index >> 2) }),
        );
        await must(store.commit(commit(runId, 0, { questions })));
      }
      const seen: string[] = [];
      for (let after: QuestionPlace | null = null, pages = 0; pages === 0 || after; pages++) {
        const page: QuestionPage = await store.openQuestions({ limit: 5, after });
        seen.push(...page.rows.map((one) => one.question.id));
        after = page.next;
        const settled = question("r1", "r1.0", { settledAt: 2000 });
        if (pages === 0) await must(store.commit(commit("r1", 1, { questions: [settled] })));
      }
      const [early, late] = [
        ["0", "1", "2", "3"],
        ["4", "5"],
      ];
      const of = (indexes: string[]) =>
        ["r1", "r2"].flatMap((id) => indexes.map((index) => `${id}.${index}`));
      expect(seen).toEqual([...of(early ?? []), ...of(late ?? [])]);

      const one = await store.openQuestions({ limit: 5, runIds: ["r1"] });
      expect(one.rows.map(({ question: { id } }) => id)).toEqual(["r1.1", "r1.2", "r1.3", "r1.4", "r1.5"]);
      expect(one.next).toBeNull();
      expect((await store.openQuestions({ limit: 20, runIds: ["r1", "r2", "r3"] })).rows).toHaveLength(11);
      expect((await store.openQuestions({ limit: 20, runIds: [] })).rows).toEqual([]);
    });

    it("are counted by agent and by who started their runs", async () => {
      await add("a", { asking: 2 });
      await add("b", { asking: 1 });
      await add("c", { asking: 4, agent: "deployer" });
      await add("d", { asking: 0, agent: "nobody" });
      const counts = await store.countOpenQuestions();
      expect(counts.sort((one, other) => one.open - other.open)).toEqual([
        { agent: "helper", principal: "slack:T1/U1", open: 3 },
        { agent: "deployer", principal: "slack:T1/U1", open: 4 },
      ]);
    });
  });
}

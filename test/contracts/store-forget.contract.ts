/** The store's promise about a run that is forgotten: everything goes with the commit that says so, or nothing. */
import { beforeEach, describe, expect, it } from "vitest";
import type { EventOf } from "../../src/core/event.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, must, post, question, row, thread, woke } from "../support/store/commits.ts";

const by = { principal: "console:local", name: "the owner" };

function forgotten(runId: string, version: number): EventOf<"forgotten"> & { at: number } {
  return {
    type: "forgotten",
    at: 9,
    ...{
      runId,
      version,
      from: by,
      via: { channel: "console" },
      launchedAt: 1,
      launchedBy: by,
      channel: "slack",
    },
    ...{ agent: { name: "helper", hash: "h" }, parent: null, endedAt: 2, ended: "complete", steps: 1 },
    usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0, costUsd: 0 },
  };
}

function file(runId: string) {
  return { runId, hash: "h", name: "a.png", mediaType: "image/png", bytes: new Uint8Array(3) };
}

export function forgetContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });

  it("finds the runs whose first event names a run, and no other that does", async () => {
    const names = (runId: string) => ({ type: "child_launched", at: 1, callId: "c", runId }) as const;
    const says = (text: string) => ({ type: "completed", at: 1, answer: text }) as const;
    await must(store.commit(commit("first", 0, { events: [names("run_a")] })));
    await must(store.commit(commit("later", 0, { events: [woke(1), names("run_a")] })));
    await must(store.commit(commit("longer", 0, { events: [names("run_ab")] })));
    await must(store.commit(commit("text", 0, { events: [says('"run_a"')] })));
    const ids = async (launchNames: string, near = thread) =>
      (await store.runs({ limit: 9, launchNames, near })).map(({ runId }) => runId);
    expect(await ids("run_a")).toEqual(["first"]);
    expect(await ids("run_a", "email:")).toEqual([]);
    expect(await ids("run_")).toEqual([]);
    expect(await ids('" OR 1=1 --')).toEqual([]);
  });

  /** A run of three events that holds something everywhere. */
  async function begun(runId: string): Promise<void> {
    const address = `${thread}/${runId}`;
    await store.receive({ source: "slack", key: `m-${runId}`, body: "{}", receivedAt: 5 });
    const parts = {
      posts: [post("p", "words", { runId, address })],
      addresses: [address],
      questions: [question(runId, `q-${runId}`)],
      inbox: { source: "slack", key: `m-${runId}`, print: "fingerprint" },
    };
    await must(store.commit(commit(runId, 0, { events: [woke(1), woke(2), woke(3)], ...parts })));
    await store.saveAttachment(file(runId));
    await store.saveNote(`note-${runId}`, "words");
    const decided = { at: 1, principal: "slack:T1/U1", resource: runId, decision: "allowed" } as const;
    await store.audit({ ...decided, action: "refuse deploy", rule: "a reason" });
    await store.audit({
      ...decided,
      action: "message",
      decision: "refused",
      rule: "which of its questions?",
    });
    await store.audit({ ...decided, action: "approve deploy", rule: "slack:T1/*" });
  }

  /** What there is of it. */
  async function heldOf(runId: string) {
    return {
      versions: (await store.readEach(runId, 0)).map(({ version }) => version),
      task: (await store.run(runId))?.task,
      posts: (await store.deliveries(runId)).length,
      due: (await store.dueDeliveries({ now: 9, limit: 9, channels: ["slack"] })).filter(
        (one) => one.runId === runId,
      ).length,
      at: await store.runAt(`${thread}/${runId}`),
      question: (await store.question(`q-${runId}`))?.runId ?? null,
      attachment: (await store.attachment(runId, "h"))?.name ?? null,
      note: await store.note(`note-${runId}`),
      outcome: (await store.inboxRow({ source: "slack", key: `m-${runId}` }))?.outcome ?? null,
      rules: (await store.audits(9)).filter(({ resource }) => resource === runId).map(({ rule }) => rule),
    };
  }

  const whole = (runId: string) => ({
    ...{ versions: [1, 2, 3], task: "add 2 and 3", posts: 0, due: 1, at: runId, question: runId },
    ...{
      attachment: "a.png",
      note: "words",
      outcome: "fingerprint",
      rules: ["slack:T1/*", "which of its questions?", "a reason"],
    },
  });

  function forgets(runId: string, expect: number) {
    return commit(runId, expect, {
      events: [forgotten(runId, expect + 1)],
      row: row(runId, { task: "(forgotten)", status: "complete", address: null }),
      forgets: { notes: [`note-${runId}`] },
    });
  }

  describe("a run that is forgotten", () => {
    it("leaves its last event, its row and its keys, and no other run loses anything", async () => {
      await begun("r1");
      await begun("r2");
      await must(store.commit(forgets("r1", 3)));
      expect(await heldOf("r1")).toEqual({
        ...{ versions: [4], task: "(forgotten)", posts: 0, due: 0, at: null, question: null },
        ...{ attachment: null, note: null, outcome: null, rules: ["slack:T1/*", "", ""] },
      });
      expect(await store.read("r1")).toEqual([forgotten("r1", 4)]);
      expect(await store.read("r1", 2)).toEqual([forgotten("r1", 4)]);
      expect(await store.receive({ source: "slack", key: "m-r1", body: "{}", receivedAt: 6 })).toBe(
        "duplicate",
      );
      expect(await store.inboxRow({ source: "slack", key: "m-r1" })).toMatchObject({
        runId: "r1",
        state: "done",
      });
      expect(await heldOf("r2")).toEqual(whole("r2"));
    });

    it("takes no file any more that a look brings which ended after the run", async () => {
      await begun("r1");
      await must(store.commit(forgets("r1", 3)));
      await store.saveAttachment(file("r1"));
      expect(await store.attachment("r1", "h")).toBe(null);
    });

    it("is kept whole when the commit is refused", async () => {
      await begun("r1");
      expect(await store.commit(forgets("r1", 2))).toEqual({ ok: false, why: "conflict" });
      expect(await heldOf("r1")).toEqual(whole("r1"));
    });

    it("can be scrubbed from the files while the store is at work", async () => {
      await begun("r1");
      await must(store.commit(forgets("r1", 3)));
      const [, later] = await Promise.all([store.scrub(), store.commit(commit("r2", 0))]);
      expect(later).toMatchObject({ ok: true });
      expect((await heldOf("r1")).versions).toEqual([4]);
    });
  });
}

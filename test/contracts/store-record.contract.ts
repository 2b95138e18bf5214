/** The store's promises about inbound messages and the small records beside the runs. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Agent } from "../../src/core/agent.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, must, post, row } from "../support/store/commits.ts";

export function recordContract(open: () => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });

  describe("attachments", () => {
    const file = { hash: "ab".repeat(32), name: "chart.png", mediaType: "image/png" };

    it("come back byte for byte, under the run that has them and no other", async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await store.saveAttachment({ runId: "r1", ...file, bytes });
      const found = await store.attachment("r1", file.hash);
      expect({ ...found, bytes: [...(found?.bytes ?? [])] }).toEqual({
        runId: "r1",
        ...file,
        bytes: [...bytes],
      });
      expect(await store.attachment("r2", file.hash)).toBeNull();
      expect(await store.attachment("r1", "another")).toBeNull();
    });

    it("are written once, however often they are saved", async () => {
      for (const name of ["first.png", "second.png"]) {
        await store.saveAttachment({ runId: "r1", ...file, name, bytes: new Uint8Array(3) });
      }
      expect(await store.attachment("r1", file.hash)).toMatchObject({ name: "first.png" });
    });
  });

  describe("the inbox", () => {
    const source = "slack";

    it("hands out pending messages in the order they came", async () => {
      for (const key of ["z", "a", "m"])
        await store.receive({ source, key, body: `"${key}"`, receivedAt: 5 });
      await store.settleInbox({ source, key: "a" }, { state: "done", runId: "r1", outcome: "noted" });
      expect((await store.pendingInbox(10)).map((row) => row.key)).toEqual(["z", "m"]);
      expect(await store.pendingInbox(1)).toEqual([
        { source, key: "z", body: '"z"', receivedAt: 5, state: "pending", runId: null, outcome: null },
      ]);
      expect(await store.inboxRow({ source, key: "a" })).toMatchObject({
        state: "done",
        runId: "r1",
        outcome: "noted",
      });
      expect(await store.inboxRow({ source, key: "b" })).toBeNull();
    });

    it("hands a message to one process at a time, and again when that one has not done it in its time", async () => {
      const now = Date.now();
      for (const key of ["z", "a", "m"]) await store.receive({ source, key, body: "{}", receivedAt: 5 });
      await store.settleInbox({ source, key: "a" }, { state: "done", runId: null, outcome: "" });
      const claim = (at: number, leaseMs: number, limit = 10) =>
        store
          .claimInbox({ now: at, leaseMs, limit, patienceMs: 60_000 })
          .then((rows) => rows.map(({ key }) => key));
      expect(await claim(now, 60_000, 1)).toEqual(["z"]);
      // For no time at all: whoever comes next may have it.
      expect(await claim(now, 0)).toEqual(["m"]);
      expect(await claim(now, 60_000)).toEqual(["m"]);
      expect(await claim(now, 60_000)).toEqual([]);
      expect((await store.pendingInbox(10)).map(({ key }) => key)).toEqual(["z", "m"]);
    });

    it("takes each key once, however many deliver it together", async () => {
      const receive = () => store.receive({ source, key: "k", body: "{}", receivedAt: 1 });
      const results = await Promise.all(Array.from({ length: 10 }, receive));
      expect(results.filter((result) => result === "new")).toHaveLength(1);
    });

    it("keeps no words of what is done: not when it is settled, not when a commit answers it", async () => {
      const body = '{"text":"canary"}';
      for (const key of ["settled", "refused", "answered", "asked", "waiting"]) {
        await store.receive({ source, key, body, receivedAt: key === "asked" ? 10 : 20 });
      }
      const settled = { runId: null, outcome: "" };
      await store.settleInbox({ source, key: "settled" }, { ...settled, state: "done" });
      await store.settleInbox({ source, key: "refused" }, { ...settled, state: "refused" });
      await must(store.commit(commit("r1", 0, { inbox: { source, key: "answered" } })));
      await store.settleInbox({ source, key: "asked" }, { ...settled, state: "done", keepBody: true });
      const kept = async () => {
        const keys = ["settled", "refused", "answered", "asked", "waiting"];
        const rows = await Promise.all(keys.map((key) => store.inboxRow({ source, key })));
        return rows.filter((row) => row?.body === body).map((row) => row?.key);
      };
      expect(await kept()).toEqual(["asked", "waiting"]);
      expect(await store.receive({ source, key: "settled", body, receivedAt: 30 })).toBe("duplicate");
      expect(await store.dropBodies(10)).toBe(0);
      expect(await store.dropBodies(11)).toBe(1);
      expect(await kept()).toEqual(["waiting"]);
      expect(await store.dropBodies(99)).toBe(0);
      expect((await store.pendingInbox(9)).map(({ key }) => key)).toEqual(["waiting"]);
    });

    it("leaves what is settled as it is, and tells so", async () => {
      const settle = (
        key: string,
        runId: string | null,
        outcome: string,
        state: "done" | "refused" = "done",
      ) => store.settleInbox({ source, key }, { state, runId, outcome });
      for (const key of ["committed", "ignored", "asked"])
        await store.receive({ source, key, body: "{}", receivedAt: 5 });
      await must(store.commit(commit("r1", 0, { inbox: { source, key: "committed" } })));
      // A process that slept since it took the message finds nothing to do any more, or somebody who may not.
      expect(await settle("committed", null, "ignored")).toBe(false);
      expect(await settle("committed", "r1", "refused", "refused")).toBe(false);
      expect(await settle("committed", "r1", "launched")).toBe(true);
      expect(await settle("committed", "r1", "repeated")).toBe(false);
      expect(await store.inboxRow({ source, key: "committed" })).toMatchObject({
        ...{ state: "done", runId: "r1", outcome: "launched" },
      });
      expect(await settle("ignored", null, "ignored")).toBe(true);
      expect(await settle("ignored", "r1", "noted")).toBe(false);
      const kept = { state: "done", runId: null, outcome: "asked", keepBody: true } as const;
      expect(await store.settleInbox({ source, key: "asked" }, kept)).toBe(true);
      expect(await settle("asked", "r1", "answered")).toBe(true);
      expect(await settle("unknown", null, "ignored")).toBe(false);
    });

    it("forgets old settled keys, never pending ones", async () => {
      for (const key of ["old", "new", "waiting"]) {
        await store.receive({ source, key, body: "{}", receivedAt: key === "new" ? 100 : 10 });
      }
      for (const key of ["old", "new"]) {
        await store.settleInbox({ source, key }, { state: "done", runId: null, outcome: "" });
      }
      expect(await store.pruneInbox(50)).toBe(1);
      expect(await store.inboxRow({ source, key: "old" })).toBeNull();
      expect(await store.inboxRow({ source, key: "new" })).not.toBeNull();
      expect((await store.pendingInbox(10)).map((row) => row.key)).toEqual(["waiting"]);
    });
  });

  describe("records", () => {
    it("keep an agent exactly as it was first saved", async () => {
      const agent: Agent = {
        name: "helper",
        description: "adds",
        model: null,
        instructions: "Add.",
        tools: ["add"],
        prefetch: [],
        handOff: [],
        limits: {
          steps: 10,
          totalSteps: 50,
          callsPerStep: 8,
          tokens: 500_000,
          costUsd: 0.5,
          contextTokens: 1000,
          repeats: 3,
        },
        hash: "h1",
      };
      await store.saveAgent(agent);
      await store.saveAgent({ ...agent, instructions: "Subtract." });
      expect(await store.loadAgent("h1")).toEqual(agent);
      expect(await store.loadAgent("h2")).toBeNull();
    });

    it("keep sessions until they are deleted", async () => {
      const session = { id: "s1", principal: "console:local", createdAt: 1, expiresAt: 2 };
      const later = { ...session, id: "s2", createdAt: 5 };
      await store.saveSession(later);
      await store.saveSession(session);
      await store.saveSession({ ...session, expiresAt: 9 });
      expect(await store.session("s1")).toEqual({ ...session, expiresAt: 9 });
      expect((await store.sessions()).map((one) => one.id)).toEqual(["s1", "s2"]);
      await store.deleteSession("s1");
      expect(await store.session("s1")).toBeNull();
    });

    it("keep the newest value of a note", async () => {
      expect(await store.note("cursor")).toBeNull();
      await store.saveNote("cursor", "1");
      await store.saveNote("cursor", "2");
      expect(await store.note("cursor")).toBe("2");
    });

    it("replaces a note only if it stands as whoever replaces it has seen it", async () => {
      expect(await store.replaceNote("n", "x", "y")).toBe(false);
      expect(await store.replaceNote("n", null, "x")).toBe(true);
      expect(await store.replaceNote("n", null, "z")).toBe(false);
      expect(await store.replaceNote("n", "y", "z")).toBe(false);
      expect(await store.note("n")).toBe("x");
      expect(await store.replaceNote("n", "x", "y")).toBe(true);
      const racers = Array.from({ length: 10 }, (_, n) => store.replaceNote("n", "y", `by ${n}`));
      expect((await Promise.all(racers)).filter((won) => won)).toHaveLength(1);
    });

    it("lists old notes of a kind by name, and deletes those that nobody has written since", async () => {
      for (const name of ["mail:c", "mail:a", "mail:b", "mai", "schedule:x"]) await store.saveNote(name, "1");
      await store.keepNote("mail:d", "1");
      // They were written at 1.
      const old = (before: number, after = "", limit = 9) =>
        store
          .oldNotes({ prefix: "mail:", before, after, limit })
          .then((rows) => rows.map(({ name }) => name));
      expect(await old(1)).toEqual([]);
      expect(await old(2, "", 3)).toEqual(["mail:a", "mail:b", "mail:c"]);
      expect(await old(2, "mail:c", 3)).toEqual(["mail:d"]);
      expect(await store.oldNotes({ prefix: "sched", before: 2, after: "", limit: 9 })).toEqual([
        { name: "schedule:x", value: "1" },
      ]);
      expect(await store.deleteNotes(["mail:a"], 1)).toBe(0);
      expect(await store.deleteNotes(["mail:a", "mail:b", "mail:z"], 2)).toBe(2);
      expect(await old(2)).toEqual(["mail:c", "mail:d"]);
      expect(await store.note("mail:a")).toBeNull();
    });

    it("forgets old refusals", async () => {
      const audit = { principal: "slack:T1/U1", action: "approve", resource: "r1", rule: "*" };
      for (const at of [1, 2, 3]) await store.audit({ ...audit, at, decision: "refused" });
      expect(await store.pruneAudits(3)).toBe(2);
      expect((await store.audits(9)).map(({ at }) => at)).toEqual([3]);
    });

    it("keep who did what, newest first", async () => {
      const audit = { at: 5, principal: "slack:T1/U1", action: "approve", resource: "r1", rule: "*" };
      await store.audit({ ...audit, name: "dana", decision: "allowed" });
      await store.audit({ ...audit, at: 4, decision: "refused" });
      const [newer, older] = await store.audits(10);
      expect([newer, older]).toEqual([
        { ...audit, name: null, at: 4, decision: "refused", seq: expect.any(Number) },
        { ...audit, name: "dana", decision: "allowed", seq: expect.any(Number) },
      ]);
      expect(await store.audits(1)).toEqual([newer]);
      expect(await store.audits(1, { decision: "allowed" })).toEqual([older]);
      expect(await store.audits(9, { before: newer?.seq ?? 0 })).toEqual([older]);
    });

    it("are found by the first word of what was done", async () => {
      const audit = {
        at: 5,
        principal: "slack:T1/U1",
        resource: "r1",
        rule: "*",
        decision: "allowed",
      } as const;
      for (const action of ["approve deploy", "forget", "approved", "approve restart it"])
        await store.audit({ ...audit, action });
      const found = async (...verbs: string[]) =>
        (await store.audits(9, { verbs })).map(({ action }) => action);
      expect(await found("approve")).toEqual(["approve restart it", "approve deploy"]);
      expect(await found("forget", "approved")).toEqual(["approved", "forget"]);
    });
  });

  describe("any text", () => {
    const odd = "a\0b\ud800c\u{1f600}";

    it("survives in events and posts sign for sign", async () => {
      const events = [{ type: "completed", at: 1, answer: odd } as const];
      await must(store.commit(commit("r1", 0, { events, posts: [post("p", odd)] })));
      expect(await store.read("r1")).toEqual(events);
      const [due] = await store.dueDeliveries({ now: 1, limit: 1, channels: ["slack"] });
      const sent = await store.beginDelivery({ id: due?.id ?? "", now: 1, leaseMs: 1 });
      expect(sent?.body.summary).toBe(odd);
    });

    it("is mended where it stands as plain text, and alike in every store", async () => {
      const mended = "a\ufffdb\ufffdc\u{1f600}";
      await must(store.commit(commit("r1", 0, { row: row("r1", { task: odd, personName: odd }) })));
      expect(await store.run("r1")).toMatchObject({ task: mended, personName: mended });
      await store.saveNote("n", odd);
      expect(await store.note("n")).toBe(mended);
      expect(await store.receive({ source: "api", key: "k", body: odd, receivedAt: 1 })).toBe("new");
      expect((await store.inboxRow({ source: "api", key: "k" }))?.body).toBe(mended);
    });

    it("may be asked for, and is just not there", async () => {
      expect(await store.run("\0")).toBeNull();
      expect(await store.read("\0")).toEqual([]);
      expect(await store.question("\0")).toBeNull();
      expect(await store.runAt("slack:\0")).toBeNull();
      expect(await store.inboxRow({ source: "api", key: "\0" })).toBeNull();
      expect(await store.runs({ limit: 1, text: "\0", agent: "\0" })).toEqual([]);
    });
  });

  it("is closed for good", async () => {
    await store.close();
    await expect(store.saveNote("a", "b")).rejects.toThrow();
  });
}

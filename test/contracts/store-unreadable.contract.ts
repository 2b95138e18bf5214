/** What a store does with records that can't be read: it names them, keeps them, and goes on with all others. */
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/core/ports/store.ts";
import type { TellUnreadable } from "../../src/core/ports/unreadable.ts";
import { commit, must, post, question } from "../support/store/commits.ts";

/** A store and a way past it: what a fault of the disk, or a hand, does to its rows. */
export interface OpenToHarm {
  store: Store;
  harm(sql: string): Promise<void>;
}

export function unreadableContract(
  name: string,
  open: (unreadable: TellUnreadable) => Promise<OpenToHarm>,
): void {
  describe(`unreadable records in ${name}`, () => {
    const told: string[] = [];
    async function filled(): Promise<OpenToHarm> {
      told.length = 0;
      const opened = await open(({ what }) => told.push(what));
      for (const runId of ["r1", "r2"]) {
        const events = [1, 2, 3].map((at) => ({ type: "completed", at, answer: "an answer" }) as const);
        const questions = [question(runId, `${runId}.1`)];
        await must(
          opened.store.commit(commit(runId, 0, { events, questions, posts: [post("p", "x", { runId })] })),
        );
      }
      return opened;
    }

    it.each([
      ["with other words", "UPDATE events SET data = replace(data, 'answer', 'enswer')", 2],
      ["at another time", "UPDATE events SET at = at + 1", 2],
      ["of another type", "UPDATE events SET type = 'cancelled'", 2],
      ["with another sum", "UPDATE events SET sum = sum + 1", 2],
      ["that is gone", "DELETE FROM events", 2],
      ["that became another version's", "UPDATE events SET version = 9", 2],
      ["that became another run's", "UPDATE events SET run_id = 'r3'", 2],
    ])("an event %s makes its run unreadable, and no other", async (_, sql, version) => {
      const { store, harm } = await filled();
      const other = await store.read("r2");
      await harm(`${sql} WHERE run_id = 'r1' AND version = ${version}`);
      await expect(store.read("r1")).rejects.toMatchObject({
        name: "UnreadableError",
        code: "storage_damaged",
        what: "run r1",
        message: expect.stringMatching(/run r1 .* at version 2 .*restore/),
      });
      await expect(store.read("r1", 1)).rejects.toMatchObject({ what: "run r1" });
      expect(await store.read("r2")).toEqual(other);
      const each = await store.readEach("r1", 0);
      expect(each.find(({ event }) => event === null)).toMatchObject({
        version,
        why: expect.stringMatching("r1"),
      });
      expect(each[0]).toMatchObject(version === 1 ? { event: null } : { version: 1, event: { at: 1 } });
      expect(await store.runs({ limit: 9 })).toHaveLength(2);
      expect((await store.openQuestions({ limit: 9 })).rows).toHaveLength(2);
    });

    it("events without a sum, of a former release, are read as they are", async () => {
      const { store, harm } = await filled();
      const events = await store.read("r1");
      await harm("UPDATE events SET sum = NULL");
      expect(await store.read("r1")).toEqual(events);
    });

    it("a question is left out of the list, which tells of it", async () => {
      const { store, harm } = await filled();
      await harm("UPDATE questions SET body = '{}' WHERE question_id = 'r1.1'");
      expect((await store.openQuestions({ limit: 9 })).rows.map(({ runId }) => runId)).toEqual(["r2"]);
      expect(told).toEqual(["question r1.1"]);
      expect((await store.openQuestions({ limit: 1 })).unreadable).toEqual([
        { askedAt: 1000, questionId: "r1.1", runId: "r1", why: expect.stringContaining("restore a backup") },
      ]);
      expect((await store.openQuestions({ limit: 1 })).next).toEqual({ askedAt: 1000, questionId: "r1.1" });
      await expect(store.question("r1.1")).rejects.toMatchObject({ what: "question r1.1" });
    });

    it("a post is due like all others, and can't be taken", async () => {
      const { store, harm } = await filled();
      await harm(`UPDATE outbox SET body = '{"v":9,"value":1}' WHERE run_id = 'r1'`);
      const due = await store.dueDeliveries({ now: 9, limit: 9, channels: ["slack"] });
      expect(due.map(({ runId }) => runId)).toEqual(["r1", "r2"]);
      await expect(store.beginDelivery({ id: "r1/p#0", now: 9, leaseMs: 9 })).rejects.toMatchObject({
        code: "storage_version",
        what: "post r1/p#0",
      });
      // Nobody sends it, so that whoever can may begin at once.
      expect(await store.dueDeliveries({ now: 9, limit: 9, channels: ["slack"] })).toEqual(due);
      expect((await store.beginDelivery({ id: "r2/p#0", now: 9, leaseMs: 9 }))?.runId).toBe("r2");
    });
  });
}

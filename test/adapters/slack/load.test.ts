/** A hundred runs at once in one channel, on a clock that the test moves: Slack's rates hold and every end is told. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ChannelError } from "../../../src/core/ports.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { recordingInlet } from "../../support/slack-inlet.ts";
import { SlackWorld } from "../../support/slack-world.ts";

let now = 1_764_000_000_000;
let world: SlackWorld;
beforeAll(async () => {
  world = await SlackWorld.start("http", { clock: { now: () => now } });
  await world.channel.start(recordingInlet());
});
afterAll(() => world.stop());

/** A row of an outbox: what should stand, and what stands. */
interface Row {
  id: string;
  dueAt: number;
  remoteId: string | null;
  delivered: "nothing" | "progress" | "done";
  deliveredAt: number;
}

test("one message a second, fifty edits a minute, nothing waits for two minutes, no loop", async () => {
  const begun = now;
  /** Runs take ten seconds; then their only news is the end. */
  const doneAt = begun + 10_000;
  const rows = Array.from({ length: 100 }, (_, n): Row => {
    return { id: `run_${n}/progress#0`, dueAt: begun, remoteId: null, delivered: "nothing", deliveredAt: 0 };
  });
  const posts: number[] = [];
  const edits: number[] = [];
  let tries = 0;

  const send = async (row: Row): Promise<void> => {
    const wanted = now >= doneAt ? "done" : "progress";
    const isEdit = row.remoteId !== null;
    tries += 1;
    try {
      const { remoteId } = await world.channel.post({
        id: row.id,
        runId: row.id,
        key: "progress",
        address: world.address("1764000000.000100"),
        body: messageNamed(wanted),
        revision: wanted === "done" ? 2 : 1,
        remoteId: row.remoteId,
        uncertain: false,
        createdAt: begun,
      });
      (isEdit ? edits : posts).push(now);
      Object.assign(row, { remoteId, delivered: wanted, deliveredAt: now, dueAt: Math.max(now, doneAt) });
    } catch (error) {
      if (!(error instanceof ChannelError) || error.retryAfterMs === null) throw error;
      row.dueAt = now + error.retryAfterMs;
    }
  };

  for (;;) {
    const next = rows
      .filter((row) => row.delivered !== "done")
      .sort((one, other) => one.dueAt - other.dueAt)[0];
    if (!next) break;
    now = Math.max(now, next.dueAt);
    await send(next);
  }

  expect(posts).toHaveLength(100);
  for (const [index, at] of posts.entries()) {
    if (index > 0) expect(at - (posts[index - 1] ?? 0)).toBeGreaterThanOrEqual(999);
  }
  for (const at of edits) {
    const minute = edits.filter((other) => other >= at && other < at + 60_000).length;
    expect(minute).toBeLessThanOrEqual(60);
  }
  expect(Math.max(...rows.map((row) => row.deliveredAt)) - begun).toBeLessThan(120_000);
  // Each message waits its turn once or twice: nobody asks in a loop.
  expect(tries).toBeLessThanOrEqual(3 * (posts.length + edits.length));
});

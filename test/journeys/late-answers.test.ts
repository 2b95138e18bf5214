/** Two people answer one question at the same moment, and the platform delivers the second one late: the run is over. */
import { expect, onTestFinished, test } from "vitest";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import { operator, startBot } from "../support/bot.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const address = "slack:T1/C1/1.1";

async function answered() {
  const model = scripted(
    calling(ask("Which version?")),
    finalAnswer("v1 is deployed."),
    finalAnswer("Next."),
  );
  const bot = await startBot({ model });
  onTestFinished(() => bot.stop());
  const more = { channel: "slack", actor: operator, address, replyTo: {}, context: [] };
  const hear = async (inbound: Inbound) => {
    await bot.engine.accept(inbound);
    const row = () => bot.store.inboxRow({ source: "slack", key: inbound.key });
    await expect.poll(async () => (await row())?.state).toBe("done");
    return (await row())?.outcome;
  };
  const say = (key: string, text: string, writtenAt: number) => {
    const intent = { type: "message", addressed: false, agent: null, thread: "ours", text } as const;
    return hear({ key, intent, writtenAt, ...more });
  };
  const change = (key: string, text: string) =>
    hear({ key: `${key}/changed/1`, intent: { type: "changed", key, text }, ...more });
  const task = { type: "message", addressed: true, agent: null, thread: "ours", text: "deploy" } as const;
  const first = { key: "task", actor: operator, channel: "slack", address, replyTo: {}, context: [] };
  await bot.engine.accept({ ...first, intent: task });
  await expect.poll(() => bot.store.runAt(address)).not.toBeNull();
  const runId = (await bot.store.runAt(address)) ?? "";
  const { questions } = await bot.untilStatus(runId, "waiting_human_input");
  const askedAt = questions[0]?.askedAt ?? 0;
  expect(await say("one", "v1", askedAt)).toBe("answered");
  await bot.untilStatus(runId, "complete");
  return { say, change, askedAt, runs: async () => (await bot.store.runs({ limit: 9 })).length };
}

test("an answer that was written before another one was taken starts no run when that has ended", async () => {
  const { say, change, askedAt, runs } = await answered();
  expect(await say("two", "v2", askedAt)).toBe("told");
  expect(await runs()).toBe(1);
  // There is nothing to press, whatever they make of it.
  expect(await change("two", "v3")).toBe("ignored");
});

test("words that were written after it go on from there", async () => {
  const { say, runs } = await answered();
  expect(await say("two", "and now v2", Date.now() + 1)).toBe("launched");
  expect(await runs()).toBe(2);
});

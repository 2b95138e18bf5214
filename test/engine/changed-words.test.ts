/** Words that are changed after they came: what they became is told, and not what other words of the same person did. */
import { expect, onTestFinished, test } from "vitest";
import type { Channel } from "../../src/core/ports/channel.ts";
import type { Inbound, Intent } from "../../src/core/ports/inbound.ts";
import type { QuestionRow } from "../../src/core/ports/runs.ts";
import { operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const address = "chat:C1/1";

function inbound(key: string, intent: Intent): Inbound {
  return { key, actor: operator, channel: "chat", address, intent, replyTo: {}, context: [] };
}

const says = (key: string, text: string) =>
  inbound(key, { type: "message", text, addressed: true, agent: null });
const changes = (key: string, text: string) => inbound(`${key}/changed/1`, { type: "changed", key, text });

const pressed = (key: string, of: QuestionRow | undefined) =>
  inbound(`${key}/meant`, { type: "meant", key, questionId: of?.question.id ?? "" });

async function talking(...answers: Parameters<typeof scripted>) {
  const told: string[] = [];
  const channel: Channel = muteChannel({ whisper: async (_, { text }) => void told.push(text) });
  const bot = await startBot({ model: scripted(...answers), channels: [channel] });
  onTestFinished(() => bot.stop());
  const hear = async (message: Inbound) => {
    await bot.engine.accept(message);
    const key = { source: "chat", key: message.key };
    await expect.poll(async () => (await bot.store.inboxRow(key))?.state).not.toBe("pending");
    return bot.store.inboxRow(key);
  };
  const asked = (count: number) =>
    expect.poll(async () => (await bot.store.openQuestions({ limit: 5 })).rows.length).toBe(count);
  return { bot, told, hear, asked };
}

test("a change is told of the answer that its own words became, and while they wait for a press", async () => {
  const questions = calling(ask("Which region?", ["eu", "us"]), ask("Which size?", ["small", "large"]));
  const { bot, told, hear, asked } = await talking(questions, finalAnswer("Moved."));
  await hear(says("m1", "move it"));
  await asked(2);
  const [region, size] = (await bot.store.openQuestions({ limit: 2 })).rows;
  await hear(says("m2", "eu"));
  await hear(says("m3", "small"));
  await hear(changes("m2", "us"));
  await hear(pressed("m2", region));
  await hear(pressed("m3", size));
  await hear(changes("m3", "large"));
  await bot.engine.drain(1_000);
  expect(told.filter((text) => /change/.test(text))).toEqual([
    expect.stringContaining("what you press gets them as you wrote them first"),
    expect.stringContaining('"Which size?" was taken as "small" before you changed it'),
  ]);
});

/**
 * One person at the terminal, with the real engine: words answer what is asked, thanks answer nothing, a stop stops, and
 * nothing but y approves.
 */
import { expect, onTestFinished, test } from "vitest";
import { terminalChannel } from "../../adapters/terminal/channel.ts";
import type { Line } from "../../adapters/terminal/line.ts";
import { plainText } from "../../adapters/terminal/line.ts";
import { clock, openRights, startBot } from "../support/bot.ts";
import { deployment, deploys } from "../support/deployment.ts";
import { ask, calling, finalAnswer, type ScriptedModel, scripted } from "../support/model/scripted.ts";

async function desk(model: ScriptedModel, tools: Parameters<typeof startBot>[0]["tools"] = []) {
  const cards = new Map<string, string>();
  const told: string[] = [];
  const textOf = (lines: readonly Line[]) => lines.map(plainText).join("\n");
  const surface = {
    put: (id: string, lines: readonly Line[]) => void cards.set(id, textOf(lines)),
    tell: (lines: readonly Line[]) => void told.push(textOf(lines)),
    expect: () => {},
    close: () => {},
  };
  const channel = terminalChannel({ surface, personName: "dana", clock, onQuit: () => {} });
  const rights = { ...openRights, launch: ["terminal:*"], approve: ["terminal:*"], answer: ["terminal:*"] };
  const bot = await startBot({ model, tools, channels: [channel], rights });
  onTestFinished(() => bot.stop());
  return {
    bot,
    told,
    /** Typed, and what it means is done. */
    async types(text: string) {
      await channel.hear(text);
      await expect.poll(() => channel.pending).toBe(0);
    },
    shows: (...words: RegExp[]) =>
      expect
        .poll(() => [...cards.values()].join("\n"))
        .toSatisfy((text: string) => words.every((word) => word.test(text))),
    async events() {
      const [row] = await bot.store.runs({ limit: 10 });
      return bot.engine.events(row?.runId ?? "");
    },
    runs: async () => (await bot.store.runs({ limit: 10 })).length,
  };
}

test("words answer the question; thanks and a sign before it and after the end change nothing", async () => {
  const at = await desk(
    scripted(calling(ask("Shall I grow the disk of db7?")), finalAnswer("db7 has room.")),
  );
  await at.types("what is full?");
  await at.shows(/Shall I grow the disk of db7/);
  await at.types("thanks");
  await at.types("👍");
  expect((await at.events()).some(({ type }) => type === "question_answered")).toBe(false);
  await at.types("yes, by 20 GB");
  await at.shows(/db7 has room/);
  await at.types("Thank you!");
  expect(await at.runs()).toBe(1);
});

test.each(["stop", "Stop!", "please stop"])("%j stops the run, whatever it asks", async (words) => {
  const at = await desk(scripted(calling(ask("Which disk?"))));
  await at.types("grow the disk");
  await at.shows(/Which disk/);
  await at.types(words);
  await at.shows(/cancelled/, /Withdrawn/);
  expect((await at.events()).some(({ type }) => type === "question_answered")).toBe(false);
});

test("under an approval yes with more words says what to type, and a stop ends the run with nothing done", async () => {
  const { tool, done } = deployment();
  const at = await desk(deploys(), [tool]);
  await at.types("deploy v1");
  await at.shows(/Approval · deploy/);
  await at.types("yes, approve it");
  expect(at.told.at(-1)).toBe("Approving takes y alone; what comes after it would be lost.");
  await at.types("stop");
  await at.shows(/cancelled/);
  expect(done).toEqual([]);
});

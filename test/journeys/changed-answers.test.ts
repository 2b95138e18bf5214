/** Answers that are edited in Discord after they were taken: the answer stays, and its writer is told once. */
import { expect, onTestFinished, test } from "vitest";
import { startBot } from "../support/bot.ts";
import { mention, unstarted, until } from "../support/discord/bed.ts";
import { fakeDiscord } from "../support/discord/fake.ts";
import { ids, message } from "../support/discord/payloads.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

test("an edit that says something else is told, one that means the same is not", async () => {
  const discord = await fakeDiscord();
  const real = unstarted(discord);
  const channel = { ...real, can: { ...real.can, minIntervalMs: 20 } };
  const model = scripted(calling(ask("Which region?", ["eu", "us"])), finalAnswer("Moved."));
  const bot = await startBot({ model, channels: [channel] });
  onTestFinished(async () => {
    await bot.stop();
    await discord.close();
  });
  const says = (content: string, where: string) => {
    const id = discord.rest.id();
    discord.say(message({ id, content, channel: where }));
    return id;
  };
  let edited = Date.now();
  const edits = (id: string, content: string, where: string) => {
    edited += 1_000;
    const edited_timestamp = new Date(edited).toISOString();
    discord.gateway.dispatch(
      "MESSAGE_UPDATE",
      message({ id, content, channel: where, more: { edited_timestamp } }),
    );
  };
  const words = (where: string) => discord.rest.own(where).flatMap(({ content }) => content || []);

  const thread = says(`${mention} move it`, ids.channel);
  await until(() => expect(JSON.stringify(discord.rest.own(thread))).toContain("Which region?"));
  const answer = says("eu", thread);
  await until(() => expect(JSON.stringify(discord.rest.own(thread)[0])).toContain("Moved."));
  edits(answer, "EU", thread);
  edits(answer, "us", thread);
  const other = says("and thanks", thread);
  edits(other, "and many thanks", thread);
  await until(() => expect(words(thread)).toHaveLength(1));
  edits(answer, "us, I mean", thread);
  const last = { source: "discord", key: `msg:${says("thanks", thread)}` };
  await expect.poll(async () => (await bot.store.inboxRow(last))?.state).toBe("done");
  await bot.engine.drain(1_000);
  expect(words(thread)).toEqual([
    expect.stringContaining('"Which region?" was taken as "eu" before you changed it'),
  ]);
});

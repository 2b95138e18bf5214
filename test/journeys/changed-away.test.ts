/** Messages that are edited in Discord while the bot is away: heard when it is back, as if it had been there. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { clock, startBot } from "../support/bot.ts";
import { mention, unstarted, until } from "../support/discord/bed.ts";
import { fakeDiscord } from "../support/discord/fake.ts";
import { ids, message } from "../support/discord/payloads.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

test("who changed an answer meanwhile is told once that it stays, and an added mention is heard", async () => {
  const discord = await fakeDiscord();
  const store = await openSqlite({ path: ":memory:", clock });
  const model = scripted(
    calling(ask("Which region?", ["eu", "us"])),
    finalAnswer("Moved."),
    finalAnswer("Moved again."),
  );
  const start = async () => {
    const real = unstarted(discord);
    return startBot({ model, store, channels: [{ ...real, can: { ...real.can, minIntervalMs: 20 } }] });
  };
  let bot = await start();
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
    await discord.close();
  });
  const says = (content: string, where: string) => {
    const id = discord.rest.id();
    discord.say(message({ id, content, channel: where }));
    return id;
  };
  const changes = (id: string, content: string) => {
    const { mentions } = message({ id, content, channel: thread });
    discord.rest.change(thread, id, { content, mentions, edited_timestamp: new Date().toISOString() });
  };
  const words = () => discord.rest.own(thread).flatMap(({ content }) => content || []);
  const settled = (id: string) =>
    expect
      .poll(async () => (await store.inboxRow({ source: "discord", key: `msg:${id}` }))?.state)
      .toBe("done");

  const thread = says(`${mention} move it`, ids.channel);
  await until(() => expect(JSON.stringify(discord.rest.own(thread))).toContain("Which region?"));
  const answer = says("eu", thread);
  await until(() => expect(JSON.stringify(discord.rest.own(thread)[0])).toContain("Moved."));
  const other = says("<@600000000000000002> move the other one too", thread);
  await settled(other);
  await bot.stop();
  changes(answer, "us");
  changes(other, `${mention} move the other one too`);
  bot = await start();
  await until(() => expect(JSON.stringify(discord.rest.own(thread))).toContain("Moved again."));
  const told = expect.stringContaining('"Which region?" was taken as "eu" before you changed it');
  await until(() => expect(words()).toEqual([told]));
  await bot.stop();
  bot = await start();
  await settled(says("thanks", thread));
  await bot.engine.drain(1_000);
  expect(words()).toEqual([told]);
  expect(await store.runs({ limit: 9 })).toHaveLength(2);
});

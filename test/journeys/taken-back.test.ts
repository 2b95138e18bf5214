/** Words that their writer deletes before anything came of them: they start nothing, whenever they arrive. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import { clock, startBot } from "../support/bot.ts";
import { mention, unstarted, until } from "../support/discord/bed.ts";
import { fakeDiscord } from "../support/discord/fake.ts";
import { ids, message } from "../support/discord/payloads.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { shows } from "../support/slack/shows.ts";
import { SlackWorld } from "../support/slack/world.ts";

/** A bot that works off nothing until it is let. */
async function patientBot(channel: Channel) {
  const store = await openSqlite({ path: ":memory:", clock });
  let isHeld = true;
  const held: typeof store = {
    ...store,
    claimInbox: async (claim) => (isHeld ? [] : store.claimInbox(claim)),
  };
  const bot = await startBot({ model: scripted(finalAnswer("Done.")), store: held, channels: [channel] });
  onTestFinished(() => bot.stop().then(() => store.close()));
  return {
    store,
    /** From the next message on. */
    let: () => {
      isHeld = false;
    },
  };
}

test("in Slack: while they wait, and before Slack delivers them again", async () => {
  const world = await SlackWorld.start("http");
  onTestFinished(() => world.stop());
  const bot = await patientBot(world.channel);
  const words = "<@U0BOT> restart payments";
  const place = { type: "message", channel: world.id("ops"), channel_type: "channel" };
  const former = (ts: string, text: string) => ({ user: world.id("dana"), text, ts, team: world.team });
  const deletes = (ts: string, text = words) =>
    world.deliver(
      world.eventOf({
        ...{ ...place, subtype: "message_deleted", deleted_ts: ts },
        previous_message: { ...former(ts, text), type: "message" },
      }),
    );
  const keyOf = (ts: string) => ({ source: "slack", key: `msg:${world.team}/${world.id("ops")}/${ts}` });

  const waiting = await world.say(words);
  await deletes(waiting);
  const replied = await world.say(words);
  const tombstone = { type: "message", subtype: "tombstone", user: "USLACKBOT", text: "Gone.", ts: replied };
  const left = { subtype: "message_changed", message: tombstone, previous_message: former(replied, words) };
  await world.deliver(world.eventOf({ ...place, ...left }));
  const late = await world.write(words);
  await deletes(late);
  for (const event of world.eventsOf(words, late)) await world.deliver(event);
  const talk = await world.write("payments is slow");
  await deletes(talk, "payments is slow");
  bot.let();
  const last = await world.say("<@U0BOT> restart billing");
  await shows(world, last, /^restart billing — done in/);

  for (const ts of [waiting, replied, late])
    expect(await bot.store.inboxRow(keyOf(ts))).toMatchObject({ state: "done", outcome: "ignored" });
  expect((await bot.store.runs({ limit: 9 })).map(({ task }) => task)).toEqual(["restart billing"]);
  const { source, key } = keyOf(talk);
  expect(await bot.store.note(`taken-back:${source}/${key}`)).toBeNull();
});

test("in Discord: while they wait, one by one or many at once", async () => {
  const discord = await fakeDiscord();
  onTestFinished(() => discord.close());
  const real = unstarted(discord);
  const bot = await patientBot({ ...real, can: { ...real.can, minIntervalMs: 20 } });
  const says = (content: string) => {
    const id = discord.rest.id();
    discord.say(message({ id, content, channel: ids.channel }));
    return id;
  };
  const [one, two, three] = [1, 2, 3].map((nth) => says(`${mention} restart service ${nth}`));
  const place = { channel_id: ids.channel, guild_id: ids.guild };
  discord.gateway.dispatch("MESSAGE_DELETE", { ...place, id: one });
  discord.gateway.dispatch("MESSAGE_DELETE_BULK", { ...place, ids: [two, three] });
  const deleted = async (id = "") => (await bot.store.note(`taken-back:discord/msg:${id}`)) !== null;
  await expect.poll(() => deleted(three)).toBe(true);
  bot.let();
  const last = says(`${mention} restart billing`);
  await until(() => expect(JSON.stringify(discord.rest.own(last))).toContain("Done."));

  expect((await bot.store.runs({ limit: 9 })).map(({ task }) => task)).toEqual(["restart billing"]);
  // What came to something is not taken back any more.
  discord.gateway.dispatch("MESSAGE_DELETE", { ...place, id: last });
  await until(() => expect(discord.rest.own(last)).not.toEqual([]));
  const after = { source: "discord", key: `msg:${says(`${mention} restart the last`)}` };
  await expect.poll(async () => (await bot.store.inboxRow(after))?.state).toBe("done");
  expect(await deleted(last)).toBe(false);
});

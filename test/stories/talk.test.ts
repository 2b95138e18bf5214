/**
 * Five people talk in a thread that one of them began, and mention the bot once: the same talk in Slack and in Discord,
 * with the real engine. What stands there at the end is one run, and nobody was refused anything.
 */
import { afterEach, describe, expect, test } from "vitest";
import type { Channel } from "../../src/core/ports/channel.ts";
import type { InboxKey } from "../../src/core/ports/deliveries.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { mention, unstarted } from "../support/discord/bed.ts";
import { fakeDiscord } from "../support/discord/fake.ts";
import { channels, ids, message, user } from "../support/discord/payloads.ts";
import { ask, calling, finalAnswer, type ScriptedModel, scripted } from "../support/model/scripted.ts";
import { SlackWorld } from "../support/slack/world.ts";

type Speaker = "dana" | "oncall" | "eve" | "kim" | "lee";

/** A platform with a thread that dana began under an alert. `at(name)`: how somebody is mentioned there. */
interface Stage extends AsyncDisposable {
  channel: Channel;
  bot: string;
  at(name: Speaker): string;
  /** The inbox key of what was said. */
  says(who: Speaker, words: string): Promise<InboxKey>;
  /** Everything that the bot wrote in the thread, each message as one text. */
  shown(): Promise<string[]>;
  /** Private words that the bot gave anybody. */
  privately(): string[];
}

async function slackStage(): Promise<Stage> {
  const world = await SlackWorld.start("http");
  const attachments = [{ title: "DiskFull", fields: [{ title: "host", value: "db7" }] }];
  const root = await world.write("", { shows: { attachments } });
  return {
    channel: world.channel,
    bot: "<@U0BOT>",
    at: (name) => `<@${world.id(name)}>`,
    async says(who, text) {
      const ts = await world.write(text, { root });
      const events = world.eventsOf(text, ts, { root });
      for (const { event, ...rest } of events) {
        await world.deliver({ ...rest, event: { ...(event as object), user: world.id(who) } });
      }
      return { source: "slack", key: `msg:${world.team}/${world.id("ops")}/${ts}` };
    },
    shown: () => world.screen(root),
    privately: () => world.edge.callsOf("chat.postEphemeral").map(({ body }) => String(body.text)),
    [Symbol.asyncDispose]: () => world.stop(),
  };
}

async function discordStage(): Promise<Stage> {
  const discord = await fakeDiscord();
  const real = unstarted(discord);
  const theirs = { ...channels.thread, owner_id: ids.dana };
  discord.rest.channels.set(ids.thread, theirs);
  discord.gateway.guildThreads = [theirs];
  const embeds = [{ title: "DiskFull", fields: [{ name: "host", value: "db7" }] }];
  const alerts = user("8", "Alerts", true);
  const referenced_message = message({ id: ids.thread, author: alerts, more: { embeds } });
  const begin = { type: 21, more: { referenced_message } };
  discord.rest.put(message({ id: discord.rest.id(), channel: ids.thread, ...begin }));
  const known: Record<Speaker, string> = {
    dana: ids.dana,
    oncall: ids.oncall,
    eve: "61",
    kim: "62",
    lee: "63",
  };
  return {
    channel: { ...real, can: { ...real.can, minIntervalMs: 20 } },
    bot: mention,
    at: (name) => `<@${known[name]}>`,
    async says(who, content) {
      const author = user(known[who], who);
      const id = discord.rest.id();
      discord.say(message({ id, content, channel: ids.thread, author }));
      return { source: "discord", key: `msg:${id}` };
    },
    shown: async () => cardsOf(discord.rest.own(ids.thread)),
    privately: () =>
      [...discord.rest.messages].flatMap(([id, said]) =>
        id.startsWith("7") ? said.map(({ content }) => content) : [],
      ),
    [Symbol.asyncDispose]: () => discord.close(),
  };
}

/** Without the replies that carry words alone. */
function cardsOf(own: readonly { components: unknown[] }[]): string[] {
  return own
    .filter(({ components }) => components.length > 0)
    .map(({ components }) => JSON.stringify(components));
}

const stages = { Slack: slackStage, Discord: discordStage };

describe.each(Object.entries(stages))("in %s", (_, makeStage) => {
  let bot: Bot | null = null;
  let model: ScriptedModel;
  afterEach(() => bot?.stop());

  async function begins(): Promise<Stage> {
    const stage = await makeStage();
    model = scripted(calling(ask("Shall I grow the disk of db7?")), finalAnswer("db7 has room again."));
    bot = await startBot({ model, channels: [stage.channel] });
    return stage;
  }
  const showing = (stage: Stage, ...lines: RegExp[]) =>
    expect
      .poll(() => stage.shown(), { interval: 20 })
      .toEqual(lines.map((line) => expect.stringMatching(line)));
  /** Said, and whatever it means is done. */
  async function hears(stage: Stage, who: Speaker, words: string): Promise<void> {
    const key = await stage.says(who, words);
    const state = async () => (await bot?.store.inboxRow(key))?.state ?? "not heard";
    await expect.poll(state, { interval: 20 }).toMatch(/done|refused/);
  }

  test("one mention is one run; talk, names of colleagues, thanks and quotes change nothing", async () => {
    await using stage = await begins();
    await stage.says("dana", "this one again");
    await stage.says("eve", `${stage.at("oncall")} is that the old volume?`);
    await stage.says("oncall", `${stage.bot} what is full?`);
    await showing(stage, /waiting for an answer/, /Shall I grow the disk of db7/);
    expect(JSON.stringify(model.requests[0]?.input)).toMatch(/DiskFull.*host: db7/s);
    for (const [who, words] of [
      ["kim", `${stage.at("eve")} yes, the old one`],
      ["lee", "thanks"],
      ["eve", "> stop"],
      ["kim", `\`${stage.bot} stop\``],
      ["oncall", `${stage.at("lee")} which one do we use these days?`],
    ] as const) {
      await hears(stage, who, words);
    }
    await showing(stage, /waiting for an answer/, /Shall I grow the disk of db7/);
    await stage.says("oncall", "yes, by 20 GB");
    await showing(stage, /done in|db7 has room again/, new RegExp(`Answered.*(oncall|${ids.oncall})`));
    await hears(stage, "lee", "thank you all");
    await hears(stage, "eve", "nice work!");
    expect((await bot?.store.runs({ limit: 10 }))?.length).toBe(1);
    expect(stage.privately()).toEqual([]);
  });

  test("a stop from whoever may control it stops it, in any dress; from nobody else's talk", async () => {
    await using stage = await begins();
    await stage.says("oncall", `${stage.bot} what is full?`);
    await showing(stage, /waiting for an answer/, /Shall I grow/);
    await hears(stage, "oncall", `${stage.at("kim")} stop, please`);
    await showing(stage, /waiting for an answer/, /Shall I grow/);
    await stage.says("oncall", "please stop!");
    await showing(stage, /cancelled/, /Withdrawn/);
  });
});

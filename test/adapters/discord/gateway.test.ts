/** What is said in Discord arrives once, whatever becomes of the connection. */
import { describe, expect, test } from "vitest";
import { identifyDelay } from "../../../adapters/discord/listen/gateway.ts";
import { type Bed, beds, delivery, mention, texts, unstarted, until } from "../../support/discord/bed.ts";
import { fakeDiscord } from "../../support/discord/fake.ts";
import { bot, channels, dana, ids, message, user } from "../../support/discord/payloads.ts";
import { recordingInlet } from "../../support/recording-inlet.ts";

const started = beds();

describe("a connection that works", () => {
  test("a mention is remembered with the thread that will be made from it as its address", async () => {
    const made = await started();
    const id = made.says(`${mention} restart payments`);
    await until(() => expect(texts(made)).toEqual(["restart payments"]));
    const [inbound] = made.inlet.accepted;
    expect(inbound?.address).toBe(`discord:${ids.guild}/${ids.channel}/${id}`);
    expect(made.channel.health()).toEqual({ ok: true, detail: "connected as belay" });
  });

  test("a mention in a channel brings nothing of what was said there before, but what it replies to", async () => {
    const made = await started();
    const { rest } = made.discord;
    const pasted = message({ id: rest.id(), content: "ERROR payments: connection refused (db7.internal)" });
    rest.put(pasted);
    made.discord.say(pasted);
    made.says(`${mention} why is this failing?`);
    const content = `${mention} and this?`;
    const type = 19;
    const more = { referenced_message: pasted };
    made.discord.say(message({ id: rest.id(), content, type, more }));
    await until(() => expect(texts(made)).toEqual(["why is this failing?", "and this?"]));
    expect(made.inlet.accepted.map(({ context }) => context)).toEqual([
      [],
      [expect.objectContaining({ text: expect.stringContaining("connection refused"), trusted: false })],
    ]);
  });

  test("talk in a channel and in threads without a run is not kept", async () => {
    const made = await started();
    made.discord.gateway.guildThreads = [];
    made.says("lunch?");
    made.says("more lunch?", { channel: ids.thread });
    made.says(`${mention} hello`);
    await until(() => expect(texts(made)).toEqual(["hello"]));
  });

  test("direct messages are for us", async () => {
    const made = await started();
    made.says("hello", { channel: ids.direct, guild: null });
    await until(() => expect(made.inlet.accepted[0]?.address).toBe(`discord:@me/${ids.direct}`));
  });

  test("a reply in the thread of a run is remembered, in the order it was said", async () => {
    const made = await started();
    made.inlet.runSpeaksAt("run_1", `discord:${ids.guild}/${ids.channel}/${ids.thread}`);
    for (const word of ["one", "two", "three"]) made.says(word, { channel: ids.thread });
    await until(() => expect(texts(made)).toEqual(["one", "two", "three"]));
  });

  test("its own role is a mention, as soon as the server has told of it", async () => {
    const made = await started();
    const role = { id: ids.ownRole, name: "belay", managed: true, tags: { bot_id: ids.bot } };
    made.discord.gateway.dispatch("GUILD_ROLE_CREATE", { guild_id: ids.guild, role });
    made.says("<@&700000000000000009> hello");
    made.says(`<@&${ids.ownRole}> restart payments`);
    await until(() => expect(texts(made)).toEqual(["restart payments"]));
  });

  test("a reply to the message that a run's thread hangs on is said in that thread", async () => {
    const made = await started();
    const root = message({ id: "910000000000000001", author: bot, content: "restart payments" });
    made.inlet.runSpeaksAt("run_1", `discord:${ids.guild}/${ids.channel}/${root.id}`);
    const more = { referenced_message: root, mentions: [bot] };
    made.discord.say(message({ id: made.discord.rest.id(), content: "v1.2.3", type: 19, more }));
    await until(() => expect(texts(made)).toEqual(["v1.2.3"]));
    expect(made.inlet.accepted[0]?.address).toBe(`discord:${ids.guild}/${ids.channel}/${root.id}`);
  });

  describe("a mention in a thread that people began", () => {
    const at = { channel: ids.thread };
    const theirs = () => ({ ...channels.thread, owner_id: ids.dana });

    async function inTheirs(): Promise<Bed> {
      const made = await started();
      made.discord.gateway.dispatch("THREAD_UPDATE", theirs());
      return made;
    }

    test("brings what was said in it, an app's alert included, as data", async () => {
      const made = await inTheirs();
      const alert = message({
        id: ids.thread,
        author: user("8", "Alerts", true),
        more: { embeds: [{ title: "HighErrorRate" }] },
      });
      const begin = { type: 21, more: { referenced_message: alert } };
      made.discord.rest.put(message({ id: made.discord.rest.id(), ...at, ...begin }));
      made.says("since the deploy", at);
      made.says(`${mention} why?`, at);
      await until(() => expect(texts(made)).toEqual(["why?"]));
      expect(made.inlet.accepted[0]?.context).toEqual([
        {
          source: "the Discord thread",
          text: "Alerts (an app): HighErrorRate\ndana: since the deploy",
          trusted: false,
        },
      ]);
    });

    test("of a long one: how it began, and the newest", async () => {
      const made = await inTheirs();
      made.discord.rest.put(message({ id: ids.thread, content: "payments answers 500" }));
      for (let n = 1; n <= 60; n += 1) {
        made.discord.rest.put(message({ id: made.discord.rest.id(), ...at, content: `word ${n}` }));
      }
      made.says(`${mention} why?`, at);
      await until(() => expect(texts(made)).toEqual(["why?"]));
      const lines = made.inlet.accepted[0]?.context[0]?.text.split("\n") ?? [];
      expect([lines.length, ...lines.slice(0, 3), lines.at(-1)]).toEqual([
        51,
        "dana: payments answers 500",
        "[Older messages are left out here.]",
        "dana: word 12",
        "dana: word 60",
      ]);
    });

    test("that can't be read: the model and the person are told", async () => {
      const made = await inTheirs();
      const answer = { status: 403, body: { code: 50_001, message: "Missing Access" } };
      made.discord.rest.faults.push({ method: "GET", path: /messages$/, answer });
      made.says(`${mention} why?`, at);
      await until(() => expect(made.discord.rest.own(ids.thread)).toHaveLength(1));
      const text = expect.stringContaining("I could not read the thread (Discord says 50001)");
      expect(made.inlet.accepted[0]?.context).toEqual([
        { source: "the Discord thread", text, trusted: true },
      ]);
      expect(made.discord.rest.own(ids.thread)[0]?.content).toEqual(text);
    });
  });

  test("a mention that an edit adds is heard once; an edit of what was heard, or of something old, is not", async () => {
    const made = await started();
    const said = () =>
      made.inlet.accepted.flatMap(({ intent }) => (intent.type === "message" ? [intent.text] : []));
    const edited_timestamp = new Date().toISOString();
    const edit = (id: string, content: string) =>
      made.discord.gateway.dispatch("MESSAGE_UPDATE", message({ id, content, more: { edited_timestamp } }));
    const heard = made.says(`${mention} restart payments`);
    const passed = made.says("restart billing");
    await until(() => expect(said()).toEqual(["restart payments"]));
    edit(heard, `${mention} restart billing`);
    edit("910000000000000001", `${mention} restart what was long ago`);
    edit(passed, `${mention} restart billing`);
    edit(passed, `${mention} restart billing, please`);
    made.says(`${mention} the last`);
    await until(() => expect(said()).toEqual(["restart payments", "restart billing", "the last"]));
  });

  test("commands are registered once, not at every start", async () => {
    const first = await started();
    await until(() => expect(first.discord.rest.commands).toHaveLength(2));
    await first.channel.stop();
    first.discord.rest.commands = [];
    const { discord, inlet } = first;
    const again = await started({ discord, inlet });
    again.says(`${mention} hello`);
    await until(() => expect(texts(again)).toEqual(["hello"]));
    expect(discord.rest.commands).toEqual([]);
  });
});

describe("packets that nobody expected", () => {
  test("a payload with fields missing ends nothing", async () => {
    const made = await started();
    made.discord.gateway.dispatch("INTERACTION_CREATE", {
      id: "1",
      type: 3,
      data: { component_type: 2, custom_id: "x" },
      channel_id: ids.channel,
      user: dana,
    });
    made.discord.gateway.dispatch("MESSAGE_CREATE", { id: "2", channel_id: ids.channel });
    made.discord.gateway.dispatch("SOMETHING_NEW", null);
    made.says(`${mention} hello`, { channel: ids.direct, guild: null });
    await until(() => expect(texts(made)).toEqual(["hello"]));
  });
});

describe("a poisoned packet is logged and dropped, and the next one is heard", () => {
  const poison: [string, unknown][] = [
    ["GUILD_CREATE", { id: "900", unavailable: true }],
    ["GUILD_CREATE", { id: ids.guild, channels: [null], threads: 5, roles: "?" }],
    ["GUILD_CREATE", null],
    ["GUILD_CREATE", { id: ids.guild, roles: [{}] }],
    ["GUILD_DELETE", null],
    ["READY", {}],
    ["THREAD_UPDATE", null],
    ["THREAD_LIST_SYNC", {}],
    ["CHANNEL_UPDATE", null],
    ["GUILD_ROLE_UPDATE", { guild_id: ids.guild }],
    ["MESSAGE_CREATE", null],
    ["MESSAGE_UPDATE", null],
    ["INTERACTION_CREATE", null],
  ];
  test.each(poison)("%s %j", async (kind, packet) => {
    const made = await started();
    made.discord.gateway.dispatch(kind, packet);
    made.says(`${mention} hello`, { channel: ids.direct, guild: null });
    await until(() => expect(texts(made)).toEqual(["hello"]));
    expect(made.channel.health().ok).toBe(true);
  });
});

describe("a change of the place", () => {
  const thread = { id: ids.thread, guild_id: ids.guild, parent_id: ids.channel, type: 11 };
  test.each([
    ["CHANNEL_UPDATE", { ...channels.text, guild_id: ids.guild }, `${ids.guild}/${ids.channel}/`],
    ["GUILD_ROLE_UPDATE", { guild_id: ids.guild, role: { id: "1" } }, `${ids.guild}/`],
    ["THREAD_UPDATE", thread, `${ids.guild}/${ids.channel}/${ids.thread}`],
    ["GUILD_CREATE", { id: ids.guild, channels: [], threads: [], roles: [] }, `${ids.guild}/`],
  ])("%s: what could not be said there is tried again", async (kind, packet, prefix) => {
    const made = await started();
    await until(() => expect(made.inlet.retried).toHaveLength(1));
    made.discord.gateway.dispatch(kind, packet);
    await until(() => expect(made.inlet.retried.slice(1)).toEqual([`discord:${prefix}`]));
  });
});

describe("where nothing can be said any more", () => {
  test("whoever asked is told by direct message, once", async () => {
    const made = await started();
    const address = `discord:${ids.guild}/404/405`;
    made.inlet.runSpeaksAt("run_1", address, { principal: `discord:${ids.dana}` });
    for (const revision of [1, 2]) {
      await expect(made.channel.post(delivery({ address, revision }))).rejects.toMatchObject({
        failure: { type: "place", gone: true },
      });
    }
    const told = made.discord.rest.own(`7${ids.dana}`);
    expect(told).toHaveLength(1);
    expect(told[0]?.content).toContain("https://belay.example/runs/run_1");
  });
});

describe("without the message content intent", () => {
  test("one hint in the thread of a run says how to be heard", async () => {
    const made = await started();
    made.inlet.runSpeaksAt("run_1", `discord:${ids.guild}/${ids.channel}/${ids.thread}`);
    made.says("", { channel: ids.thread });
    made.says("", { channel: ids.thread });
    made.says(`${mention} yes`, { channel: ids.thread });
    await until(() => expect(texts(made)).toEqual(["yes"]));
    const hints = made.discord.rest.own(ids.thread);
    expect(hints.map((hint) => hint.content)).toEqual([expect.stringContaining("Mention me")]);
    expect(hints[0]?.allowed_mentions).toEqual({ parse: [], replied_user: false });
  });
});

describe("what only the operator can repair", () => {
  test.each([
    [4014, "Message Content Intent"],
    [4004, "DISCORD_BOT_TOKEN"],
  ])("close code %i stops the channel and names the switch", async (code, words) => {
    const discord = await fakeDiscord();
    discord.gateway.faults.closeNext = [code];
    const channel = unstarted(discord);
    await channel.start(recordingInlet());
    expect(channel.health().ok).toBe(false);
    expect(channel.health().detail).toContain(words);
    await channel.stop();
    expect(discord.gateway.began).toEqual(["identify"]);
    await discord.close();
  });

  test("a token withdrawn later stops it without another identify", async () => {
    const made = await started();
    made.discord.gateway.drop(4004);
    await until(() => expect(made.channel.health().detail).toContain("4004"));
    expect(made.discord.gateway.began).toEqual(["identify"]);
  });

  test("sessions that keep dying can't use up a day's identifies", () => {
    const former: number[] = [];
    let now = 0;
    while (now < 24 * 3_600_000) {
      now += identifyDelay(former, now, 5_000);
      former.push(now);
    }
    expect(former.length).toBeLessThan(400);
  });
});

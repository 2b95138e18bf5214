/** What is said in Discord while the connection breaks or the bot is away arrives once. */
import { describe, expect, test } from "vitest";
import { noteKinds, writeNote } from "../../../src/core/store/notes.ts";
import { type Bed, beds, mention, texts, until } from "../../support/discord/bed.ts";
import { fakeDiscord } from "../../support/discord/fake.ts";
import { channels, ids, message } from "../../support/discord/payloads.ts";
import { gate } from "../../support/gate.ts";

const started = beds();

describe("a connection that breaks", () => {
  test("what was said before a resume arrives through it, once", async () => {
    const made = await started();
    made.says(`${mention} first`);
    await until(() => expect(texts(made)).toEqual(["first"]));
    made.discord.gateway.drop();
    made.says(`${mention} second`);
    await until(() => expect(texts(made)).toEqual(["first", "second"]));
    expect(made.discord.gateway.began).toEqual(["identify", "resume"]);
  });

  test("op 7 makes it reconnect and resume", async () => {
    const made = await started();
    made.discord.gateway.askToReconnect();
    await until(() => expect(made.discord.gateway.began).toEqual(["identify", "resume"]));
    made.says(`${mention} hello`);
    await until(() => expect(texts(made)).toEqual(["hello"]));
    expect(made.channel.health().ok).toBe(true);
  });

  test("lost heartbeats end the connection, a new one resumes", async () => {
    const discord = await fakeDiscord();
    Object.assign(discord.gateway.faults, { heartbeatMs: 30, deaf: true });
    const made = await started({ discord });
    await until(() => expect(discord.gateway.began).toContain("resume"));
    discord.gateway.faults.deaf = false;
    made.says(`${mention} hello`);
    await until(() => expect(texts(made)).toEqual(["hello"]));
  });

  test("after an invalid session, what was said meanwhile is read over REST", async () => {
    const made = await started();
    made.says(`${mention} first`);
    await until(() => expect(texts(made)).toEqual(["first"]));
    made.discord.gateway.drop();
    made.discord.gateway.faults.forgetSession = true;
    const id = made.discord.rest.id();
    made.discord.rest.put(message({ id, content: `${mention} second` }));
    made.discord.gateway.guildChannels = [{ ...channels.text, last_message_id: id }];
    await until(() => expect(texts(made)).toEqual(["first", "second"]));
    expect(made.discord.gateway.began).toEqual(["identify", "resume", "identify"]);
    expect(made.inlet.accepted[1]?.actor.groups).toContain(`discord:${ids.guild}/role:${ids.role}`);
  });
});

test("what is deleted while its channel is read, before it is heard, is taken back", async () => {
  const made = await started();
  made.says(`${mention} first`);
  await until(() => expect(texts(made)).toEqual(["first"]));
  const { discord, inlet } = made;
  const { accept } = inlet;
  const door = gate();
  inlet.accept = async (inbound) => {
    await door.pass();
    return accept(inbound);
  };
  discord.gateway.drop();
  discord.gateway.faults.forgetSession = true;
  const says = (content: string) => {
    const id = discord.rest.id();
    discord.rest.put(message({ id, content: `${mention} ${content}` }));
    return id;
  };
  const [second, third] = [says("second"), says("third")];
  discord.gateway.guildChannels = [{ ...channels.text, last_message_id: third }];
  await door.reached;
  const deletes = (id: string) =>
    discord.gateway.dispatch("MESSAGE_DELETE", { channel_id: ids.channel, guild_id: ids.guild, id });
  const isTakenBack = (id: string) => inlet.notes.has(`taken-back:discord/msg:${id}`);
  deletes(third);
  await until(() => expect(isTakenBack(third)).toBe(true)).finally(() => door.open());
  await until(() => expect(texts(made)).toEqual(["first", "second", "third"]));
  expect(isTakenBack(second)).toBe(false);
});

describe("a restart", () => {
  test("mentions and replies to open questions are caught up, in order and once", async () => {
    const first = await started();
    first.says(`${mention} first`);
    await until(() => expect(texts(first)).toEqual(["first"]));
    await first.channel.stop();
    const { discord, inlet } = first;
    const thread = `discord:${ids.guild}/${ids.channel}/${ids.thread}`;
    inlet.runSpeaksAt("run_1", thread);
    for (const content of ["v1", "v2"]) {
      discord.rest.put(message({ id: discord.rest.id(), channel: ids.thread, content }));
    }
    const missed = discord.rest.id();
    discord.rest.put(message({ id: missed, content: `${mention} second` }));
    discord.gateway.guildChannels = [{ ...channels.text, last_message_id: missed }];
    const again = await started({ discord, inlet });
    await until(() => expect(texts(again).toSorted()).toEqual(["first", "second", "v1", "v2"]));
    expect(texts(again).indexOf("v1")).toBeLessThan(texts(again).indexOf("v2"));
  });

  const bugs = [
    new TypeError("can't read it"),
    Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" }),
  ];

  test.each(bugs)(
    "a message on which the program breaks (%s) is logged and passed over; those behind it are heard",
    async (bug) => {
      const first = await started();
      first.says(`${mention} first`);
      await until(() => expect(texts(first)).toEqual(["first"]));
      await first.channel.stop();
      const { discord, inlet } = first;
      for (const content of ["poison", "second"]) {
        discord.rest.put(message({ id: discord.rest.id(), content: `${mention} ${content}` }));
      }
      discord.gateway.guildChannels = [{ ...channels.text, last_message_id: discord.rest.id() }];
      const taking = inlet.accept;
      let broke = 0;
      inlet.accept = async (inbound) => {
        if (!JSON.stringify(inbound).includes("poison")) return await taking(inbound);
        broke += 1;
        throw bug;
      };
      const again = await started({ discord, inlet });
      await until(() => expect(texts(again)).toEqual(["first", "second"]));
      expect(broke).toBe(3);
      expect(again.logged).toContain("error discord message passed over: it can't be taken");
      await again.channel.stop();
      // It was passed over for good: the next start does not read it again.
      const third = await started({ discord, inlet });
      third.says(`${mention} third`);
      await until(() => expect(texts(third)).toEqual(["first", "second", "third"]));
    },
  );

  test("the first start of all reads nothing back", async () => {
    const discord = await fakeDiscord();
    const old = message({ id: "100", content: `${mention} long ago` });
    discord.rest.put(old);
    discord.gateway.guildChannels = [{ ...channels.text, last_message_id: "100" }];
    const made = await started({ discord });
    made.says(`${mention} now`);
    await until(() => expect(texts(made)).toEqual(["now"]));
  });

  describe("a first direct message while the bot was away", () => {
    async function away() {
      const first = await started();
      first.says(`${mention} first`);
      await until(() => expect(texts(first)).toEqual(["first"]));
      await first.channel.stop();
      return { discord: first.discord, inlet: first.inlet };
    }
    const whisperTo = (discord: Bed["discord"], channel: string, content: string) => {
      const id = discord.rest.id();
      discord.rest.put(message({ id, channel, guild: null, content }));
      return id;
    };

    test("from somebody whom the rules name is heard after the start, once", async () => {
      const { discord, inlet } = await away();
      const channel = `7${ids.dana}`;
      const last_message_id = whisperTo(discord, channel, "are you there?");
      discord.rest.directs.set(ids.dana, last_message_id);
      const lists = {
        launch: ["slack:T1/*", `discord:${ids.dana}`],
        read: [],
        answer: [],
        approve: [],
        control: [],
      };
      await writeNote(inlet.store, noteKinds.agentRights, { value: { ops: lists } });
      const again = await started({ discord, inlet });
      await until(() => expect(texts(again)).toEqual(["first", "are you there?"]));
      expect(inlet.accepted[1]?.address).toBe(`discord:@me/${channel}`);
      await again.channel.stop();
      const third = await started({ discord, inlet });
      third.says(`${mention} last`);
      await until(() => expect(texts(third)).toEqual(["first", "are you there?", "last"]));
    });

    test("from anybody else it is heard, before their next words and once", async () => {
      const { discord, inlet } = await away();
      whisperTo(discord, ids.direct, "are you there?");
      const again = await started({ discord, inlet });
      again.says("hello?", { channel: ids.direct, guild: null });
      again.says("hm", { channel: ids.direct, guild: null });
      await until(() => expect(texts(again)).toEqual(["first", "are you there?", "hello?", "hm"]));
    });

    test("somebody who takes no direct messages holds up nobody", async () => {
      const { discord, inlet } = await away();
      const lists = {
        launch: ["discord:1", `discord:${ids.dana}`],
        read: [],
        answer: [],
        approve: [],
        control: [],
      };
      await writeNote(inlet.store, noteKinds.agentRights, { value: { ops: lists } });
      const answer = { status: 403, body: { code: 50_007, message: "Cannot send messages to this user" } };
      discord.rest.faults.push({ method: "POST", path: /^\/users\/@me\/channels$/, answer });
      discord.rest.directs.set(ids.dana, whisperTo(discord, `7${ids.dana}`, "are you there?"));
      const again = await started({ discord, inlet });
      await until(() => expect(texts(again)).toEqual(["first", "are you there?"]));
    });
  });

  test("a message that could not be stored is read again", async () => {
    const made = await started();
    made.inlet.failNext = 1;
    made.says(`${mention} hello`);
    await until(() => expect(texts(made)).toEqual(["hello"]));
    expect(made.logged).toContain("error discord message not stored yet");
  });
});

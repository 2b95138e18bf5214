/** Private words to who wrote in Discord: told to them alone, as text that pings nobody. */
import { describe, expect, test } from "vitest";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { theBed, told } from "../../support/discord/bed.ts";
import { ids, press } from "../../support/discord/payloads.ts";

const at = theBed();
const { accepted, happens } = at;

describe("private words to messages", () => {
  const inbound = (replyTo: Record<string, string>): Inbound => ({
    key: "msg:42",
    actor: { principal: `discord:${ids.dana}`, name: "dana", groups: [], guest: false, kind: "person" },
    channel: "discord",
    address: null,
    intent: { type: "message", text: "x", addressed: true, agent: null },
    replyTo,
    context: [],
  });
  const asked = inbound({ kind: "message", channel: ids.channel, message: "42" });

  test("what was noted gets a reaction", async () => {
    await at.made.channel.whisper(asked, told("Noted.", "noted"));
    expect(at.made.discord.rest.reactions).toEqual(["👀 42"]);
  });

  const refusal = told("[free](https://evil.gg) may not. Who may: discord:1, *@everyone*.", "refused");

  test("a refusal is told to its sender alone, once, as text that pings nobody", async () => {
    await at.made.channel.whisper(asked, refusal);
    await at.made.channel.whisper(asked, refusal);
    const words = at.made.discord.rest.own(`7${ids.dana}`);
    expect(words.map((word) => word.content)).toEqual([
      `In <#${ids.channel}>: \\[free\\]\\(https\\://evil.gg\\) may not. Who may: <@1>, \\*@\u200beveryone\\*.`,
    ]);
    expect(words[0]).toMatchObject({ flags: 4096 | 4, allowed_mentions: { parse: [], replied_user: false } });
    expect(at.made.discord.rest.own(ids.channel)).toEqual([]);
  });

  test("who takes no direct messages gets a public word that names nobody", async () => {
    at.made.discord.rest.faults.push({
      method: "POST",
      path: /^\/channels\/7\d+\/messages$/,
      answer: { status: 403, body: { code: 50_007, message: "Cannot send messages to this user" } },
    });
    await at.made.channel.whisper({ ...asked, key: "msg:44" }, refusal);
    const words = at.made.discord.rest.own(ids.channel).map((word) => word.content);
    expect(words).toEqual([expect.stringContaining("can't do that")]);
    expect(words[0]).not.toMatch(/evil|discord:|Who may/);
  });

  test("in a direct message it is the reply, and what else is told is text as well", async () => {
    const direct = { ...inbound({ kind: "message", channel: ids.direct, message: "43" }), key: "msg:43" };
    await at.made.channel.whisper({ ...direct, address: `discord:@me/${ids.direct}` }, refusal);
    const before = at.made.discord.rest.own(ids.channel).length;
    await at.made.channel.whisper(
      { ...asked, key: "msg:45" },
      told("one run · [free](https://evil.gg)", "told"),
    );
    expect(at.made.discord.rest.own(ids.direct).map((word) => word.content)[0]).toContain("Who may");
    const words = at.made.discord.rest.own(ids.channel).slice(before);
    expect(words.map((word) => word.content)).toEqual(["one run · \\[free\\]\\(https\\://evil.gg\\)"]);
  });

  test("a press and a command are answered with text, too", async () => {
    for (const kind of ["command", "press"]) {
      await at.made.channel.whisper(inbound({ kind, application: "1", token: `t-${kind}` }), refusal);
    }
    for (const { body } of at.made.discord.rest.replies) {
      expect(body.content).toMatch(/^\\\[free\\\]\\\(https\\:/);
    }
    expect(at.made.discord.rest.replies).toHaveLength(2);
  });

  test.each([
    [10_015, 404],
    [50_027, 401],
  ])(
    "what comes after an interaction's time (%i) is told by direct message, but what shows itself",
    async (code, status) => {
      const answer = { status, body: { code, message: "over" } };
      const before = at.made.discord.rest.own(`7${ids.dana}`).length;
      const late = (token: string) => ({
        ...inbound({ kind: "component", application: "1", token }),
        key: `interaction:${token}`,
        address: `discord:${ids.guild}/${ids.channel}/${ids.thread}`,
      });
      at.made.discord.rest.faults.push({ method: "POST", path: /^\/webhooks\//, answer });
      await at.made.channel.whisper(
        late(`late-${code}`),
        told("Already answered by oncall.\n\n> eu-west", "refused"),
      );
      at.made.discord.rest.faults.push({ method: "PATCH", path: /^\/webhooks\//, answer });
      const command = inbound({ kind: "command", application: "1", token: "2" });
      await at.made.channel.whisper({ ...command, key: "interaction:2" }, told("Started run_1.", "launched"));
      const words = at.made.discord.rest
        .own(`7${ids.dana}`)
        .slice(before)
        .map((word) => word.content);
      expect(words).toEqual([expect.stringContaining(`In <#${ids.channel}>: Already answered by oncall.`)]);
      expect(words[0]).toContain("eu-west");
    },
  );

  test("it never throws", async () => {
    const gone = inbound({ kind: "message", channel: "999", message: "42" });
    await at.made.channel.whisper(gone, told("No runs.", "told"));
    expect(at.made.logged).toContain("warn discord private word not delivered");
  });

  const there = (id: string) => ({
    ...inbound({ kind: "message", channel: ids.thread, message: id }),
    key: `msg:${id}`,
  });

  test("thanks get a sign", async () => {
    await at.made.channel.whisper(there("51"), told("", "reacted"));
    expect(at.made.discord.rest.reactions).toContain("👍 51");
    expect(at.made.discord.rest.own(ids.thread)).toEqual([]);
  });

  test("which question was meant is asked where it was said, and a press names the words that it is about", async () => {
    const offers = [
      { questionId: "q_1", label: "Which version?" },
      { questionId: "q_2", label: "Where?" },
    ];
    await at.made.channel.whisper(there("52"), { type: "asked", text: "Which?", runId: null, offers });
    const [word] = at.made.discord.rest.own(ids.thread);
    expect(word?.content).toBe("Which?");
    const drawn = JSON.stringify(word?.components);
    expect(drawn.match(/meant\|[^"]*/g)).toEqual(["meant|q_1|52", "meant|q_2|52"]);
    happens(press("1301", "meant|q_2|52"));
    expect((await accepted()).intent).toEqual({ type: "meant", key: "msg:52", questionId: "q_2" });
  });
});

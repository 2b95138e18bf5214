/** Commands, buttons and forms: answered in time, remembered once, and honest in private. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Inbound, Outcome } from "../../../src/core/ports/inbound.ts";
import type { Question } from "../../../src/core/question.ts";
import { type Bed, bed, until } from "../../support/discord/bed.ts";
import { ids, menu, message, press, slash, submit } from "../../support/discord/payloads.ts";

let made: Bed;

beforeAll(async () => {
  made = await bed();
});
afterAll(() => made.close());
beforeEach(() => {
  made.inlet.accepted.length = 0;
  made.discord.rest.callbacks.length = 0;
  made.discord.rest.replies.length = 0;
  made.discord.rest.faults.length = 0;
});

function happens(interaction: { id: string }): void {
  made.discord.gateway.dispatch("INTERACTION_CREATE", interaction);
}

async function accepted(): Promise<Inbound> {
  await until(() => expect(made.inlet.accepted).toHaveLength(1));
  const [inbound] = made.inlet.accepted;
  if (!inbound) throw new Error("nothing was accepted");
  return inbound;
}

function callbacks(): { type: number; data: Record<string, unknown> }[] {
  return made.discord.rest.callbacks.map(({ type, data }) => ({ type, data }));
}

const told = (text: string, type: Outcome["type"] = "told"): Outcome => ({ type, text, runId: null });
const hidden = { type: 5, data: { flags: 64 } };
const silently = { type: 6, data: {} };

function asks(change: Partial<Question> = {}): Question {
  const question: Question = {
    id: "q_1",
    kind: "ask",
    callId: "call_1",
    text: "Which version should I deploy?",
    context: null,
    choices: [],
    freeText: true,
    audience: ["requester"],
    call: null,
    need: 1,
    ...change,
  };
  made.inlet.questions.set(question.id, { runId: "run_1", question, askedAt: 0, settledAt: null });
  return question;
}

function approval(input: unknown): Question {
  return asks({
    id: "q_2",
    kind: "approval",
    call: { tool: "restart_service", input, hash: "h", preview: null },
  });
}

describe("commands", () => {
  test("/agent run is acknowledged in private, remembered, and answered there", async () => {
    happens(slash("1001", "run", { task: "restart payments", agent: "ops" }));
    const inbound = await accepted();
    expect(callbacks()).toEqual([hidden]);
    expect(inbound.intent).toMatchObject({ launch: { agent: "ops", task: "restart payments" } });
    expect(inbound.address).toBe(`discord:${ids.guild}/${ids.channel}/new:1001`);
    await made.channel.whisper(inbound, told("Started.", "launched"));
    const [reply] = made.discord.rest.replies;
    expect(reply).toMatchObject({ token: "token-1001", kind: "edit", body: { content: "Started." } });
  });

  test("the message menu asks about that message, in its thread", async () => {
    const target = message({ id: "777", content: "disk full on db1" });
    happens(menu("1002", target));
    const inbound = await accepted();
    expect(inbound.address).toBe(`discord:${ids.guild}/${ids.channel}/777`);
    expect(inbound.context).toEqual([
      { source: "Discord message by dana", text: "disk full on db1", trusted: false },
    ]);
  });

  test("what came too late (10062) does not happen after all", async () => {
    const path = /^\/interactions\/1003/;
    const answer = { status: 404, body: { code: 10_062, message: "Unknown interaction" } };
    made.discord.rest.faults.push({ method: "POST", path, answer });
    happens(slash("1003", "run", { task: "late" }));
    happens(slash("1004", "list"));
    expect((await accepted()).key).toBe("interaction:1004");
  });

  test("an interaction told twice (after a resume) is remembered once", async () => {
    const before = made.inlet.offered;
    happens(slash("1005", "list"));
    happens(slash("1005", "list"));
    await until(() => expect(made.inlet.offered).toBe(before + 2));
    expect(made.inlet.accepted).toHaveLength(1);
  });

  test("what could not be stored is said to whoever asked", async () => {
    made.inlet.failNext = 1;
    happens(slash("1006", "run", { task: "restart" }));
    await until(() => expect(made.discord.rest.replies[0]?.body.content).toContain("try again"));
    expect(made.inlet.accepted).toHaveLength(0);
  });
});

describe("buttons", () => {
  test("a choice changes nothing in private: the question itself will", async () => {
    happens(press("1101", "choose|q_1|v1.2.3"));
    const inbound = await accepted();
    expect(callbacks()).toEqual([silently]);
    expect(inbound.intent).toEqual({ type: "choose", questionId: "q_1", value: "v1.2.3" });
    await made.channel.whisper(inbound, told("Answered.", "answered"));
    expect(made.discord.rest.replies).toEqual([]);
  });

  test("a refusal is told to the one who pressed, nobody else", async () => {
    happens(press("1102", "approve|q_1"));
    const inbound = await accepted();
    await made.channel.whisper(inbound, told("Only @oncall may approve.", "refused"));
    const [reply] = made.discord.rest.replies;
    expect(reply).toMatchObject({ kind: "followup", body: { content: "Only @oncall may approve." } });
    expect(Number(reply?.body.flags) & 64).toBe(64);
  });

  test("a select chooses its value", async () => {
    happens(press("1103", "choose|q_1", ["v2"]));
    expect((await accepted()).intent).toEqual({ type: "choose", questionId: "q_1", value: "v2" });
  });

  test("values too long for a button are found again", async () => {
    const value = "the very long name of a deployment target in the far north";
    asks({ choices: [{ value, label: "north" }] });
    const { customId } = await import("../../../adapters/discord/actions.ts");
    happens(press("1104", customId({ action: "choose", question: "q_1", value })));
    expect((await accepted()).intent).toEqual({ type: "choose", questionId: "q_1", value });
  });

  test("stop, pause and resume name the run", async () => {
    happens(press("1105", "stop|run_1"));
    expect((await accepted()).intent).toEqual({ type: "press", action: "stop", runId: "run_1" });
  });
});

describe("forms", () => {
  test("Reply opens a form whose text is the answer", async () => {
    asks();
    happens(press("1201", "reply|q_1"));
    await until(() =>
      expect(callbacks()).toMatchObject([{ type: 9, data: { custom_id: "form:answer|q_1" } }]),
    );
    happens(submit("1202", "form:answer|q_1", { text: "v1.2.3" }));
    expect((await accepted()).intent).toEqual({ type: "answer", questionId: "q_1", text: "v1.2.3" });
  });

  test("Refuse asks for the reason", async () => {
    approval({ service: "payments" });
    happens(press("1203", "refuse|q_2"));
    await until(() =>
      expect(callbacks()).toMatchObject([{ type: 9, data: { custom_id: "form:refuse|q_2" } }]),
    );
    happens(submit("1204", "form:refuse|q_2", { text: "not on a Friday" }));
    expect((await accepted()).intent).toEqual({
      type: "refuse",
      questionId: "q_2",
      reason: "not on a Friday",
    });
  });

  test("Edit shows the arguments; what was submitted is what is approved", async () => {
    approval({ service: "payments", replicas: 3 });
    happens(press("1205", "edit|q_2"));
    await until(() => expect(callbacks()).toMatchObject([{ type: 9, data: { custom_id: "form:edit|q_2" } }]));
    happens(submit("1206", "form:edit|q_2", { service: "billing", replicas: "5" }));
    const input = { service: "billing", replicas: 5 };
    expect((await accepted()).intent).toEqual({ type: "approve", questionId: "q_2", input });
  });

  test("an argument that is no longer JSON is said, and nothing is approved", async () => {
    approval({ replicas: 3 });
    happens(submit("1207", "form:edit|q_2", { replicas: "five" }));
    await until(() => expect(made.discord.rest.replies[0]?.body.content).toContain("not JSON"));
    expect(made.inlet.accepted).toHaveLength(0);
  });

  test("what the tool does not take is given back, and the form offers it again", async () => {
    approval({ service: "payments", replicas: 3 });
    made.inlet.wrongEdit = async () => ({ code: "answer_invalid", message: "replicas: at most 10" });
    happens(submit("1211", "form:edit|q_2", { service: "billing", replicas: "300" }));
    await until(() => expect(made.discord.rest.replies).toHaveLength(1));
    const { content, components } = made.discord.rest.replies[0]?.body ?? {};
    expect(content).toBe("replicas: at most 10\n\nYou wrote:\nservice: billing\nreplicas: 300");
    const again = "again|q_2|1211";
    expect(components).toMatchObject([{ components: [{ label: "Edit again", custom_id: again }] }]);
    expect(made.inlet.accepted).toEqual([]);

    happens(press("1212", again));
    await until(() => expect(callbacks().at(-1)).toMatchObject({ type: 9 }));
    expect(JSON.stringify(callbacks().at(-1)?.data)).toMatch(/"value":"billing".*"value":"300"/);
    made.inlet.wrongEdit = async () => null;
    happens(submit("1213", "form:edit|q_2", { service: "billing", replicas: "10" }));
    expect((await accepted()).intent).toMatchObject({ input: { service: "billing", replicas: 10 } });
  });

  test("after a restart the form holds what the question says, and the refusal still shows what was typed", async () => {
    approval({ replicas: 3 });
    happens(press("1214", "again|q_2|999"));
    await until(() => expect(JSON.stringify(callbacks().at(-1)?.data)).toContain('"value":"3"'));
  });

  test("a call with more arguments than a form holds is edited in the console", async () => {
    approval({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 });
    happens(press("1208", "edit|q_2"));
    await until(() => expect(callbacks()[0]?.data.content).toContain("https://belay.example/runs/run_1"));
  });

  test("a form for a settled question is not opened", async () => {
    const question = asks();
    made.inlet.questions.set(question.id, { runId: "run_1", question, askedAt: 0, settledAt: 1 });
    happens(press("1209", "reply|q_1"));
    await until(() => expect(callbacks()[0]).toMatchObject({ type: 4, data: { flags: 64 } }));
  });
});

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
    await made.channel.whisper(asked, told("Noted.", "noted"));
    expect(made.discord.rest.reactions).toEqual(["👀 42"]);
  });

  const refusal = told("[free](https://evil.gg) may not. Who may: discord:1, *@everyone*.", "refused");

  test("a refusal is told to its sender alone, once, as text that pings nobody", async () => {
    await made.channel.whisper(asked, refusal);
    await made.channel.whisper(asked, refusal);
    const words = made.discord.rest.own(`7${ids.dana}`);
    expect(words.map((word) => word.content)).toEqual([
      `In <#${ids.channel}>: \\[free\\]\\(https\\://evil.gg\\) may not. Who may: <@1>, \\*@\u200beveryone\\*.`,
    ]);
    expect(words[0]).toMatchObject({ flags: 4096 | 4, allowed_mentions: { parse: [], replied_user: false } });
    expect(made.discord.rest.own(ids.channel)).toEqual([]);
  });

  test("who takes no direct messages gets a public word that names nobody", async () => {
    made.discord.rest.faults.push({
      method: "POST",
      path: /^\/channels\/7\d+\/messages$/,
      answer: { status: 403, body: { code: 50_007, message: "Cannot send messages to this user" } },
    });
    await made.channel.whisper({ ...asked, key: "msg:44" }, refusal);
    const words = made.discord.rest.own(ids.channel).map((word) => word.content);
    expect(words).toEqual([expect.stringContaining("can't do that")]);
    expect(words[0]).not.toMatch(/evil|discord:|Who may/);
  });

  test("in a direct message it is the reply, and what else is told is text as well", async () => {
    const direct = { ...inbound({ kind: "message", channel: ids.direct, message: "43" }), key: "msg:43" };
    await made.channel.whisper({ ...direct, address: `discord:@me/${ids.direct}` }, refusal);
    const before = made.discord.rest.own(ids.channel).length;
    await made.channel.whisper(
      { ...asked, key: "msg:45" },
      told("one run · [free](https://evil.gg)", "told"),
    );
    expect(made.discord.rest.own(ids.direct).map((word) => word.content)[0]).toContain("Who may");
    const words = made.discord.rest.own(ids.channel).slice(before);
    expect(words.map((word) => word.content)).toEqual(["one run · \\[free\\]\\(https\\://evil.gg\\)"]);
  });

  test("a press and a command are answered with text, too", async () => {
    for (const kind of ["command", "press"]) {
      await made.channel.whisper(inbound({ kind, application: "1", token: `t-${kind}` }), refusal);
    }
    for (const { body } of made.discord.rest.replies) {
      expect(body.content).toMatch(/^\\\[free\\\]\\\(https\\:/);
    }
    expect(made.discord.rest.replies).toHaveLength(2);
  });

  test("it never throws", async () => {
    const gone = inbound({ kind: "message", channel: "999", message: "42" });
    await made.channel.whisper(gone, told("No runs.", "told"));
    expect(made.logged).toContain("warn discord private word not delivered");
  });

  const there = (id: string) => ({
    ...inbound({ kind: "message", channel: ids.thread, message: id }),
    key: `msg:${id}`,
  });

  test("thanks get a sign", async () => {
    await made.channel.whisper(there("51"), told("", "reacted"));
    expect(made.discord.rest.reactions).toContain("👍 51");
    expect(made.discord.rest.own(ids.thread)).toEqual([]);
  });

  test("which question was meant is asked where it was said, and a press names the words that it is about", async () => {
    const offers = [
      { questionId: "q_1", label: "Which version?" },
      { questionId: "q_2", label: "Where?" },
    ];
    await made.channel.whisper(there("52"), { type: "asked", text: "Which?", runId: null, offers });
    const [word] = made.discord.rest.own(ids.thread);
    expect(word?.content).toBe("Which?");
    const drawn = JSON.stringify(word?.components);
    expect(drawn.match(/meant\|[^"]*/g)).toEqual(["meant|q_1|52", "meant|q_2|52"]);
    happens(press("1301", "meant|q_2|52"));
    expect((await accepted()).intent).toEqual({ type: "meant", key: "msg:52", questionId: "q_2" });
  });
});

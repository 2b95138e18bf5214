/** Commands, buttons and forms: answered in time, remembered once, and honest in private. */
import { describe, expect, test } from "vitest";
import type { Question } from "../../../src/core/question.ts";
import { theBed, told, until } from "../../support/discord/bed.ts";
import { ids, menu, message, press, slash, submit } from "../../support/discord/payloads.ts";
import { questionWith } from "../../support/question.ts";

const at = theBed();
const { accepted, happens } = at;

function callbacks(): { type: number; data: Record<string, unknown> }[] {
  return at.made.discord.rest.callbacks.map(({ type, data }) => ({ type, data }));
}

const hidden = { type: 5, data: { flags: 64 } };
const silently = { type: 6, data: {} };

function asks(change: Partial<Question> = {}): Question {
  const text = "Which version should I deploy?";
  const question = questionWith({ callId: "call_1", text, audience: ["requester"], ...change });
  at.made.inlet.questions.set(question.id, { runId: "run_1", question, askedAt: 0, settledAt: null });
  return question;
}

function approval(input: unknown): Question {
  return asks({
    id: "q_2",
    kind: "approval",
    call: { tool: "restart_service", input, hash: "h", preview: null },
  });
}

/** The next interaction was acknowledged before, by whomever. */
const alreadyAcknowledged = () => ({
  method: "POST",
  path: /^\/interactions\/10[0-9]+/,
  answer: {
    status: 400,
    body: { code: 40_060, message: "Interaction has already been acknowledged." },
  },
});

describe("commands", () => {
  test("/agent run is acknowledged in private, remembered, and answered there", async () => {
    happens(slash("1001", "run", { task: "restart payments", agent: "ops" }));
    const inbound = await accepted();
    expect(callbacks()).toEqual([hidden]);
    expect(inbound.intent).toMatchObject({ launch: { agent: "ops", task: "restart payments" } });
    expect(inbound.address).toBe(`discord:${ids.guild}/${ids.channel}/new:1001`);
    await at.made.channel.whisper(inbound, told("Started.", "launched"));
    const [reply] = at.made.discord.rest.replies;
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
    at.made.discord.rest.faults.push({ method: "POST", path, answer });
    happens(slash("1003", "run", { task: "late" }));
    happens(slash("1004", "list"));
    expect((await accepted()).key).toBe("interaction:1004");
  });

  test("an interaction told twice (after a resume) is remembered once", async () => {
    const before = at.made.inlet.offered;
    happens(slash("1005", "list"));
    happens(slash("1005", "list"));
    await until(() => expect(at.made.inlet.offered).toBe(before + 2));
    expect(at.made.inlet.accepted).toHaveLength(1);
  });

  test("our own acknowledgement whose interaction could not be stored, told again, is no other program's", async () => {
    const before = at.made.inlet.offered;
    at.made.inlet.failNext = 1;
    happens(slash("1009", "list"));
    await until(() => expect(at.made.inlet.offered).toBe(before + 1));
    at.made.discord.rest.faults.push(alreadyAcknowledged());
    happens(slash("1009", "list"));
    await until(() => expect(at.made.inlet.offered).toBe(before + 2));
    expect(at.made.channel.health().ok).toBe(true);
  });

  test("what another program acknowledged (40060) is told by health; our own, told twice, is not", async () => {
    const before = at.made.inlet.offered;
    happens(slash("1007", "list"));
    await accepted();
    at.made.discord.rest.faults.push(alreadyAcknowledged());
    happens(slash("1007", "list"));
    await until(() => expect(at.made.inlet.offered).toBe(before + 2));
    expect(at.made.channel.health().ok).toBe(true);
    at.made.discord.rest.faults.push(alreadyAcknowledged());
    happens(slash("1008", "list"));
    await until(() => expect(at.made.channel.health().ok).toBe(false));
    expect(at.made.channel.health().detail).toContain("another program answers with this bot's token");
  });

  test("what could not be stored is said to whoever asked", async () => {
    at.made.inlet.failNext = 1;
    happens(slash("1006", "run", { task: "restart" }));
    await until(() => expect(at.made.discord.rest.replies[0]?.body.content).toContain("try again"));
    expect(at.made.inlet.accepted).toHaveLength(0);
  });
});

describe("buttons", () => {
  test("a choice changes nothing in private: the question itself will", async () => {
    happens(press("1101", "choose|q_1|v1.2.3"));
    const inbound = await accepted();
    expect(callbacks()).toEqual([silently]);
    expect(inbound.intent).toEqual({ type: "choose", questionId: "q_1", value: "v1.2.3" });
    await at.made.channel.whisper(inbound, told("Answered.", "answered"));
    expect(at.made.discord.rest.replies).toEqual([]);
  });

  test("a refusal is told to the one who pressed, nobody else", async () => {
    happens(press("1102", "approve|q_1"));
    const inbound = await accepted();
    await at.made.channel.whisper(inbound, told("Only @oncall may approve.", "refused"));
    const [reply] = at.made.discord.rest.replies;
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
    await until(() => expect(at.made.discord.rest.replies[0]?.body.content).toContain("not JSON"));
    expect(at.made.inlet.accepted).toHaveLength(0);
  });

  test("what the tool does not take is given back, and the form offers it again", async () => {
    approval({ service: "payments", replicas: 3 });
    at.made.inlet.wrongEdit = async () => ({ code: "answer_invalid", message: "replicas: at most 10" });
    happens(submit("1211", "form:edit|q_2", { service: "billing", replicas: "300" }));
    await until(() => expect(at.made.discord.rest.replies).toHaveLength(1));
    const { content, components } = at.made.discord.rest.replies[0]?.body ?? {};
    expect(content).toBe("replicas: at most 10\n\nYou wrote:\nservice: billing\nreplicas: 300");
    const again = "again|q_2|1211";
    expect(components).toMatchObject([{ components: [{ label: "Edit again", custom_id: again }] }]);
    expect(at.made.inlet.accepted).toEqual([]);

    happens(press("1212", again));
    await until(() => expect(callbacks().at(-1)).toMatchObject({ type: 9 }));
    expect(JSON.stringify(callbacks().at(-1)?.data)).toMatch(/"value":"billing".*"value":"300"/);
    at.made.inlet.wrongEdit = async () => null;
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
    at.made.inlet.questions.set(question.id, { runId: "run_1", question, askedAt: 0, settledAt: 1 });
    happens(press("1209", "reply|q_1"));
    await until(() => expect(callbacks()[0]).toMatchObject({ type: 4, data: { flags: 64 } }));
  });
});

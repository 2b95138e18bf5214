/** Every kind of payload, read as an inbound message: one snapshot a kind. */
import { describe, expect, test } from "vitest";
import { parse } from "../../../adapters/slack/listen/parse.ts";
import { bot, recorded, recordedEvent } from "../../support/slack/payloads.ts";

const kinds = [
  "app-mention",
  "mention-in-thread",
  "thread-reply",
  "direct-message",
  "message-with-file",
  "shared-channel-message",
  "session-stopped",
  "app-uninstalled",
  "slash-command",
  "press-approve",
  "press-choose",
  "press-stop",
  "press-refuse",
  "press-edit",
  "press-undo",
  "submit-refuse",
  "submit-reply",
  "submit-edit",
  "submit-edit-json",
  "message-shortcut",
];

test.each(kinds)("%s is read", async (kind) => {
  const read = JSON.stringify(parse(recorded(kind), bot), null, 2);
  await expect(`${read}\n`).toMatchFileSnapshot(`../../fixtures/slack/parsed/${kind}.json`);
});

test("Ask the agent on a message of one's own takes its words for the task", () => {
  const payload = recorded("message-shortcut") as { user: { id: string }; message: { user: string } };
  const own = { ...payload, message: { ...payload.message, user: payload.user.id } };
  expect(read(own)).toMatchObject({ intent: { text: "payments answers 500 since the deploy" }, context: [] });
});

function read(payload: unknown) {
  const parsed = parse(payload, bot);
  if (parsed?.type !== "inbound") throw new Error(`not an inbound message: ${JSON.stringify(parsed)}`);
  return parsed.inbound;
}

describe("who speaks", () => {
  test("somebody of another workspace is a guest under their own workspace's id", () => {
    const { actor } = read(recorded("shared-channel-message"));
    expect(actor).toMatchObject({ principal: "slack:T2/U9", guest: true });
  });

  test("the organisation of an Enterprise Grid stands for its workspace", () => {
    const { actor } = read(recordedEvent("app-mention", { user_team: "E1" }));
    expect(actor).toMatchObject({ principal: "slack:T1/U1", guest: false });
  });

  test("a click from another workspace is a guest's too", () => {
    const user = { id: "U9", name: "robin", team_id: "T2" };
    expect(read(recorded("press-approve", { user })).actor).toMatchObject({
      principal: "slack:T2/U9",
      guest: true,
    });
  });
});

describe("what is meant", () => {
  test("a plain reply is not addressed to the bot, a mention and a direct message are", () => {
    const addressed = (kind: string) => read(recorded(kind)).intent;
    expect(addressed("thread-reply")).toMatchObject({ addressed: false });
    expect(addressed("app-mention")).toMatchObject({ addressed: true });
    expect(addressed("direct-message")).toMatchObject({ addressed: true });
  });

  test("the root of the thread is the address, never the reply", () => {
    expect(read(recorded("mention-in-thread")).address).toBe("slack:T1/C1/1764000000.000100");
    const rootWithReplies = recordedEvent("app-mention", { thread_ts: "1764000000.000100" });
    expect(read(rootWithReplies).address).toBe("slack:T1/C1/1764000000.000100");
  });

  test("Slack's markup is read as the person wrote it", () => {
    const text = "<@U0BOT|belay> ask <@U2> in <#C2|ops> about <mailto:a@b.example|a@b.example> &lt;now&gt;";
    expect(read(recordedEvent("app-mention", { text })).intent).toMatchObject({
      text: "ask <@U2> in #ops about a@b.example <now>",
    });
  });

  test("an empty mention is still addressed to the bot", () => {
    expect(read(recordedEvent("app-mention", { text: "<@U0BOT>" })).intent).toMatchObject({
      text: "",
      addressed: true,
    });
  });
});

describe("for whom it is", () => {
  const facts = (text: string, change: Record<string, unknown> = {}) =>
    read(recordedEvent("thread-reply", { text, ...change })).intent;

  test.each([
    "`<@U0BOT> restart payments`",
    "```\n<@U0BOT> restart payments\n```",
    "```<@U0BOT> restart payments```",
    "&gt; <@U0BOT> restart payments",
    "&gt;&gt;&gt; he said\n<@U0BOT> restart payments",
    "look:\n&gt; <@U0BOT> restart payments\nwhy was that?",
    "&lt;@U0BOT&gt; restart payments",
  ])("a mention that is shown is none: %j", (text) => {
    expect(facts(text)).toMatchObject({ addressed: false });
  });

  test("code and quotes are told, and decide nothing", () => {
    expect(facts("<@U0BOT> why `stop`?\n&gt; all is well")).toMatchObject({
      addressed: true,
      text: "why `stop`?\n> all is well",
      said: "why  ?",
    });
    expect(facts("<@U0BOT> stop")).not.toHaveProperty("said");
  });

  test.each([
    ["<@U2> which environment do we use these days?", true],
    ["<@U2|oncall> <!subteam^S9|@ops>, look", true],
    ["<!here> look", true],
    ["<@U2> hold on, <@U0BOT> is at it", true],
    ["Hey <@U2>, which environment do we use these days?", true],
    ["hi <!here>, who has the pager?", true],
    ["thanks <@U2>!", true],
    [":tada: <@U2|oncall>", true],
    ["hi <@U2>, we let <@U0BOT> do it", false],
    ["thanks <@U2>, it is staging", false],
    ["stop, <@U2> does it by hand", false],
    ["no, <@U2> has it", false],
    ["<@U2> <@U0BOT> stop", false],
    ["<@U0BOT> ask <@U2>", false],
    ["ask <@U2>", false],
    ["#ops is <#C2|ops>", false],
  ])("%j begins with others: %j", (text, toOthers) => {
    expect("toOthers" in facts(text)).toBe(toOthers);
  });

  test("whose thread it is: ours where its root is, theirs where people began it", () => {
    expect(facts("v1", { parent_user_id: "U0BOT" })).toMatchObject({ thread: "ours" });
    expect(facts("v1", { parent_user_id: "U1" })).toMatchObject({ thread: "theirs" });
    expect(read(recorded("app-mention")).intent).toMatchObject({ thread: "ours" });
    expect(read(recorded("direct-message")).intent).toMatchObject({ thread: "direct", near: "slack:T1/D1/" });
    const reply = recordedEvent("direct-message", { thread_ts: "1764000000.000100" });
    expect(read(reply).intent).not.toHaveProperty("near");
  });

  test("words are as old as their message", () => {
    const at = (ts: string) => read(recordedEvent("thread-reply", { ts })).writtenAt;
    expect(at("1764000090.461939")).toBe(1_764_000_090_461);
    // A counter instead of a fraction: the second is all that is known.
    expect(at("1764000090.000300")).toBe(1_764_000_090_999);
  });

  const edited = (before: string, after: string) => {
    const { event } = recorded("message-changed") as { event: Record<string, object> };
    const previous_message = { ...event.previous_message, text: before };
    return recordedEvent("message-changed", { previous_message, message: { ...event.message, text: after } });
  };

  test("a mention that an edit adds is said with the edit; any other edit is a change of what was said", () => {
    const { key, intent, writtenAt, actor } = read(edited("restart payments", "<@U0BOT> restart payments"));
    expect(intent).toMatchObject({ text: "restart payments", addressed: true, thread: "ours" });
    expect({ key, writtenAt, who: actor.principal }).toEqual({
      key: read(recorded("app-mention")).key,
      writtenAt: 1_764_000_140_999,
      who: "slack:T1/U1",
    });
    const change = read(edited("<@U0BOT> restart", "<@U0BOT> restart payments"));
    expect(change).toMatchObject({
      key: expect.stringContaining(`${key}/changed/`),
      intent: { type: "changed", key, text: "restart payments" },
    });
    expect(read(edited("restart", "`<@U0BOT> restart`")).intent).toMatchObject({ type: "changed" });
    expect(parse(edited("restart", "restart"), bot)).toBeNull();
    const { event } = edited("eu", "us") as { event: { message: object } };
    const shown = { ...event.message, subtype: "thread_broadcast" };
    const answer = recordedEvent("message-changed", { ...event, message: shown });
    expect(read(answer).intent).toMatchObject({ type: "changed", text: "us" });
  });
});

describe("submitted modals", () => {
  const view = recorded("submit-edit").view as Record<string, unknown>;
  const submitted = (values: unknown) =>
    parse(recorded("submit-edit", { view: { ...view, state: { values } } }), bot);

  test.each([
    ["{broken", "JSON"],
    ["[1]", "JSON object"],
    ["null", "JSON object"],
  ])("%s instead of arguments is told under the input", (value, words) => {
    expect(submitted({ arguments: { json: { value } } })).toEqual({
      type: "invalid",
      errors: { arguments: expect.stringContaining(words) },
    });
  });

  test.each(["", "three", "12345678901234567890", "Infinity"])("%j is no number", (value) => {
    expect(submitted({ "arg:n": { number: { value } } })).toEqual({
      type: "invalid",
      errors: { "arg:n": "This must be a number." },
    });
  });

  test("an argument named like a prototype stays an argument", () => {
    const parsed = submitted({ "arg:__proto__": { string: { value: "x" } } });
    expect(JSON.stringify(parsed)).toContain('"__proto__":"x"');
  });

  test("an empty reply is not sent", () => {
    const reply = recorded("submit-reply");
    const values = { words: { text: { value: "  " } } };
    const empty = { ...reply, view: { ...(reply.view as object), state: { values } } };
    expect(parse(empty, bot)).toMatchObject({ type: "invalid" });
  });
});

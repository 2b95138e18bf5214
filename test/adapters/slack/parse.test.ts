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

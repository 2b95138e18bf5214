/** Whatever comes through Slack's doors, or is thrown behind them, ends nothing: the next words are heard. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordingInlet } from "../../support/recording-inlet.ts";
import { SlackWorld, type Transport } from "../../support/slack/world.ts";

type Json = Record<string, unknown>;
const deep = (levels: number) =>
  JSON.parse(`${'{"elements":['.repeat(levels)}{}${"]}".repeat(levels)}`) as Json;
const event = (inner: unknown): Json => ({
  type: "event_callback",
  team_id: "T1",
  event_id: "Ev9",
  event: inner,
});
const mention = (change: Json) =>
  event({
    type: "app_mention",
    user: "U1",
    channel: "C1",
    ts: "1764000000.000100",
    text: "<@U0BOT> x",
    ...change,
  });
const press = (change: Json): Json => ({
  type: "block_actions",
  user: { id: "U1" },
  trigger_id: "1",
  ...change,
});

/** Payloads that are signed, and not as documented. */
const payloads: [string, Json][] = [
  ["no event", event(null)],
  ["an event that is a list", event([])],
  ["an event of no type", event({ type: null })],
  ["an event that nobody knows", event({ type: "teleported", channel: {} })],
  ["null in every field", mention({ user: null, channel: null, ts: null, text: null, thread_ts: null })],
  ["objects for texts", mention({ user: {}, channel: [], ts: 7, text: { a: 1 } })],
  ["a time that is none", mention({ ts: "yesterday", thread_ts: "never" })],
  [
    "blocks, attachments and files of nothing",
    mention({ blocks: [null, 1, {}], attachments: [null, {}], files: "x" }),
  ],
  ["blocks that go very deep", mention({ blocks: [{ type: "rich_text", ...deep(1_000) }] })],
  ["containers that go very deep", mention({ blocks: [{ type: "container", ...deep(1_000) }] })],
  ["a huge text", mention({ text: `<@U0BOT> ${"<".repeat(300_000)}` })],
  ["halves of characters", mention({ text: "<@U0BOT> \ud800 \udc00 \u0000" })],
  [
    "an edit of nothing",
    event({ type: "message", subtype: "message_changed", message: null, previous_message: 3 }),
  ],
  ["a join of nobody", event({ type: "member_joined_channel" })],
  ["tokens that are none", event({ type: "tokens_revoked", tokens: null })],
  ["a press of nothing", press({})],
  ["a press with actions of nothing", press({ actions: [null], channel: null, container: 7, message: [] })],
  [
    "a press whose value is no JSON",
    press({ actions: [{ action_id: "belay:approve:0", value: "{" }], channel: { id: "C1" } }),
  ],
  ["a form of nothing", { type: "view_submission", user: null, view: { callback_id: "belay:edit" } }],
  [
    "a form whose data is no JSON",
    {
      type: "view_submission",
      user: { id: "U1" },
      view: { callback_id: "belay:reply", private_metadata: "{", state: null },
    },
  ],
  ["a shortcut of nothing", { type: "message_action", callback_id: "agent_from_message", message: null }],
  ["a command of nothing", { command: "/agent", text: "stop" }],
  ["a kind that nobody knows", { type: "thought", thought: {} }],
];

/** What is thrown behind the door. */
const thrown: [string, () => never | Promise<never>][] = [
  [
    "an error, at once",
    () => {
      throw new Error("the disk is full");
    },
  ],
  ["an error, later", () => Promise.reject(new Error("the disk is full"))],
  [
    "nothing at all",
    () => {
      throw undefined;
    },
  ],
  ["null, later", () => Promise.reject(null)],
  [
    "what holds itself",
    () => {
      const self: Json = {};
      self.self = self;
      throw self;
    },
  ],
  [
    "what can't be told",
    () => {
      throw Object.create(null);
    },
  ],
];

/** What Slack answers where it is asked. */
const answers: [string, string, string][] = [
  ["a person who is null", "users.info", '{"ok":true,"user":null}'],
  ["a person who is a number", "users.info", '{"ok":true,"user":7}'],
  [
    "a person whose name is an object",
    "users.info",
    '{"ok":true,"user":{"profile":{"display_name":{}},"name":[]}}',
  ],
  ["groups of nothing", "usergroups.list", '{"ok":true,"usergroups":[null,{"id":5,"users":"x"}]}'],
  ["a thread of nothing", "conversations.replies", '{"ok":true,"messages":[null,{"ts":null},5]}'],
  ["a thread that is a text", "conversations.replies", '{"ok":true,"messages":"x"}'],
  ["an answer that is no JSON", "conversations.replies", "<html>"],
];

const transports: Transport[] = ["socket", "http"];

describe.each(transports)("over %s", (transport) => {
  let world: SlackWorld;
  let inlet: ReturnType<typeof recordingInlet>;
  const loose: unknown[] = [];
  const note = (error: unknown) => void loose.push(error);

  beforeEach(async () => {
    loose.length = 0;
    process.on("unhandledRejection", note);
    process.on("uncaughtException", note);
    world = await SlackWorld.start(transport);
    inlet = recordingInlet();
    await world.channel.start(inlet);
  });
  afterEach(async () => {
    await world.stop();
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
    expect(loose).toEqual([]);
  });

  /** An answer of any kind, or none: a refused event is sent again, which is Slack's business. */
  const push = (payload: Json) =>
    transport === "http"
      ? world.request(payload).then(() => {})
      : Promise.resolve(void world.edge.sockets.push(kindOf(payload), payload));

  const kindOf = (payload: Json) =>
    payload.command ? "slash_commands" : "event" in payload ? "events_api" : "interactive";

  async function isHeard(): Promise<void> {
    const root = await world.say("<@U0BOT> still there?");
    expect(inlet.accepted.at(-1)).toMatchObject({ address: world.address(root) });
    expect(world.channel.health().ok).toBe(true);
  }

  test.each(payloads)("%s", async (_, payload) => {
    await push(payload);
    await isHeard();
  });

  test.each(thrown)("an engine that throws %s", async (_, throws) => {
    const { accept } = inlet;
    inlet.accept = async () => throws();
    const [heard = {}] = world.eventsOf("<@U0BOT> hello", "1764000000.000100");
    await push(heard);
    inlet.accept = accept;
    await isHeard();
  });

  test.each(answers)("Slack that tells %s", async (_, method, body) => {
    const root = await world.write("payments answers 500");
    world.edge.fail(method, { type: "raw", status: 200, body });
    await world.say("<@U0BOT> why?", { root });
    expect(inlet.accepted).toHaveLength(1);
    await isHeard();
  });
});

describe("frames of the socket itself", () => {
  const frames: [string, string][] = [
    ["no JSON", "{"],
    ["null", "null"],
    ["a number", "7"],
    ["an empty object", "{}"],
    ["no payload", '{"type":"events_api","envelope_id":"e1"}'],
    ["a payload that is null", '{"type":"events_api","envelope_id":"e2","payload":null}'],
    ["a payload that is a text", '{"type":"interactive","envelope_id":"e3","payload":"x"}'],
    ["no envelope", '{"type":"slash_commands","payload":{"command":"/agent"}}'],
    ["a kind that nobody knows", '{"type":"later","envelope_id":"e4","payload":{}}'],
    ["an error", '{"type":"error","envelope_id":"e5","payload":{}}'],
    ["a second hello", '{"type":"hello"}'],
  ];
  const loose: unknown[] = [];
  const note = (error: unknown) => void loose.push(error);

  test.each(frames)("%s", async (_, frame) => {
    loose.length = 0;
    process.on("unhandledRejection", note);
    process.on("uncaughtException", note);
    const world = await SlackWorld.start("socket");
    const inlet = recordingInlet();
    await world.channel.start(inlet);
    world.edge.sockets.sendText(frame);
    await world.say("<@U0BOT> still there?");
    expect(inlet.accepted).toHaveLength(1);
    await world.stop();
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
    expect(loose).toEqual([]);
  });
});

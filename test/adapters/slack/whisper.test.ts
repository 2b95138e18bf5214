/** Private words to the sender of a message: where they are said, and where not. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { recordingInlet } from "../../support/recording-inlet.ts";
import { SlackWorld } from "../../support/slack/world.ts";

let world: SlackWorld;
let root: string;

beforeEach(async () => {
  world = await SlackWorld.start("http");
  await world.channel.start(recordingInlet());
  root = await world.say("<@U0BOT> restart payments");
});
afterEach(() => world.stop());

const from = (replyTo: Record<string, string>): Inbound => ({
  key: "k",
  actor: { principal: "slack:T1/U1", name: "dana", groups: [], guest: false, kind: "person" },
  channel: "slack",
  address: world.address(root),
  intent: { type: "instruction", text: "" },
  replyTo: { channel: world.id("ops"), user: world.id("dana"), root, ...replyTo },
  context: [],
});
const outcome = (type: "noted" | "refused" | "launched" | "done", text = "words") => ({
  type,
  text,
  runId: null,
});
const calls = () =>
  world.edge.calls.map(({ method }) => method).filter((method) => /ephemeral|reactions/i.test(method));

test("a noted reply gets an eye", async () => {
  await world.channel.whisper(from({ via: "message", ts: root }), outcome("noted"));
  await world.edge.until(() => calls().length === 1);
  expect(world.edge.callsOf("reactions.add")[0]?.body).toMatchObject({ name: "eyes", timestamp: root });
});

test("a refused press is told to the presser alone, in the thread", async () => {
  await world.write("on it", { root });
  await world.channel.whisper(from({ via: "press" }), outcome("refused", "Only <!channel> may."));
  await world.edge.until(() => calls().length === 1);
  const told = world.edge.callsOf("chat.postEphemeral")[0]?.body;
  expect(told).toMatchObject({ user: world.id("dana"), thread_ts: root });
  expect(`${told?.text}${told?.blocks}`).not.toContain("<!channel>");
});

describe("where nobody has replied yet, a private word in the thread is seen by nobody", () => {
  test("at the root of a channel it is said beside the message", async () => {
    await world.channel.whisper(from({ via: "message", ts: root }), outcome("refused", "You may not."));
    await world.edge.until(() => calls().length === 1);
    const told = world.edge.callsOf("chat.postEphemeral")[0]?.body;
    expect(told).toMatchObject({ user: world.id("dana"), channel: world.id("ops") });
    expect(told?.thread_ts).toBeUndefined();
  });

  test("in a direct message it is a plain message", async () => {
    const channel = "D1";
    await world.channel.whisper(from({ via: "message", ts: root, channel }), outcome("refused", "Help."));
    await world.edge.until(() => world.edge.callsOf("chat.postMessage").length === 1);
    expect(world.edge.callsOf("chat.postMessage")[0]?.body).toMatchObject({ channel: "D1" });
    expect(calls()).toEqual([]);
  });
});

test("a private word is text: no name in it becomes a link", async () => {
  await world.channel.whisper(from({ via: "press" }), outcome("refused", "[x](https://evil.gg) may not."));
  await world.edge.until(() => calls().length === 1);
  const { blocks } = world.edge.callsOf("chat.postEphemeral")[0]?.body ?? {};
  expect(typeof blocks === "string" ? JSON.parse(blocks) : blocks).toEqual([
    { type: "section", text: { type: "plain_text", text: "[x](https://evil.gg) may not.", emoji: false } },
  ]);
});

test("a command is answered through its URL, or in the channel when that is used up", async () => {
  const url = `${world.edge.url}/respond/1`;
  await world.channel.whisper(from({ via: "slash", response_url: url }), outcome("launched", "On it."));
  await world.edge.until(() => world.edge.responses.length === 1);
  const gone = "http://127.0.0.1:9/respond";
  await world.channel.whisper(from({ via: "slash", response_url: gone }), outcome("done", "Stopped."));
  await world.edge.until(() => calls().length === 1);
});

test("what the thread shows anyway is not said again", async () => {
  await world.channel.whisper(from({ via: "message", ts: root }), outcome("launched"));
  await world.channel.whisper(from({ via: "press" }), outcome("done"));
  await world.channel.stop();
  expect(calls()).toEqual([]);
});

test("a word that can't be delivered harms nobody", async () => {
  world.edge.fail("chat.postEphemeral", { type: "500" });
  await world.channel.whisper(from({ via: "press" }), outcome("refused"));
  await world.channel.stop();
  expect(calls()).toEqual(["chat.postEphemeral"]);
});

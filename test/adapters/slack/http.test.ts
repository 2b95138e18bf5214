/** The HTTP endpoint's door: who may come in, and what is said to whom may not. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { recordingInlet } from "../../support/recording-inlet.ts";
import { SlackWorld } from "../../support/slack/world.ts";

let world: SlackWorld;
const inlet = recordingInlet();
beforeAll(async () => {
  world = await SlackWorld.start("http");
  await world.channel.start(inlet);
});
afterAll(() => world.stop());

const hello = () => world.eventsOf("<@U0BOT> hello", "1764000000.000100")[0] ?? {};

test("the challenge is answered, but only with a signature", async () => {
  const challenge = { type: "url_verification", challenge: "3eZbrw1a" };
  const answer = await world.request(challenge);
  expect(await answer.json()).toEqual({ challenge: "3eZbrw1a" });
  const stranger = await world.request(challenge, { "x-slack-signature": "v0=00" });
  expect(stranger.status).toBe(401);
});

test.each([
  ["a bad signature", { "x-slack-signature": `v0=${"0".repeat(64)}` }, 401, "bad_signature"],
  ["an old request", { "x-slack-request-timestamp": "1700000000" }, 401, "stale_signature"],
  ["a request from the future", { "x-slack-request-timestamp": "4100000000" }, 401, "stale_signature"],
  ["another content type", { "content-type": "multipart/form-data" }, 415, "unsupported_media_type"],
])("%s is refused", async (_, headers, status, error) => {
  const answer = await world.request(hello(), headers);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ error });
  expect(inlet.accepted).toEqual([]);
});

test("other paths and methods are not Slack's", async () => {
  expect(world.channel.handle(new Request("http://127.0.0.1/slack/other", { method: "POST" }))).toBeNull();
  const get = await world.channel.handle(new Request("http://127.0.0.1/slack/events"));
  expect(get?.status).toBe(405);
});

test("without a signing secret there is no endpoint", () => {
  const channel = world.makeChannel({ signingSecret: null });
  expect(channel.handle(new Request("http://127.0.0.1/slack/events", { method: "POST" }))).toBeNull();
});

test("Slack's certificate check is answered with nothing", async () => {
  const answer = await world.request({ command: "", ssl_check: "1" });
  expect(answer.status).toBe(200);
  const get = await world.channel.handle(new Request("http://127.0.0.1/slack/events?ssl_check=1"));
  expect(get?.status).toBe(200);
});

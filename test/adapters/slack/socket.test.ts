/** The Socket Mode connection: opens, stays, comes back, and says so. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordingInlet } from "../../support/recording-inlet.ts";
import { SlackWorld } from "../../support/slack/world.ts";

let world: SlackWorld;
let inlet: ReturnType<typeof recordingInlet>;
beforeEach(async () => {
  world = await SlackWorld.start("socket");
  inlet = recordingInlet();
});
afterEach(() => world.stop());

const healthy = () => world.channel.health().ok;

test("when Slack recycles the connection, the next one is there at once", async () => {
  await world.channel.start(inlet);
  const asked = Date.now();
  world.edge.sockets.sendRaw({ type: "disconnect", reason: "refresh_requested" });
  await world.edge.until(() => world.edge.sockets.connections === 2);
  expect(Date.now() - asked).toBeLessThan(3000);
  await expect.poll(healthy).toBe(true);
  await world.say("<@U0BOT> still there?");
  expect(inlet.accepted).toHaveLength(1);
});

test("a cut connection comes back, also when Slack can't be reached for a while", async () => {
  await world.channel.start(inlet);
  world.edge.fail("apps.connections.open", { type: "unsent" }, { type: "500" });
  world.edge.sockets.cut();
  await expect.poll(healthy).toBe(false);
  await world.edge.until(() => world.edge.sockets.connections === 2);
  await expect.poll(healthy).toBe(true);
});

test("a wrong app token stops the start with words for the operator", async () => {
  world.channel = world.makeChannel({ appToken: "xapp-wrong" });
  await expect(world.channel.start(inlet)).rejects.toThrow(/Socket Mode.*invalid_auth.*SLACK_APP_TOKEN/);
  expect(world.channel.health()).toEqual({ ok: false, detail: expect.stringContaining("invalid_auth") });
});

test("a wrong bot token stops the start with words for the operator", async () => {
  world.channel = world.makeChannel({ botToken: "xoxb-wrong" });
  await expect(world.channel.start(inlet)).rejects.toThrow(/invalid_auth.*SLACK_BOT_TOKEN/);
});

test("stopping while nothing is connected ends", async () => {
  await world.channel.stop();
  expect(world.channel.health().ok).toBe(false);
});

test("the same envelope again is remembered once", async () => {
  await world.channel.start(inlet);
  const [event] = world.eventsOf("<@U0BOT> hello", "1764000000.000100");
  await world.edge.sockets.push("events_api", event, "envelope-same");
  await world.edge.sockets.push("events_api", event, "envelope-same");
  expect(inlet.accepted).toHaveLength(1);
});

test("a start that failed can be tried again, and what is said then is heard once", async () => {
  world.edge.fail("auth.test", { type: "500" });
  await expect(world.channel.start(inlet)).rejects.toThrow(/Slack can.t be reached.*statusCode = 500/);
  world.edge.fail("apps.connections.open", { type: "500" }, { type: "429", seconds: 1 }, { type: "unsent" });
  for (let n = 0; n < 3; n += 1) await expect(world.channel.start(inlet)).rejects.toThrow(/Socket Mode/);
  expect(healthy()).toBe(false);
  await world.channel.start(inlet);
  expect(healthy()).toBe(true);
  expect(world.edge.sockets.connections).toBe(1);
  await world.say("<@U0BOT> hello");
  expect(inlet.accepted).toHaveLength(1);
});

test("a connection that closes before its hello fails the start, and the next start works", async () => {
  world.edge.sockets.greets = false;
  const started = world.channel.start(inlet);
  const failed = expect(started).rejects.toThrow(/closed before the hello/);
  await world.edge.until(() => world.edge.sockets.connections === 1);
  world.edge.sockets.cut();
  await failed;
  world.edge.sockets.greets = true;
  await world.channel.start(inlet);
  expect(healthy()).toBe(true);
});

test("stopping after a failed start, and while one is on its way, ends and leaves nothing connected", async () => {
  world.edge.fail("apps.connections.open", { type: "500" });
  await expect(world.channel.start(inlet)).rejects.toThrow(/Socket Mode/);
  await world.channel.stop();
  world.channel = world.makeChannel();
  const started = world.channel.start(inlet).catch(() => undefined);
  await world.channel.stop();
  await started;
  await expect.poll(() => world.edge.sockets.open).toBe(0);
  expect(healthy()).toBe(false);
});

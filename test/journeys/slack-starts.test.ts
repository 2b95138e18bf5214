/** Where else a run in Slack can start: from a message, in a direct message, by a verb. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bot, startBot } from "../support/bot.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { shows } from "../support/slack/shows.ts";
import { SlackWorld } from "../support/slack/world.ts";

let world: SlackWorld;
let bot: Bot;
afterEach(async () => {
  await bot.stop();
  await world.stop();
});

describe("where else a run can start", () => {
  beforeEach(async () => {
    world = await SlackWorld.start("http");
  });

  test("Ask the agent on a message hands over its thread, fenced as what it is: data", async () => {
    const model = scripted(finalAnswer("It was the deploy."), finalAnswer("Yes."));
    bot = await startBot({ model, channels: [world.channel] });
    const root = await world.write("payments answers 500");
    const ts = await world.write("since the deploy", { root });
    await world.deliver({
      type: "message_action",
      callback_id: "agent_from_message",
      team: { id: world.team, domain: "example" },
      user: { id: world.id("oncall"), username: "oncall", team_id: world.team },
      channel: { id: world.id("ops"), name: "ops" },
      trigger_id: await world.trigger("oncall"),
      message_ts: ts,
      message: { type: "message", ts, thread_ts: root, user: world.id("dana"), text: "since the deploy" },
    });
    await shows(world, root, /^Help with the message that is quoted here\. — done in/);
    const said = JSON.stringify(model.requests[0]?.input);
    expect(said).toMatch(/the Slack thread.*payments answers 500/);
    expect(said).toMatch(/<data source=\\"the message\\" trusted=\\"no\\">\\nsince the deploy/);
    const runId = (await bot.store.runAt(world.address(root))) ?? "";
    expect((await bot.engine.state(runId))?.readUntrusted).toBe(true);
  });

  test("a direct message needs no mention, and a mention in a thread with a finished run continues it", async () => {
    const model = scripted(finalAnswer("Hello."), finalAnswer("One."), finalAnswer("Two."));
    bot = await startBot({ model, channels: [world.channel] });
    const ts = await world.write("hello");
    const event = { type: "message", channel_type: "im", user: world.id("dana"), team: world.team };
    await world.deliver(world.eventOf({ ...event, text: "hello", ts, channel: world.id("ops") }));
    await shows(world, ts, /^hello — done in/);
    const root = await world.say("<@U0BOT> count");
    await shows(world, root, /^count — done in/);
    await world.say("<@U0BOT> further", { root });
    await shows(world, root, /^count — done in/, /^further — done in/);
    expect(JSON.stringify(model.requests[2]?.input)).toContain("One.");
  });

  test("verbs: help and list are told privately, stop stops the run of the thread, one that is not known is refused", async () => {
    bot = await startBot({ model: scripted(calling(ask("Which version?"))), channels: [world.channel] });
    const root = await world.say("<@U0BOT> deploy payments");
    await shows(world, root, /waiting/, /^Question/);
    for (const text of ["", "list", "agents", "status", "status run_unknown"]) await world.slash(text);
    await world.edge.until(() => world.edge.responses.length === 5);
    const words = world.edge.responses.map(({ text }) => String(text).replaceAll("\u200b", ""));
    for (const word of [
      /starts a run/,
      /deploy payments/,
      /A test agent/,
      /waiting for an answer/,
      /no such run/,
    ]) {
      expect(words).toContainEqual(expect.stringMatching(word));
    }
    await world.say("<@U0BOT> stop", { root });
    await shows(world, root, /cancelled/, /^Withdrawn/);
  });
});

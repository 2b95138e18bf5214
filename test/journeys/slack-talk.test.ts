/**
 * People in one thread while everything goes wrong: Slack asks for patience, the bot is started anew between question
 * and answer, an answer is edited and deleted after it was heard. One run, one answer, each card once.
 */
import { expect, onTestFinished, test } from "vitest";
import { type Bot, startBot } from "../support/bot.ts";
import { openStore } from "../support/deployment.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { shows } from "../support/slack/shows.ts";
import { SlackWorld } from "../support/slack/world.ts";

test("one run and one answer, whatever is edited, deleted and tried again around it", async () => {
  const world = await SlackWorld.start("http");
  const store = await openStore();
  let bot: Bot | null = null;
  onTestFinished(async () => {
    await bot?.stop();
    await world.stop();
  });
  const model = scripted(calling(ask("Which version?")), finalAnswer("Deployed v1.2.3."));

  bot = await startBot({ store, model, channels: [world.channel] });
  const root = await world.write("payments answers 500");
  world.edge.fail(
    "chat.postMessage",
    { type: "429", seconds: 1 },
    { type: "none" },
    { type: "429", seconds: 1 },
  );
  await world.say("<@U0BOT> deploy payments", { root });
  await world.say(`<@${world.id("oncall")}> is that wise?`, { root, user: "eve" });
  await shows(world, root, /^deploy payments — waiting for an answer$/, /^Question: Which version\?$/);

  await bot.stop();
  world.channel = world.makeChannel();
  bot = await startBot({ store, model, channels: [world.channel] });
  world.edge.fail("chat.update", { type: "429", seconds: 1 });
  await world.say("thanks all", { root, user: "eve" });
  const answer = await world.say("v1.2.3", { root });
  const heard = { source: "slack", key: `msg:${world.team}/${world.id("ops")}/${answer}` };
  await expect.poll(async () => (await bot?.store.inboxRow(heard))?.outcome).toBe("answered");
  const former = { user: world.id("dana"), text: "v1.2.3", ts: answer, thread_ts: root, team: world.team };
  const changed = { ...former, text: "v9.9.9", edited: { user: former.user, ts: `${answer}1` } };
  const at = { type: "message", channel: world.id("ops"), previous_message: former };
  await world.deliver(world.eventOf({ ...at, subtype: "message_changed", message: changed }));
  const again = { ...changed, text: "v9.9.10", edited: { user: former.user, ts: `${answer}2` } };
  await world.deliver(world.eventOf({ ...at, subtype: "message_changed", message: again }));
  await world.deliver(world.eventOf({ ...at, subtype: "message_deleted", deleted_ts: answer }));
  await shows(world, root, /^deploy payments — done in/, /^Answered by dana: Which version\?$/);

  const runs = await store.runs({ limit: 10 });
  expect(runs).toHaveLength(1);
  const events = await store.read(runs[0]?.runId ?? "");
  expect(events.flatMap((event) => (event.type === "question_answered" ? [event.answer] : []))).toEqual([
    "v1.2.3",
  ]);
  // Told once, and in private, what it was taken as.
  await world.edge.until(() => world.edge.callsOf("chat.postEphemeral").length > 0);
  await bot.stop();
  const told = world.edge.callsOf("chat.postEphemeral").map(({ body }) => body);
  expect(told).toMatchObject([{ user: world.id("dana"), thread_ts: root }]);
  expect(JSON.stringify(told)).toContain('was taken as \\"v1.2.3\\" before you changed it');
});

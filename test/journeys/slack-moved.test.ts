/** A private channel is shared with another company and gets another id: its threads go on as if nothing had happened. */
import { expect, onTestFinished, test } from "vitest";
import { type Bot, startBot } from "../support/bot.ts";
import { openStore } from "../support/deployment.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { shows } from "../support/slack/shows.ts";
import { SlackWorld } from "../support/slack/world.ts";

/** Slack knows nothing under this id any more: it is that of #ops before it was shared. */
const former = "G0FORMER01";

async function sharedChannel(model: ReturnType<typeof scripted>) {
  const world = await SlackWorld.start("http");
  const store = await openStore();
  let bot: Bot = await startBot({ store, model, channels: [world.channel] });
  onTestFinished(async () => {
    await bot.stop();
    await world.stop();
  });
  const address = (root: string) => `slack:${world.team}/${former}/${root}`;
  return {
    world,
    store,
    address,
    /** As Slack told of it before: under the former id. */
    async saidBefore(text: string): Promise<string> {
      const ts = await world.write(text);
      for (const event of world.eventsOf(text, ts)) {
        await world.deliver({ ...event, event: { ...(event.event as object), channel: former } });
      }
      return ts;
    },
    moves: () =>
      world.deliver(
        world.eventOf({
          type: "channel_id_changed",
          old_channel_id: former,
          new_channel_id: world.id("ops"),
          event_ts: String(Date.now() / 1_000),
        }),
      ),
    async restart() {
      await bot.stop();
      world.channel = world.makeChannel();
      bot = await startBot({ store, model, channels: [world.channel] });
    },
    tasks: async () => (await store.runs({ limit: 9 })).map(({ task }) => task).reverse(),
  };
}

test("a run that asks there is answered there, over a restart, and what is edited is not heard anew", async () => {
  const model = scripted(calling(ask("Which version?")), finalAnswer("Deployed v1.2.3."));
  const { world, store, saidBefore, moves, restart, tasks, address } = await sharedChannel(model);
  const root = await saidBefore("<@U0BOT> deploy payments");
  await expect.poll(() => store.runAt(address(root))).not.toBeNull();
  await moves();
  await moves();
  await shows(world, root, /^deploy payments — waiting for an answer$/, /^Question: Which version\?$/);

  await restart();
  const before = { user: world.id("dana"), text: "<@U0BOT> deploy payments", ts: root, team: world.team };
  const edited = { ...before, text: "<@U0BOT> deploy payments, please", edited: { ts: `${root}1` } };
  const place = { type: "message", subtype: "message_changed", channel: world.id("ops") };
  await world.deliver(world.eventOf({ ...place, message: edited, previous_message: before }));
  await world.say("v1.2.3", { root });
  await shows(world, root, /^deploy payments — done in/, /^Answered by dana: Which version\?$/);
  expect(await tasks()).toEqual(["deploy payments"]);
});

test("a press stops the run there, and what begins later is said to be where it is now", async () => {
  const model = scripted(calling(ask("Which version?")), finalAnswer("Fine."));
  const { world, store, saidBefore, moves, tasks, address } = await sharedChannel(model);
  const root = await saidBefore("<@U0BOT> deploy payments");
  await expect.poll(() => store.runAt(address(root))).not.toBeNull();
  await moves();
  const [card] = await shows(world, root, /waiting for an answer$/, /^Question/);
  if (!card) throw new Error("nothing to press");
  await world.press("stop", card);
  await shows(world, root, /^deploy payments — cancelled$/, /^Withdrawn/);
  const later = await world.say("<@U0BOT> how is it?");
  await shows(world, later, /^how is it\? — done in/);
  expect(await store.runAt(world.address(later))).not.toBeNull();
  expect(await tasks()).toEqual(["deploy payments", "how is it?"]);
});

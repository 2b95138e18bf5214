/**
 * Slack in trouble, with the real engine: what somebody should see comes, and who somebody is gets asked again. Most of
 * it is waiting, for a turn or for another try, so all of it happens at the same time.
 */
import { describe, type TestContext, test } from "vitest";
import { startBot } from "../support/bot.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import type { Fault } from "../support/slack/edge.ts";
import { SlackWorld } from "../support/slack/world.ts";

function askingOnce() {
  return scripted(calling(ask("Which version?")), finalAnswer("Deployed v1.2.3."));
}

/** A Slack of the test's own, with a bot that asks for a version. */
async function slackOf({ expect, onTestFinished }: TestContext, model = askingOnce()) {
  const world = await SlackWorld.start("http");
  const bot = await startBot({ model, channels: [world.channel] });
  onTestFinished(async () => {
    await bot.stop();
    await world.stop();
  });
  const shows = (root: string, ...lines: RegExp[]) =>
    expect
      .poll(() => world.screen(root), { interval: 30 })
      .toEqual(lines.map((line) => expect.stringMatching(line)));
  return { world, shows };
}

const faults: [string, Fault][] = [
  ["a proxy's page with status 200", { type: "raw", status: 200, body: "<html>" }],
  ["a proxy's page with status 403", { type: "raw", status: 403, body: "<html>" }],
  ["an answer cut in the middle", { type: "cut" }],
  ["a token that fails for a while", { type: "error", code: "invalid_auth" }],
];

describe.concurrent("in Slack", () => {
  test.for(faults)(
    "%s at the card and at the question: both stand once, and the run goes on",
    async ([_, fault], context) => {
      const { world, shows } = await slackOf(context);
      world.edge.fail("chat.postMessage", fault, fault);
      const root = await world.say("<@U0BOT> deploy payments");
      await shows(root, /^deploy payments — waiting for an answer$/, /^Question: Which version\?$/);
      world.edge.fail("chat.update", fault);
      await world.say("v1.2.3", { root });
      await shows(root, /^deploy payments — done in/, /^Answered by dana: Which version\?$/);
    },
  );

  test("a question in an archived channel comes when the channel is back", async (context) => {
    const { world, shows } = await slackOf(context);
    const archived = { type: "error", code: "is_archived" } as const;
    world.edge.fail("chat.postMessage", archived);
    const root = await world.say("<@U0BOT> deploy payments");
    // The requester is told by direct message meanwhile.
    await world.edge.until(() =>
      world.edge.callsOf("chat.postMessage").some(({ body }) => body.channel === world.id("dana")),
    );
    await world.deliver(world.eventOf({ type: "channel_unarchive", channel: world.id("ops"), user: "U1" }));
    await shows(root, /^deploy payments — waiting for an answer$/, /^Question: Which version\?$/);
  });

  test("a member whom Slack does not show in time is asked for again, and heard", async (context) => {
    const { world, shows } = await slackOf(context);
    world.edge.fail("users.info", { type: "429", seconds: 1 });
    const root = await world.say("<@U0BOT> deploy payments");
    await shows(root, /^deploy payments — waiting for an answer$/, /^Question: Which version\?$/);
  });

  test("a stop behind a mention whose writer is not known yet stops that run, and no other", async (context) => {
    const { world, shows } = await slackOf(context, scripted(calling(ask("Which version?"))));
    const own = await world.say("<@U0BOT> deploy ledger");
    await shows(own, /^deploy ledger — waiting for an answer$/, /^Question: Which version\?$/);
    const asked = world.edge.callsOf("users.info").length;
    const busy = { type: "429", seconds: 1 } as const;
    world.edge.fail("users.info", busy, busy);
    const root = await world.say("<@U0BOT> deploy payments", { user: "lee" });
    // On arrival, and once more where the message is worked off.
    await world.edge.until(() => world.edge.callsOf("users.info").length === asked + 2);
    await world.say("<@U0BOT> stop", { root });
    await shows(root, /^deploy payments — cancelled$/);
    await shows(own, /^deploy ledger — waiting for an answer$/, /^Question: Which version\?$/);
  });
});

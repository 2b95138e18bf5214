/** A thread that a mention began is the bot's own as long as its run is there, whatever the inbox has forgotten. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RecordingInlet } from "../../support/recording-inlet.ts";
import { startAsked } from "../../support/slack/asked.ts";
import type { SlackWorld } from "../../support/slack/world.ts";

let world: SlackWorld;
let inlet: RecordingInlet;
let root: string;

beforeEach(async () => {
  ({ world, inlet, root } = await startAsked(Date.now));
});
afterEach(() => world.stop());

async function standingOf(words: string, thread: string): Promise<unknown> {
  await world.say(words, { root: thread });
  const intent = inlet.accepted.at(-1)?.intent;
  return intent?.type === "message" && intent.text.includes(words) ? intent.thread : null;
}

test("plain words in it are for the bot, after the inbox has forgotten the mention too", async () => {
  inlet.runs.set(world.address(root), "run_7f3a");
  expect(await standingOf("and ledger too", root)).toBe("ours");
  inlet.accepted.splice(0);
  expect(await standingOf("and search as well", root)).toBe("ours");
});

test("a thread that people began stays theirs, though it was mentioned there", async () => {
  const theirs = await world.say("payments throws errors again");
  await world.say("<@U0BOT> have a look", { root: theirs });
  inlet.runs.set(world.address(theirs), "run_7f3b");
  inlet.accepted.splice(0);
  expect(await standingOf("it was the deploy", theirs)).toBe("theirs");
});

/**
 * Whom the bot hears in Slack, with the real engine: talk among people starts nothing, and words name their question.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bot, openRights, startBot } from "../support/bot.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { restarting } from "../support/slack/restarting.ts";
import { shows } from "../support/slack/shows.ts";
import { type SlackMessage, SlackWorld } from "../support/slack/world.ts";

let world: SlackWorld;
let bot: Bot;

beforeEach(async () => {
  world = await SlackWorld.start("http");
});
afterEach(async () => {
  await bot.stop();
  await world.stop();
});

/** Everything that arrived so far was worked off. */
async function heardAll(): Promise<void> {
  await expect.poll(async () => (await bot.store.pendingInbox(10)).length).toBe(0);
}

const runs = async () => (await bot.store.runs({ limit: 20 })).length;
const words = () => world.edge.callsOf("chat.postEphemeral").map(({ body }) => String(body.text));
const signs = () => world.edge.callsOf("reactions.add").map(({ body }) => body.name);

/** The last private word, as a message whose buttons can be pressed. */
function lastWord(root: string): SlackMessage {
  const { blocks = [] } = world.edge.callsOf("chat.postEphemeral").at(-1)?.body ?? {};
  const drawn = typeof blocks === "string" ? JSON.parse(blocks) : blocks;
  return { ts: "1.1", thread_ts: root, user: "U0BOT", text: "", blocks: drawn };
}

test("one mention in an incident's thread is one run, whatever people say to each other there", async () => {
  const model = scripted(finalAnswer("It was the deploy."));
  bot = await startBot({ model, channels: [world.channel] });
  const root = await world.write("payments answers 500");
  await world.say("<@U0BOT> why?", { root });
  await shows(world, root, /done in/);
  for (const text of ["ok, rolling back", "stop", "thanks", "status", "who has the pager?"]) {
    await world.say(text, { root, user: "oncall" });
  }
  await heardAll();
  expect({ runs: await runs(), words: words(), signs: signs() }).toEqual({ runs: 1, words: [], signs: [] });
});

test("who may not is refused what they say to the bot, once, and nothing of what they say to others", async () => {
  const dana = `slack:${world.team}/${world.id("dana")}`;
  const only = { launch: [dana], read: [dana], answer: [dana], approve: [], control: [dana] };
  bot = await startBot({
    model: scripted(calling(ask("Which version?"))),
    channels: [world.channel],
    rights: only,
  });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question/);
  for (const text of ["I would take v2", "yes", "thanks"]) await world.say(text, { root, user: "oncall" });
  await heardAll();
  expect(words()).toEqual([]);
  await world.say("<@U0BOT> v2", { root, user: "oncall" });
  await world.edge.until(() => words().length === 1);
  await shows(world, root, /waiting/, /^Question/);
});

test("words that begin with a colleague's name, or stand in code, answer nothing; thanks get a sign", async () => {
  const model = scripted(calling(ask("Which environment?")), finalAnswer("Deployed."));
  bot = await startBot({ model, channels: [world.channel] });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question/);
  await world.say("<@U2> which environment do we use these days?", { root });
  await heardAll();
  await shows(world, root, /waiting/, /^Question/);
  await world.say("staging", { root });
  await shows(world, root, /done in/, /^Answered/);
  await world.say("thanks!", { root });
  await world.say("🎉", { root });
  await world.say("`<@U0BOT> deploy`");
  await world.edge.until(() => signs().length === 2);
  await heardAll();
  expect({ runs: await runs(), signs: signs() }).toEqual({ runs: 1, signs: ["+1", "+1"] });
});

test("five people talk around a question: it is answered by who answers it, and thanks to each other start nothing", async () => {
  const model = scripted(
    calling(ask("Which environment?", ["staging", "production"])),
    finalAnswer("Deployed."),
  );
  bot = await startBot({ model, channels: [world.channel] });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question/);
  await world.say("hey <@U2>, which environment do we use these days?", { root });
  await heardAll();
  await shows(world, root, /waiting/, /^Question/);
  await world.say("&gt; Which environment?\nstaging.", { root, user: "oncall" });
  await shows(world, root, /done in/, /^Answered by oncall/);
  await world.say("thanks <@U2>!", { root });
  await world.say(":100: <@U3>", { root });
  await world.say(":100:", { root });
  await world.edge.until(() => signs().length === 1);
  await heardAll();
  const events = await bot.store.read((await bot.store.runAt(world.address(root))) ?? "", 0);
  expect(events.filter(({ type }) => type === "question_answered")).toMatchObject([{ answer: "staging" }]);
  expect({ runs: await runs(), words: words() }).toEqual({ runs: 1, words: [] });
});

test.each(["stop", "Stop please!", "<@U0BOT> stop!"])("%j stops the run of the thread", async (text) => {
  bot = await startBot({ model: scripted(calling(ask("Which version?"))), channels: [world.channel] });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question/);
  await world.say(text, { root });
  await shows(world, root, /cancelled/, /^Withdrawn/);
});

test("a command stops the run that it names without what stands before its underscore, or says that it knows none", async () => {
  bot = await startBot({ model: scripted(calling(ask("Which version?"))), channels: [world.channel] });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question/);
  const runId = (await bot.store.runAt(world.address(root))) ?? "";
  await world.slash(`stop ${"0".repeat(20)}`);
  await world.edge.until(() => world.edge.responses.length === 1);
  expect(String(world.edge.responses[0]?.text)).toMatch(/no such run/);
  await world.slash(`stop ${runId.replace("run_", "")}`);
  await shows(world, root, /cancelled/, /^Withdrawn/);
  expect(await runs()).toBe(1);
});

test("a picture that people show each other answers nothing, words beside it do", async () => {
  const model = scripted(calling(ask("Which version?")), finalAnswer("Deployed."));
  bot = await startBot({ model, channels: [world.channel] });
  const root = await world.write("payments answers 500");
  await world.say("<@U0BOT> deploy", { root });
  await shows(world, root, /waiting/, /^Question/);
  const files = [{ id: "F1", name: "graph.png", mimetype: "image/png" }];
  for (const text of ["", "v2"]) {
    const ts = await world.write("graph.png", { root });
    const shown = { root, user: "oncall", shows: { subtype: "file_share", files } };
    for (const event of world.eventsOf(text, ts, shown)) await world.deliver(event);
  }
  await shows(world, root, /done in/, /^Answered by oncall/);
  const events = await bot.store.read((await bot.store.runAt(world.address(root))) ?? "", 0);
  expect(events.filter(({ type }) => type === "question_answered")).toMatchObject([{ answer: "v2" }]);
});

test("Ask the agent in a thread where a question is open tells the run of the message, and answers nothing", async () => {
  bot = await startBot({ model: scripted(calling(ask("Which version?"))), channels: [world.channel] });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question/);
  const ts = await world.write("v2 is broken", { root });
  await world.deliver({
    type: "message_action",
    callback_id: "agent_from_message",
    team: { id: world.team, domain: "example" },
    user: { id: world.id("dana"), name: "dana", team_id: world.team },
    channel: { id: world.id("ops"), name: "ops" },
    trigger_id: await world.trigger("dana"),
    message_ts: ts,
    message: { type: "message", ts, thread_ts: root, user: world.id("oncall"), text: "v2 is broken" },
  });
  await world.edge.until(() => words().length === 1);
  expect(words()).toEqual(["Noted."]);
  const events = await bot.store.read((await bot.store.runAt(world.address(root))) ?? "", 0);
  expect(events.filter(({ type }) => type === "heard")).toMatchObject([
    { context: [{ source: "the message", text: "v2 is broken", trusted: false }] },
  ]);
  await shows(world, root, /waiting/, /^Question/);
});

test("a stop outside of any run's thread is for what still goes on, whatever has ended since", async () => {
  const model = scripted(calling(ask("Which version?")), finalAnswer("It is noon."));
  bot = await startBot({ model, channels: [world.channel] });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question/);
  await shows(world, await world.say("<@U0BOT> what time is it?"), /done in/);
  await world.say("<@U0BOT> stop!");
  await shows(world, root, /cancelled/, /^Withdrawn/);
  expect(words()).toEqual([]);
});

test("in a direct message words at the root answer the question that is open there", async () => {
  bot = await startBot({
    model: scripted(calling(ask("Which version?")), finalAnswer("Deployed v2.")),
    channels: [world.channel],
  });
  const direct = async (text: string) => {
    const ts = await world.write(text);
    const from = { type: "message", channel_type: "im", user: world.id("dana"), team: world.team };
    await world.deliver(world.eventOf({ ...from, text, ts, channel: world.id("ops") }));
    return ts;
  };
  const root = await direct("deploy");
  await shows(world, root, /waiting/, /^Question/);
  await direct("v2");
  await shows(world, root, /done in/, /^Answered/);
  expect(await runs()).toBe(1);
});

test("of two questions the person is asked which they meant; their words are kept, and theirs alone to give", async () => {
  const model = scripted(calling(ask("Which version?"), ask("Where?")), finalAnswer("Deployed."));
  bot = await startBot({ model, channels: [world.channel] });
  const root = await world.say("<@U0BOT> deploy");
  await shows(world, root, /waiting/, /^Question: Which/, /^Question: Where/);
  await world.say("staging", { root });
  await world.edge.until(() => words().length === 1);
  expect(words()[0]).toMatch(/Which question do your words answer\?.*1\. Which version\?.*2\. Where\?/s);
  const offered = lastWord(root);
  const elements = (offered.blocks?.[1]?.elements ?? []) as object[];
  const where = { ...offered, blocks: [{ type: "actions", elements: elements.slice(1) }] };
  await world.press("meant", where, "oncall");
  await world.edge.until(() => words().length === 2);
  expect(words()[1]).toMatch(/Only dana can say what they meant/);
  await world.press("meant", where);
  await shows(world, root, /waiting/, /^Question: Which/, /^Answered by dana: Where\?/);
  await world.say("v2", { root });
  await shows(world, root, /done in/, /^Answered/, /^Answered/);
  const results = model.requests[1]?.input.flatMap((item) => (item.type === "result" ? [item.output] : []));
  expect(results).toEqual(['{"answer":"staging"}', '{"answer":"v2"}']);
});

test("under an approval yes says which button, and runs nothing", async () => {
  const { restarted, tool, model } = restarting();
  bot = await startBot({ model, channels: [world.channel], tools: [tool], rights: openRights });
  const root = await world.say("<@U0BOT> restart payments");
  await shows(world, root, /waiting for approval/, /^Approval/);
  await world.say("yes, approve it", { root });
  await world.edge.until(() => words().length === 1);
  expect(words()[0]).toMatch(/press Approve or Refuse/);
  await shows(world, root, /waiting for approval/, /^Approval/);
  expect(restarted).toEqual([]);
});

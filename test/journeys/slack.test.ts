/**
 * A run in Slack from the mention to the answer, with the real engine, over both transports, as the thread shows it.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { answerWith, ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { type SlackMessage, SlackWorld, type Transport } from "../support/slack/world.ts";
import { deployment, deploysOnce } from "../support/undoable.ts";

let world: SlackWorld;
let bot: Bot;
afterEach(async () => {
  await bot.stop();
  await world.stop();
});

/** Resolves when the thread shows messages like these, in this order, and no others. */
async function shows(root: string, ...lines: RegExp[]): Promise<SlackMessage[]> {
  await expect
    .poll(() => world.screen(root), { timeout: 10_000, interval: 30 })
    .toEqual(lines.map((line) => expect.stringMatching(line)));
  return (await world.thread(root)).filter((message) => message.user === "U0BOT");
}

const transports: Transport[] = ["socket", "http"];

describe.each(transports)("over %s", (transport) => {
  beforeEach(async () => {
    world = await SlackWorld.start(transport);
  });

  test("mention, progress, question, reply, answer", async () => {
    const model = scripted(calling(ask("Which version?")), finalAnswer("Deployed v1.2.3."));
    bot = await startBot({ model, channels: [world.channel] });

    const root = await world.say("<@U0BOT> deploy payments");
    await shows(root, /^deploy payments — waiting for an answer$/, /^Question: Which version\?$/);

    await world.say("v1.2.3", { root });
    const [progress, question] = await shows(
      root,
      /^deploy payments — done in/,
      /^Answered by dana: Which version\?$/,
    );
    expect(JSON.stringify(progress)).toContain("Deployed v1.2.3.");
    expect(JSON.stringify(question)).toContain("v1.2.3");
    expect(JSON.stringify(question)).not.toContain("belay:reply");
    // The question pinged the one who was asked; nothing else pinged anybody.
    const sent = world.edge.callsOf("chat.postMessage").map(({ body }) => body.blocks ?? "");
    expect(sent.map((blocks) => blocks.includes(`<@${world.id("dana")}>`))).toEqual([false, true]);
  });

  test("a slash command makes its own thread, choices are pressed, a second press is told off privately", async () => {
    const model = scripted(
      calling(ask("Where?", ["staging", "production"])),
      finalAnswer("Done in staging."),
    );
    bot = await startBot({ model, channels: [world.channel] });

    await world.slash("restart payments");
    await world.edge.until(() => world.edge.responses.length === 1);
    expect(world.edge.responses[0]).toMatchObject({
      response_type: "ephemeral",
      text: expect.stringMatching(/Started/),
    });
    await expect.poll(async () => (await world.roots()).length, { timeout: 10_000 }).toBe(1);
    const root = (await world.roots())[0]?.ts ?? "";
    const [, question] = await shows(root, /waiting for an answer/, /^Question: Where\?/);
    if (!question) throw new Error("no question");

    await world.press("choose", question);
    await shows(root, /done in/, /^Answered by dana/);
    await world.press("choose", question, "oncall");
    await world.edge.until(() => world.edge.callsOf("chat.postEphemeral").length === 1);
    expect(world.edge.callsOf("chat.postEphemeral")[0]?.body).toMatchObject({ user: world.id("oncall") });
  });
});

describe("over http", () => {
  beforeEach(async () => {
    world = await SlackWorld.start("http");
  });

  test("a message while it works is noted with an eye; a reply to a finished run continues it", async () => {
    const gate = Promise.withResolvers<void>();
    const model = scripted(
      async () => {
        await gate.promise;
        return answerWith(finalAnswer("One."));
      },
      finalAnswer("Two."),
      finalAnswer("Three."),
    );
    bot = await startBot({ model, channels: [world.channel] });
    const root = await world.say("<@U0BOT> count");
    await expect.poll(() => model.requests.length).toBe(1);
    const steering = await world.say("count further", { root });
    await world.edge.until(() =>
      world.edge.callsOf("reactions.add").some(({ body }) => body.timestamp === steering),
    );
    gate.resolve();
    await shows(root, /done in/);
    await world.say("and once more", { root });
    await shows(root, /^count — done in/, /^and once more — done in/);
  });

  test("Undo on a settled approval asks in the thread, runs once, and the card says what came of it", async () => {
    const { done, tool } = deployment();
    bot = await startBot({ model: deploysOnce(), channels: [world.channel], tools: [tool] });
    const root = await world.say("<@U0BOT> deploy v1");
    const [, approval] = await shows(root, /waiting for approval/, /^Approval · deploy/);
    if (!approval) throw new Error("no approval");
    await world.press("approve", approval, "oncall");
    const [, settled] = await shows(root, /done in/, /^Approved by oncall/);
    if (!settled) throw new Error("no settled approval");
    expect(JSON.stringify(settled)).toContain("It can be undone by");
    await world.press("undo", settled);
    const [, , , anew] = await shows(
      root,
      /^deploy v1 — done in/,
      /^Approved by oncall/,
      /^Undo deploy v1 — waiting for approval/,
      /^Approval · deploy/,
    );
    if (!anew) throw new Error("no second approval");
    await world.press("undo", settled, "oncall");
    await world.edge.until(() => world.edge.callsOf("chat.postEphemeral").length === 1);
    expect(world.edge.callsOf("chat.postEphemeral")[0]?.body.text).toContain("dana asked to undo this at");
    await world.press("approve", anew, "oncall");
    await expect
      .poll(async () => JSON.stringify((await world.thread(root))[2]), { timeout: 10_000 })
      .toContain("Undone");
    expect(done).toEqual(["v1", "v0"]);
  });

  test("Stop on the progress message stops the run", async () => {
    const model = scripted(calling(ask("Which version?")));
    bot = await startBot({ model, channels: [world.channel] });
    const root = await world.say("<@U0BOT> deploy payments");
    const [progress] = await shows(root, /waiting/, /Question/);
    if (!progress) throw new Error("no progress message");
    await world.press("stop", progress);
    await shows(root, /cancelled/, /^Withdrawn/);
    const runId = await bot.store.runAt(world.address(root));
    expect((await bot.store.run(runId ?? ""))?.status).toBe("cancelled");
  });

  test("who may not is told so, in the thread, alone, and who may, by names people know", async () => {
    const oncall = `slack:${world.team}/${world.id("oncall")}`;
    const elsewhere = ["console:*", "email:@corp.example", "token:ci"];
    const rights = { launch: [oncall, ...elsewhere], read: [], answer: [], approve: [], control: [] };
    bot = await startBot({ model: scripted(finalAnswer("Yes.")), channels: [world.channel], rights });
    const other = await world.say("<@U0BOT> hello", { user: "oncall" });
    await shows(other, /done in/);
    const root = await world.say("<@U0BOT> hello");
    await world.edge.until(() => world.edge.callsOf("chat.postEphemeral").length === 1);
    expect(await world.screen(root)).toEqual([]);
    const said = String(world.edge.callsOf("chat.postEphemeral")[0]?.body.text);
    expect(said).toMatch(/Who may: oncall, anyone at the console\.$/);
  });

  test("a guest hears nothing, whatever they try, and the audit has it", async () => {
    const members = [`slack:${world.team}/*`];
    const model = scripted(calling(ask("Which version?")), finalAnswer("Yes."));
    bot = await startBot({
      model,
      channels: [world.channel],
      rights: { launch: members, read: [], answer: members, approve: [], control: [] },
    });
    world.edge.flags.set(world.id("guest"), { is_ultra_restricted: true });
    const root = await world.say("<@U0BOT> deploy payments");
    await shows(root, /waiting/, /^Question/);
    await world.say("<@U0BOT> hello", { user: "guest" });
    await world.say("<@U0BOT> agents", { user: "guest" });
    await world.say("v2", { user: "guest", root });
    await expect.poll(async () => (await bot.store.audits(10)).length).toBe(2);
    await world.say("v1", { root });
    await shows(root, /done in/, /^Answered/);
    await world.say("fine, that one is done", { user: "guest", root });
    await world.say("<@U0BOT> and me?", { user: "guest", root });
    await expect.poll(async () => (await bot.store.audits(10)).length).toBe(3);
    expect(world.edge.callsOf("chat.postEphemeral")).toEqual([]);
    expect(await bot.store.runs({ limit: 10 })).toHaveLength(1);
  });
});

describe("approvals", () => {
  const restarted: string[] = [];
  const restart = defineTool({
    name: "restart_service",
    description: "Restart a service.",
    input: z.object({ service: z.string() }),
    effect: "once",
    requiresApproval: true,
    run: ({ service }) => {
      restarted.push(service);
      return "restarted";
    },
  });

  async function asked(): Promise<{ root: string; card: SlackMessage }> {
    restarted.length = 0;
    world = await SlackWorld.start("http");
    const everybody = [`slack:${world.team}/*`];
    const approve = [`slack:${world.team}/${world.id("oncall")}`];
    const rights = { launch: everybody, read: everybody, answer: everybody, approve, control: everybody };
    const model = scripted(
      calling(call("restart_service", { service: "payments" })),
      finalAnswer("Restarted."),
    );
    bot = await startBot({ model, channels: [world.channel], rights, tools: [restart] });
    const root = await world.say("<@U0BOT> restart payments");
    const [, card] = await shows(root, /waiting for approval/, /^Approval/);
    if (!card) throw new Error("no card");
    return { root, card };
  }
  const told = () => world.edge.callsOf("chat.postEphemeral").map(({ body }) => body.user);

  test("who may not approve is told so alone, Edit shows what was submitted anew, a press on the old card changes nothing", async () => {
    const { root, card } = await asked();
    await world.press("approve", card);
    await world.edge.until(() => told().length === 1);
    expect(restarted).toEqual([]);
    await world.press("edit", card, "oncall");
    await world.submit(world.modal(), { "arg:service": { string: { value: "billing" } } }, "oncall");
    const [, changed, anew] = await shows(root, /waiting for approval/, /^Changed by oncall/, /^Approval/);
    if (!anew) throw new Error("no second card");
    expect(JSON.stringify(changed)).not.toMatch(/belay:(approve|refuse|edit)/);
    expect(JSON.stringify(anew)).toContain("billing");
    await world.press("approve", card, "oncall");
    await world.edge.until(() => told().length === 2);
    expect(restarted).toEqual([]);
    await world.press("approve", anew, "oncall");
    await shows(root, /done in/, /^Changed by oncall/, /^Approved by oncall/);
    expect(told()).toEqual([world.id("dana"), world.id("oncall")]);
    expect(restarted).toEqual(["billing"]);
  });

  test("an argument that the tool does not take is said at its field, and what was typed stays", async () => {
    const { card } = await asked();
    await world.press("edit", card, "oncall");
    const typed = { "arg:service": { number: { value: "7" } } };
    expect(await world.submit(world.modal(), typed, "oncall")).toMatchObject({
      response_action: "errors",
      errors: { "arg:service": expect.stringContaining("expected string") },
    });
    expect(told()).toEqual([]);
  });

  test("what was typed into a form that did not count is given back to its writer", async () => {
    const { card } = await asked();
    await world.press("edit", card);
    await world.submit(world.modal(), { "arg:service": { string: { value: "billing" } } });
    await world.edge.until(() => told().length === 1);
    const [word] = world.edge.callsOf("chat.postEphemeral").map(({ body }) => String(body.blocks));
    expect(word).toMatch(/Only .* may approve.*You wrote:.*billing/);
  });

  test("Refuse brings its reason into the thread and runs nothing", async () => {
    const { root, card } = await asked();
    await world.press("refuse", card, "oncall");
    await world.submit(world.modal(), { words: { text: { value: "not on a Friday" } } }, "oncall");
    const [, settled] = await shows(root, /done in/, /^Refused by oncall/);
    expect(JSON.stringify(settled)).toContain("not on a Friday");
    expect(restarted).toEqual([]);
  });
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
    await shows(root, /^Help with the message that is quoted here\. — done in/);
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
    await shows(ts, /^hello — done in/);
    const root = await world.say("<@U0BOT> count");
    await shows(root, /^count — done in/);
    await world.say("<@U0BOT> further", { root });
    await shows(root, /^count — done in/, /^further — done in/);
    expect(JSON.stringify(model.requests[2]?.input)).toContain("One.");
  });

  test("verbs: help and list are told privately, stop stops the run of the thread, one that is not known is refused", async () => {
    bot = await startBot({ model: scripted(calling(ask("Which version?"))), channels: [world.channel] });
    const root = await world.say("<@U0BOT> deploy payments");
    await shows(root, /waiting/, /^Question/);
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
    await shows(root, /cancelled/, /^Withdrawn/);
  });
});

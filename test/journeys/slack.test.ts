/** A run in Slack from the mention to the answer, with the real engine, as the thread shows it. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bot, startBot } from "../support/bot.ts";
import { answerWith, ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { shows } from "../support/slack/shows.ts";
import { SlackWorld, type Transport } from "../support/slack/world.ts";
import { deployment, deploysOnce } from "../support/undoable.ts";

let world: SlackWorld;
let bot: Bot;
afterEach(async () => {
  await bot.stop();
  await world.stop();
});

const transports: Transport[] = ["socket", "http"];

describe.each(transports)("over %s", (transport) => {
  beforeEach(async () => {
    world = await SlackWorld.start(transport);
  });

  test("mention, progress, question, reply, answer", async () => {
    const model = scripted(calling(ask("Which version?")), finalAnswer("Deployed v1.2.3."));
    bot = await startBot({ model, channels: [world.channel] });

    const root = await world.say("<@U0BOT> deploy payments");
    await shows(world, root, /^deploy payments — waiting for an answer$/, /^Question: Which version\?$/);

    await world.say("v1.2.3", { root });
    const [progress, question] = await shows(
      world,
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
    await expect.poll(async () => (await world.roots()).length).toBe(1);
    const root = (await world.roots())[0]?.ts ?? "";
    const [, question] = await shows(world, root, /waiting for an answer/, /^Question: Where\?/);
    if (!question) throw new Error("no question");

    await world.press("choose", question);
    await shows(world, root, /done in/, /^Answered by dana/);
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
    await shows(world, root, /done in/);
    await world.say("and once more", { root });
    await shows(world, root, /^count — done in/, /^and once more — done in/);
  });

  test("Undo on a settled approval asks in the thread, runs once, and the card says what came of it", async () => {
    const { done, tool } = deployment();
    bot = await startBot({ model: deploysOnce(), channels: [world.channel], tools: [tool] });
    const root = await world.say("<@U0BOT> deploy v1");
    const [, approval] = await shows(world, root, /waiting for approval/, /^Approval · deploy/);
    if (!approval) throw new Error("no approval");
    await world.press("approve", approval, "oncall");
    const [, settled] = await shows(world, root, /done in/, /^Approved by oncall/);
    if (!settled) throw new Error("no settled approval");
    expect(JSON.stringify(settled)).toContain("It can be undone by");
    await world.press("undo", settled);
    const [, , , anew] = await shows(
      world,
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
    await expect.poll(async () => JSON.stringify((await world.thread(root))[2])).toContain("Undone");
    expect(done).toEqual(["v1", "v0"]);
  });

  test("Stop on the progress message stops the run", async () => {
    const model = scripted(calling(ask("Which version?")));
    bot = await startBot({ model, channels: [world.channel] });
    const root = await world.say("<@U0BOT> deploy payments");
    const [progress] = await shows(world, root, /waiting/, /Question/);
    if (!progress) throw new Error("no progress message");
    await world.press("stop", progress);
    await shows(world, root, /cancelled/, /^Withdrawn/);
    const runId = await bot.store.runAt(world.address(root));
    expect((await bot.store.run(runId ?? ""))?.status).toBe("cancelled");
  });

  test("who may not is told so, in the thread, alone, and who may, by names people know", async () => {
    const oncall = `slack:${world.team}/${world.id("oncall")}`;
    const elsewhere = ["console:*", "email:@corp.example", "token:ci"];
    const rights = { launch: [oncall, ...elsewhere], read: [], answer: [], approve: [], control: [] };
    bot = await startBot({ model: scripted(finalAnswer("Yes.")), channels: [world.channel], rights });
    const other = await world.say("<@U0BOT> hello", { user: "oncall" });
    await shows(world, other, /done in/);
    const root = await world.say("<@U0BOT> hello");
    await world.edge.until(() => world.edge.callsOf("chat.postEphemeral").length === 1);
    expect(await world.screen(root)).toEqual([]);
    const said = String(world.edge.callsOf("chat.postEphemeral")[0]?.body.text);
    expect(said).toMatch(/Who may: oncall, anyone at the console, people elsewhere\.$/);
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
    await shows(world, root, /waiting/, /^Question/);
    await world.say("<@U0BOT> hello", { user: "guest" });
    await world.say("<@U0BOT> agents", { user: "guest" });
    await world.say("v2", { user: "guest", root });
    await expect.poll(async () => (await bot.store.audits(10)).length).toBe(2);
    for (const { name } of await bot.store.audits(10)) expect(name).toBe("guest");
    await world.say("v1", { root });
    await shows(world, root, /done in/, /^Answered/);
    await world.say("fine, that one is done", { user: "guest", root });
    await world.say("<@U0BOT> and me?", { user: "guest", root });
    await expect.poll(async () => (await bot.store.audits(10)).length).toBe(3);
    expect(world.edge.callsOf("chat.postEphemeral")).toEqual([]);
    expect(await bot.store.runs({ limit: 10 })).toHaveLength(1);
  });
});

/** An approval in Slack with the real engine: who may not, what is changed, what is refused, as the thread shows it. */
import { afterEach, describe, expect, test } from "vitest";
import { type Bot, startBot } from "../support/bot.ts";
import { restarting } from "../support/slack/restarting.ts";
import { shows } from "../support/slack/shows.ts";
import { type SlackMessage, SlackWorld } from "../support/slack/world.ts";

let world: SlackWorld;
let bot: Bot;
afterEach(async () => {
  await bot.stop();
  await world.stop();
});

describe("approvals", () => {
  async function asked(): Promise<{ root: string; card: SlackMessage; restarted: string[] }> {
    const { restarted, tool, model } = restarting();
    world = await SlackWorld.start("http");
    const everybody = [`slack:${world.team}/*`];
    const approve = [`slack:${world.team}/${world.id("oncall")}`];
    const rights = { launch: everybody, read: everybody, answer: everybody, approve, control: everybody };
    bot = await startBot({ model, channels: [world.channel], rights, tools: [tool] });
    const root = await world.say("<@U0BOT> restart payments");
    const [, card] = await shows(world, root, /waiting for approval/, /^Approval/);
    if (!card) throw new Error("no card");
    return { root, card, restarted };
  }
  const told = () => world.edge.callsOf("chat.postEphemeral").map(({ body }) => body.user);

  test("who may not approve is told so alone, Edit shows what was submitted anew, a press on the old card changes nothing", async () => {
    const { root, card, restarted } = await asked();
    await world.press("approve", card);
    await world.edge.until(() => told().length === 1);
    expect(restarted).toEqual([]);
    await world.press("edit", card, "oncall");
    await world.submit(world.modal(), { "arg:service": { string: { value: "billing" } } }, "oncall");
    const [, changed, anew] = await shows(
      world,
      root,
      /waiting for approval/,
      /^Changed by oncall/,
      /^Approval/,
    );
    if (!anew) throw new Error("no second card");
    expect(JSON.stringify(changed)).not.toMatch(/belay:(approve|refuse|edit)/);
    expect(JSON.stringify(anew)).toContain("billing");
    await world.press("approve", card, "oncall");
    await world.edge.until(() => told().length === 2);
    expect(restarted).toEqual([]);
    await world.press("approve", anew, "oncall");
    await shows(world, root, /done in/, /^Changed by oncall/, /^Approved by oncall/);
    expect(told()).toEqual([world.id("dana"), world.id("oncall")]);
    expect(restarted).toEqual(["billing"]);
  });

  test("an argument that the tool does not take is said at its field, and what was typed stays", async () => {
    const { card } = await asked();
    await world.press("edit", card, "oncall");
    const typed = { "arg:service": { number: { value: "7" } } };
    expect(await world.submit(world.modal(), typed, "oncall")).toMatchObject({
      response_action: "errors",
      errors: { "arg:service": expect.stringContaining("must be text; found the number 7") },
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
    const { root, card, restarted } = await asked();
    await world.press("refuse", card, "oncall");
    await world.submit(world.modal(), { words: { text: { value: "not on a Friday" } } }, "oncall");
    const [, settled] = await shows(world, root, /done in/, /^Refused by oncall/);
    expect(JSON.stringify(settled)).toContain("not on a Friday");
    expect(restarted).toEqual([]);
  });
});

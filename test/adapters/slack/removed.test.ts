/** A bot that was removed from a channel stays out of it until a person brings it back. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RecordingInlet, runRow } from "../../support/recording-inlet.ts";
import { startAsked } from "../../support/slack/asked.ts";
import { deliveryAt, failure } from "../../support/slack/delivery.ts";
import type { SlackWorld } from "../../support/slack/world.ts";

let world: SlackWorld;
let inlet: RecordingInlet;
let root: string;
let now: number;

beforeEach(async () => {
  now = Date.now();
  ({ world, inlet, root } = await startAsked(() => now));
});
afterEach(() => world.stop());

/** A post of an earlier run stands in the channel: the bot was in it. */
function stoodThere(): void {
  const address = world.address("1.1");
  const former = runRow({ runId: "run_former", address });
  const post = { ...deliveryAt(address), deliveredRevision: 1, remoteId: "1.2", attempts: 0, nextAt: 0 };
  inlet.store.runs = async ({ near }) => (near !== undefined && address.startsWith(near) ? [former] : []);
  inlet.store.deliveries = async (runId) => (runId === "run_former" ? [post] : []);
}

async function refusedThere(): Promise<string> {
  now += 5_000;
  world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
  const error = await failure(world.channel.post(deliveryAt(world.address(root))));
  expect(error.failure).toEqual({ type: "place", gone: false });
  return error.message;
}

test("it does not join again, says by direct message what to do, and remembers it", async () => {
  inlet.rows.set("run_7f3a", runRow({ principal: `slack:${world.team}/${world.id("dana")}` }));
  stoodThere();
  const joins = () => world.edge.callsOf("conversations.join").length;
  const before = joins();
  expect(await refusedThere()).toMatch(/removed.*\/invite/);
  const told = world.edge.callsOf("chat.postMessage").filter(({ body }) => body.channel === world.id("dana"));
  expect(told).toHaveLength(1);
  expect(told[0]?.body.text).toMatch(/removed.*invite/);
  // Later runs there have no post that would show that it was in.
  inlet.store.runs = async () => [];
  await refusedThere();
  expect(joins()).toBe(before);
});

test("a public channel in which it never was is joined", async () => {
  const before = world.edge.callsOf("conversations.join").length;
  world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
  await world.channel.post(deliveryAt(world.address(root)));
  expect(world.edge.callsOf("conversations.join")).toHaveLength(before + 1);
});

/** A bot that was removed from a channel stays out of it until a person brings it back. */
import { expect, test } from "vitest";
import { runRow } from "../../support/recording-inlet.ts";
import { theAsked } from "../../support/slack/asked.ts";
import { deliveryAt, failure } from "../../support/slack/delivery.ts";

const at = theAsked();

/** A post of an earlier run stands in the channel: the bot was in it. */
function stoodThere(): void {
  const address = at.world.address("1.1");
  const former = runRow({ runId: "run_former", address });
  const post = { ...deliveryAt(address), deliveredRevision: 1, remoteId: "1.2", attempts: 0, nextAt: 0 };
  at.inlet.store.runs = async ({ near }) => (near !== undefined && address.startsWith(near) ? [former] : []);
  at.inlet.store.deliveries = async (runId) => (runId === "run_former" ? [post] : []);
}

async function refusedThere(): Promise<string> {
  at.now += 5_000;
  at.world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
  const error = await failure(at.world.channel.post(deliveryAt(at.world.address(at.root))));
  expect(error.failure).toEqual({ type: "place", gone: false });
  return error.message;
}

test("it does not join again, says by direct message what to do, and remembers it", async () => {
  at.inlet.rows.set("run_7f3a", runRow({ principal: `slack:${at.world.team}/${at.world.id("dana")}` }));
  stoodThere();
  const joins = () => at.world.edge.callsOf("conversations.join").length;
  const before = joins();
  expect(await refusedThere()).toMatch(/removed.*\/invite/);
  const told = at.world.edge
    .callsOf("chat.postMessage")
    .filter(({ body }) => body.channel === at.world.id("dana"));
  expect(told).toHaveLength(1);
  expect(told[0]?.body.text).toMatch(/removed.*invite/);
  // Later runs there have no post that would show that it was in.
  at.inlet.store.runs = async () => [];
  await refusedThere();
  expect(joins()).toBe(before);
});

test("a public channel in which it never was is joined", async () => {
  const before = at.world.edge.callsOf("conversations.join").length;
  at.world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
  await at.world.channel.post(deliveryAt(at.world.address(at.root)));
  expect(at.world.edge.callsOf("conversations.join")).toHaveLength(before + 1);
});

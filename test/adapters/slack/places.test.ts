/**
 * A place that takes nothing for now: whoever asked is told elsewhere, and what was kept comes when the place changes.
 */
import { describe, expect, test } from "vitest";
import { runRow } from "../../support/recording-inlet.ts";
import { theAsked } from "../../support/slack/asked.ts";
import { deliveryAt, failure, saying } from "../../support/slack/delivery.ts";

const at = theAsked();

test("whoever asked is told by direct message, once, with the words for whoever can change it", async () => {
  at.inlet.rows.set("run_7f3a", runRow({ principal: `slack:${at.world.team}/${at.world.id("dana")}` }));
  for (let times = 0; times < 3; times += 1) {
    at.now += 5_000;
    at.world.edge.fail("chat.postMessage", { type: "error", code: "is_archived" });
    const error = await failure(at.world.channel.post(deliveryAt(at.world.address(at.root))));
    expect(error.failure).toEqual({ type: "place", gone: false });
  }
  const told = at.world.edge
    .callsOf("chat.postMessage")
    .filter(({ body }) => body.channel === at.world.id("dana"));
  expect(told).toHaveLength(1);
  expect(told[0]?.body.text).toMatch(/archived/);
  expect(told[0]?.body.text).toContain(`<#${at.world.id("ops")}>`);
});

test("a run that no person of this workspace asked for tells nobody", async () => {
  at.inlet.rows.set("run_7f3a", runRow({ principal: "webhook:ci" }));
  at.world.edge.fail("chat.postMessage", { type: "error", code: "is_archived" });
  await failure(at.world.channel.post(deliveryAt(at.world.address(at.root), { body: saying("x") })));
  expect(at.world.edge.callsOf("chat.postMessage")).toHaveLength(1);
});

describe("what was kept is tried again", () => {
  const there = () => `slack:${at.world.team}/${at.world.id("ops")}/`;
  test.each([
    ["the bot joins", { type: "member_joined_channel", user: "U0BOT" }],
    ["the bot joins, as the channel tells it", { type: "message", subtype: "channel_join", user: "U0BOT" }],
    ["it is invited to a private channel", { type: "message", subtype: "group_join", user: "U0BOT" }],
    ["the channel is unarchived", { type: "channel_unarchive", user: "U1" }],
    [
      "it is unarchived, as the channel tells it",
      { type: "message", subtype: "channel_unarchive", user: "U1" },
    ],
    ["a private channel is unarchived", { type: "group_unarchive", user: "U1" }],
    ["others may post", { type: "message", subtype: "channel_posting_permissions", user: "U1" }],
  ])("when %s", async (_, event) => {
    await at.world.deliver(at.world.eventOf({ ...event, channel: at.world.id("ops"), ts: "1.5" }));
    expect(at.inlet.retried).toEqual([there()]);
  });

  test("when the channel gets another id, again and again, under each of its ids", async () => {
    const moves = async (from: string, to: string) => {
      const ids = { old_channel_id: from, new_channel_id: to, event_ts: "1764000100.0" };
      await at.world.deliver(at.world.eventOf({ type: "channel_id_changed", ...ids }));
    };
    await moves("G0FORMER01", "C0FORMER02");
    at.inlet.retried.splice(0);
    await moves("C0FORMER02", at.world.id("ops"));
    const under = (id: string) => `slack:${at.world.team}/${id}/`;
    expect(at.inlet.retried).toEqual([there(), under("C0FORMER02"), under("G0FORMER01")]);
  });

  test("not when somebody else joins", async () => {
    const event = { type: "message", subtype: "channel_join", user: at.world.id("dana"), ts: "1.5" };
    await at.world.deliver(at.world.eventOf({ ...event, channel: at.world.id("ops") }));
    expect(at.inlet.retried).toEqual([]);
  });
});

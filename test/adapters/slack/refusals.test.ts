/** What Slack refuses, what it slows down, and what is made of it. */

import { describe, expect, test } from "vitest";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import type { ChannelError } from "../../../src/core/ports/channel-error.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { runRow } from "../../support/recording-inlet.ts";
import { theAsked } from "../../support/slack/asked.ts";
import { deliveryAt, failure } from "../../support/slack/delivery.ts";

const at = theAsked();

const delivery = (change: Partial<Delivery> = {}) => deliveryAt(at.world.address(at.root), change);
const replies = async () => (await at.world.thread(at.root)).slice(1);

describe("what Slack refuses", () => {
  test.each([
    ["not_in_channel", /invite/],
    ["channel_not_found", /invite/],
    ["is_archived", /archived/],
    ["invalid_auth", /SLACK_BOT_TOKEN/],
    ["account_inactive", /removed/],
    ["missing_scope", /doctor/],
    ["some_new_code", /some_new_code/],
  ])("%s is kept, with words for the operator", async (code, words) => {
    at.world.edge.fail("conversations.join", { type: "error", code: "missing_scope" });
    at.world.edge.fail("chat.postMessage", { type: "error", code });
    const error = await failure(at.world.channel.post(delivery()));
    expect(["place", "way"]).toContain(error.failure.type);
    expect(error.message).toMatch(words);
  });

  test("a form that Slack does not take is replaced by one line without buttons", async () => {
    at.world.edge.fail("chat.postMessage", { type: "error", code: "invalid_blocks" });
    await at.world.channel.post(delivery({ body: messageNamed("approval") }));
    const [message] = await replies();
    expect(message?.text).toMatch(/^Approval wanted.*in the file below/s);
    expect(JSON.stringify(message)).not.toContain("belay:approve");
    const files = (await replies()).flatMap(({ files = [] }) => files);
    expect(files).toHaveLength(1);
  });

  test.each(["message_not_found", "cant_update_message", "edit_window_closed"])(
    "%s: the outcome is posted anew",
    async (code) => {
      const { remoteId } = await at.world.channel.post(delivery());
      at.world.edge.fail("chat.update", { type: "error", code });
      expect((await failure(at.world.channel.post(delivery({ remoteId })))).failure).toEqual({
        type: "anew",
      });
      // A card that still stands says that it is out of date.
      const marks = at.world.edge.callsOf("reactions.add").map(({ body }) => body.timestamp);
      expect(marks).toEqual(code === "message_not_found" ? [] : [remoteId]);
    },
  );

  test("the steps of a run under way are not posted anew each where edits are forbidden", async () => {
    at.inlet.rows.set("run_7f3a", runRow({ status: "running" }));
    const { remoteId } = await at.world.channel.post(delivery());
    at.world.edge.fail("chat.update", { type: "error", code: "edit_window_closed" });
    expect((await at.world.channel.post(delivery({ remoteId, revision: 2 }))).remoteId).toBe(remoteId);
    expect(at.world.edge.callsOf("chat.postMessage")).toHaveLength(1);
  });

  test("a failed edit is simply done again", async () => {
    const { remoteId } = await at.world.channel.post(delivery());
    at.world.edge.fail("chat.update", { type: "drop" });
    expect((await failure(at.world.channel.post(delivery({ remoteId })))).failure.type).toBe("way");
  });

  test("a rate limit says how long, and holds up its own kind only", async () => {
    const { remoteId } = await at.world.channel.post(delivery());
    at.world.edge.fail("chat.update", { type: "429", seconds: 7 });
    expect(await failure(at.world.channel.post(delivery({ remoteId })))).toMatchObject({
      retryAfterMs: 7000,
    });
    const other = await failure(at.world.channel.post(delivery({ remoteId, id: "other" })));
    expect(other.retryAfterMs).toBeGreaterThanOrEqual(7000);
    expect(at.world.edge.callsOf("chat.update")).toHaveLength(1);
    at.now += 1000;
    await at.world.channel.post(delivery({ id: "third" }));
  });

  test("a public channel without the bot is joined", async () => {
    at.world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
    await at.world.channel.post(delivery());
    expect(at.world.edge.callsOf("conversations.join")).toHaveLength(1);
    expect(await replies()).toHaveLength(1);
  });

  test("whoever sent the command learns that the bot is not in the channel", async () => {
    await at.world.slash("restart payments");
    at.world.edge.fail("conversations.join", { type: "error", code: "missing_scope" });
    at.world.edge.fail("chat.postMessage", { type: "error", code: "not_in_channel" });
    const trigger = await at.world.trigger("oncall");
    await at.world.slash("again", { trigger_id: trigger });
    const address = `slack:${at.world.team}/${at.world.id("ops")}/new:${trigger}`;
    await failure(at.world.channel.post(delivery({ address })));
    expect(at.world.edge.responses).toEqual([
      expect.objectContaining({ response_type: "ephemeral", text: expect.stringContaining("/invite") }),
    ]);
  });
});

describe("rates", () => {
  test("a channel gets one message a second, whoever posts", async () => {
    await at.world.channel.post(delivery({ id: "a" }));
    expect(await failure(at.world.channel.post(delivery({ id: "b" })))).toMatchObject({
      failure: { type: "wait", retryAfterMs: 1000 },
    });
    expect(await failure(at.world.channel.post(delivery({ id: "c" })))).toMatchObject({ retryAfterMs: 2000 });
    at.now += 1000;
    await at.world.channel.post(delivery({ id: "b" }));
    expect(at.world.edge.callsOf("chat.postMessage")).toHaveLength(2);
  });

  test("the workspace gets fifty edits a minute, whoever edits", async () => {
    const { remoteId } = await at.world.channel.post(delivery());
    const due = new Map(Array.from({ length: 30 }, (_, n) => [`run_${n}`, at.now]));
    const begun = at.now;
    let asked = 0;
    while (due.size > 0 && at.now < begun + 60_000) {
      const [id = "", turn = at.now] = [...due].sort((one, other) => one[1] - other[1])[0] ?? [];
      at.now = Math.max(at.now, turn);
      asked += 1;
      try {
        await at.world.channel.post(delivery({ id, remoteId }));
        due.delete(id);
      } catch (error) {
        due.set(id, at.now + ((error as ChannelError).retryAfterMs ?? 0));
      }
    }
    expect(due.size).toBe(0);
    // Whoever waits as told comes back once, not in a loop.
    expect(asked).toBeLessThanOrEqual(60);
  });
});

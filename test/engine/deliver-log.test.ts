/** The log says of a post what became of it: what was given up was not delivered. */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { Channel } from "../../src/core/ports/channel.ts";
import { ChannelError } from "../../src/core/ports/channel-error.ts";
import { openRights, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

interface Line {
  msg: string;
  outcome?: string;
}

function mute(error: ChannelError | null): Channel {
  return muteChannel({
    name: "email",
    can: { edit: false, buttons: false, maxText: 1000, minIntervalMs: 0 },
    async post() {
      if (error) throw error;
      return { remoteId: "1" };
    },
  });
}

test.each([
  [null, "delivered", "delivered"],
  [new ChannelError("no such mailbox", { type: "place", gone: true }), "given_up", "not delivered, given up"],
  [new ChannelError("too long", { type: "body" }), "given_up", "not delivered, given up"],
  [
    new ChannelError("busy", { type: "way", retryAfterMs: null }),
    "retry",
    "not delivered, tried again later",
  ],
  [new ChannelError("archived", { type: "place", gone: false }), "retry", "not delivered, tried again later"],
  [
    new ChannelError("slow down", { type: "wait", retryAfterMs: 60_000 }),
    "deferred",
    "not delivered, tried again later",
  ],
])("%s", async (error, outcome, words) => {
  const seen = Promise.withResolvers<Line>();
  const write = (line: string) => {
    const read = JSON.parse(line) as Line;
    if (read.outcome !== undefined) seen.resolve(read);
  };
  const bot = await startBot({
    model: scripted(finalAnswer("done")),
    channels: [mute(error)],
    rights: openRights,
    log: pino({ level: "info" }, { write }),
  });
  onTestFinished(() => bot.stop());
  const actor = {
    principal: "email:a@b.example",
    name: "a",
    groups: [],
    guest: false,
    kind: "machine",
  } as const;
  await bot.engine.launch(
    "default",
    {
      task: "hello",
      actor,
      via: { channel: "email" },
      addresses: ["email:a@b.example"],
      context: [],
      trusted: true,
      follows: null,
      parent: null,
    },
    null,
  );
  expect(await seen.promise).toMatchObject({ outcome, msg: words });
});

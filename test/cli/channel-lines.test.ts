/** What a start says of the channels. */
import { expect, test } from "vitest";
import { channelLines } from "../../src/cli/channel-lines.ts";

test("names each channel with its state, and those that are off with their page", () => {
  const channel = (name: string, ok: boolean, detail: string) => ({ name, health: () => ({ ok, detail }) });
  expect(
    channelLines([channel("slack", false, "Slack can't be reached"), channel("webhook", true, "none is on")]),
  ).toEqual([
    "  Slack: TROUBLE: Slack can't be reached",
    "  Webhook: none is on",
    "  Off: Discord (docs/discord.md)",
  ]);
});

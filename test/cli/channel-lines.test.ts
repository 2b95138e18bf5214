/** What a start says of what is on and what is off. */
import { expect, test } from "vitest";
import { channelLines, offLines } from "../../src/cli/channel-lines.ts";

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

test("says in one line what would switch tools on, however many they are", () => {
  expect(
    offLines([
      { names: ["gh_file", "gh_runs"], reason: "set GITHUB_TOKEN and GITHUB_REPOS to switch them on" },
      { names: ["am_silence"], reason: "set ALERTMANAGER_URL to switch them on" },
    ]),
  ).toEqual([
    "  Off: 2 tools (set GITHUB_TOKEN and GITHUB_REPOS to switch them on)",
    "  Off: 1 tool, am_silence (set ALERTMANAGER_URL to switch them on)",
  ]);
});

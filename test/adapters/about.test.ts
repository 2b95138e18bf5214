/** What the channels say of themselves: their places, links, rules and variables, each in its own folder. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { slackTokens } from "../../adapters/slack/about.ts";
import { channels, channelTitles, launchPlace, linkTo, ruleForms } from "../../src/config/channels.ts";
import { threadAt } from "../../src/core/actor.ts";

const folders = readdirSync("adapters").filter((name) =>
  readdirSync(`adapters/${name}`).includes("channel.ts"),
);

test("the list names every folder with a channel, and none twice", () => {
  expect(channels.map(({ name }) => name).sort()).toEqual(folders.sort());
  expect(Object.keys(channelTitles).sort()).toEqual(folders.sort());
});

test("no two channels read the same variable", () => {
  const names = channels.flatMap(({ variables }) => Object.keys(variables));
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
});

test("each example is a rule of the form that its channel names", () => {
  for (const { name, rule, examples } of channels) {
    for (const example of examples) {
      expect(example.startsWith(`${name}:`), example).toBe(true);
      expect(rule.test(example.slice(name.length + 1)), example).toBe(true);
      expect(ruleForms[name]).toBe(rule);
    }
  }
});

test.each([
  ["slack:T1/C1", "slack:T1/C1/new:launch-1"],
  ["discord:10/20", "discord:10/20/new:launch-1"],
  ["slack:T1/C1/1712.5", "slack:T1/C1/1712.5"],
  ["slack:T1/C1/new:other", "slack:T1/C1/new:other"],
  ["discord:10/20/30", "discord:10/20/30"],
  ["discord:@me/20", "discord:@me/20"],
  ["email:oncall@example.com", "email:oncall@example.com"],
  ["email:a/b@example.com", "email:a/b@example.com"],
  ["console:local", "console:local"],
])("a run launched at the configured place %s speaks at %s", (place, address) => {
  expect(threadAt(launchPlace(place), "launch-1")).toBe(address);
});

test.each([
  ["slack:T1/C1/1712.5", "https://app.slack.com/client/T1/C1/thread/C1-1712.5"],
  ["slack:T1/C1/new:1.2", "https://app.slack.com/client/T1/C1"],
  ["discord:10/20", "https://discord.com/channels/10/20"],
  ["discord:10/20/30", "https://discord.com/channels/10/30"],
  ["discord:10/20/new:5", "https://discord.com/channels/10/20"],
  ["discord:@me/20", "https://discord.com/channels/@me/20"],
  ["email:thread", null],
  ["webhook:ci/matter/1", null],
  ["console:local", null],
])("%s opens at %s", (address, link) => {
  expect(linkTo(address)).toBe(link);
});

test("Slack is on with a bot token and a way in", () => {
  const problems: string[] = [];
  const values = {
    SLACK_BOT_TOKEN: "xoxb-bot",
    SLACK_APP_TOKEN: "xapp-app",
    SLACK_SIGNING_SECRET: "signing",
  };
  expect(slackTokens(values, problems)).toEqual({
    botToken: "xoxb-bot",
    appToken: "xapp-app",
    signingSecret: "signing",
    apiUrl: null,
  });
  expect(slackTokens({}, problems)).toBeNull();
  expect(problems).toEqual([]);
});

/** The demo's bot has nothing of the team's: no channel, no repository, no data. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { demoConfig } from "../../../src/cli/incident/bot.ts";
import { type Config, loadConfig } from "../../../src/config.ts";
import { configFolder } from "../../support/config-folder.ts";

test("what connects the team's bot connects nothing of the demo's", async () => {
  using home = configFolder({});
  const team = {
    SLACK_BOT_TOKEN: "xoxb-1-team",
    SLACK_APP_TOKEN: "xapp-1-team",
    DISCORD_BOT_TOKEN: "discord-token-of-the-team",
    GITHUB_TOKEN: "github-token-of-the-team",
    GITHUB_REPOS: "acme/shop",
    DATABASE_URL: join(home.path, "team.db"),
  };
  // So the team's own bot is connected by these.
  const theirs = await loadConfig(team);
  expect(Object.keys(theirs.connections)).toEqual(["slack", "discord"]);
  expect(githubTools(theirs)).not.toEqual([]);
  const shop = { SHOP_PORT: "1", SHOP_PID_FILE: "shop.pid", PROMETHEUS_URL: "http://127.0.0.1:1" };
  const place = { folder: home.path, port: 3999, token: "a token of the alert's webhook" };
  const config = await demoConfig(team, shop, place);
  expect(config.connections).toEqual({});
  expect(config).toMatchObject({ mail: null, databaseUrl: join(home.path, "incident.db") });
  expect(config.webhooks.map(({ name }) => name)).toEqual(["alerts"]);
  expect(config.secrets).not.toContain(team.GITHUB_TOKEN);
  expect(githubTools(config)).toEqual([]);
});

function githubTools({ tools }: Config): string[] {
  return tools.map(({ spec }) => spec.name).filter((name) => name.startsWith("gh_"));
}

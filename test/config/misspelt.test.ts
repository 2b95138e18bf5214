/** Variables that nothing reads and that look like one that is read. */
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { configFile, configFolder } from "../support/config-folder.ts";

async function warningsOf(env: Record<string, string>, file: Record<string, unknown> = {}) {
  using folder = configFolder({ "belay.config.ts": configFile(file) });
  const { warnings } = await loadConfig(env, folder.path);
  return warnings.filter((warning) => warning.includes("did you mean"));
}

test.each([
  ["OPENAI_KEY", "OPENAI_API_KEY"],
  ["OPENAI_APIKEY", "OPENAI_API_KEY"],
  ["OPENAI_BASEURL", "OPENAI_BASE_URL"],
  ["DISCORD_TOKEN", "DISCORD_BOT_TOKEN"],
  ["SLACK_SIGNING_SECRETS", "SLACK_SIGNING_SECRET"],
  ["DATABSE_URL", "DATABASE_URL"],
])("%s: did you mean %s?", async (name, meant) => {
  expect(await warningsOf({ [name]: "x" })).toEqual([`${name}: nothing reads it; did you mean ${meant}?`]);
});

test("what is another word, what is set beside the right one, and what belay.config.ts names, is no typo", async () => {
  expect(await warningsOf({ OPENAI_ORG_ID: "x", PATH: "/bin", HOSTNAME: "h", HOME: "/root" })).toEqual([]);
  expect(await warningsOf({ DATABASE_URL2: "x", DATABASE_URL: "data/belay.db" })).toEqual([]);
  const tokens = [{ name: "ci", secretEnv: "SLACK_TOKEN", scopes: ["read"] }];
  expect(await warningsOf({ SLACK_TOKEN: "sixteen characters" }, { tokens })).toEqual([]);
});

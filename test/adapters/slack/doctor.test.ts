/** What the doctor finds in set-ups that are right, and in each that is wrong in one way. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { diagnose, type SlackCheck } from "../../../adapters/slack/doctor.ts";
import { neededEvents, neededScopes } from "../../../adapters/slack/requirements.ts";
import type { Finding } from "../../../src/core/ports/finding.ts";
import { SlackEdge } from "../../support/slack/edge.ts";
import { tokens } from "../../support/slack/emulator.ts";

let edge: SlackEdge;
beforeAll(async () => {
  edge = await SlackEdge.start();
});
afterAll(() => edge.stop());
beforeEach(() => {
  edge.scopes = Object.keys(neededScopes).join(",");
  edge.events = Object.keys(neededEvents);
});

const check = (change: Partial<SlackCheck> = {}): Promise<Finding[]> =>
  diagnose({
    botToken: tokens.bot,
    appToken: tokens.app,
    signingSecret: null,
    apiUrl: `${edge.url}/api/`,
    publicUrl: null,
    configToken: null,
    ...change,
  });

/** What is wrong, as one text. */
const wrong = (findings: Finding[]) =>
  findings
    .filter((finding) => !finding.ok)
    .map(({ check: what, detail, fix }) => `${what}: ${detail} → ${fix}`)
    .join("\n");

test("a right set-up has nothing to mend, over either transport", async () => {
  expect(wrong(await check())).toBe("");
  const http = { appToken: null, signingSecret: tokens.secret, publicUrl: "https://belay.example" };
  expect(wrong(await check(http))).toBe("");
});

test("tokens that were swapped are named by their kind", async () => {
  const found = wrong(await check({ botToken: tokens.app, appToken: tokens.bot }));
  expect(found).toContain("SLACK_BOT_TOKEN: an app-level token, not a bot token");
  expect(found).toContain("SLACK_APP_TOKEN: a bot token, not an app-level token");
  expect(found).not.toContain(tokens.app);
});

test("a missing scope is named with what it is for", async () => {
  edge.scopes = edge.scopes.replace("groups:history,", "");
  expect(wrong(await check())).toMatch(
    /missing: groups:history \(to hear replies in threads of private channels\)/,
  );
});

test("a token that Slack does not take ends the check", async () => {
  expect(wrong(await check({ botToken: "xoxb-wrong" }))).toMatch(
    /auth.test: invalid_auth.*Install the app again/,
  );
});

test("an app token of another app or without connections:write is told", async () => {
  expect(wrong(await check({ appToken: "xapp-wrong" }))).toMatch(/apps.connections.open: invalid_auth/);
});

test("a missing event subscription is named, when Slack may tell", async () => {
  edge.events = edge.events.filter((event) => event !== "message.groups");
  const found = await check({ configToken: tokens.config });
  expect(wrong(found)).toContain(
    "not subscribed: message.groups (plain replies in threads of private channels)",
  );
  expect(wrong(await check({ configToken: "xoxe-expired" }))).toMatch(/invalid_auth.*12 hours/);
});

test("HTTP without a public address, or without encryption, is told", async () => {
  const http = { appToken: null, signingSecret: tokens.secret };
  expect(wrong(await check(http))).toContain("PUBLIC_URL");
  expect(wrong(await check({ ...http, publicUrl: "http://belay.example" }))).toContain("https only");
  expect(wrong(await check({ appToken: null }))).toContain("neither an app token nor a signing secret");
});

test("a Slack that can't be reached is told as that", async () => {
  expect(wrong(await check({ apiUrl: "http://127.0.0.1:9/api/" }))).toMatch(/auth.test: .*reaches slack.com/);
});

test("manifest.yml asks for exactly what the channel needs", () => {
  const text = readFileSync(new URL("../../../manifest.yml", import.meta.url), "utf8");
  const manifest = parse(text) as {
    oauth_config: { scopes: { bot: string[] } };
    settings: { event_subscriptions: { bot_events: string[] }; socket_mode_enabled: boolean };
    features: {
      shortcuts: { callback_id: string }[];
      slash_commands: { command: string; should_escape: boolean }[];
    };
  };
  expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual(Object.keys(neededScopes).toSorted());
  expect(manifest.settings.event_subscriptions.bot_events.toSorted()).toEqual(
    Object.keys(neededEvents).toSorted(),
  );
  expect(manifest.settings.socket_mode_enabled).toBe(true);
  expect(manifest.features.shortcuts[0]?.callback_id).toBe("agent_from_message");
  expect(manifest.features.slash_commands).toMatchObject([{ command: "/agent", should_escape: true }]);
});

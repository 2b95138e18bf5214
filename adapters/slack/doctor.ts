/** Checks a Slack set-up from the outside: tokens, scopes, transport, subscriptions. Writes nothing. */

import { webApi } from "@slack/bolt";
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import { thrown } from "../../src/core/text/thrown.ts";
import { slackCode } from "./errors.ts";
import { clientOptions, type Log } from "./options.ts";
import { listAt, textAt } from "./payload.ts";
import { neededEvents, neededScopes } from "./requirements.ts";

/** null: the variable is not set, and what it is for is not checked. */
export interface SlackCheck {
  botToken: string;
  appToken: string | null;
  signingSecret: string | null;
  apiUrl: string | null;
  publicUrl: string | null;
  /** An app configuration token (xoxe.xoxp-…): only with it Slack tells the event subscriptions. */
  configToken: string | null;
}

/** Never throws: what could not be asked is a finding too. */
export async function diagnose(options: SlackCheck): Promise<Finding[]> {
  const kinds = tokenKinds(options);
  if (kinds.some((finding) => !finding.ok)) return kinds;
  const bot = clientOf(options, options.botToken);
  const identity = await whoIsIt(bot);
  if (identity.who === null) return [...kinds, ...identity.findings];
  return [
    ...kinds,
    ...identity.findings,
    scopesOf(identity.who.scopes),
    ...(await transport(options)),
    await subscriptions(options, bot, identity.who.botId),
  ];
}

const silent: Log = { info() {}, warn() {}, error() {} };

function clientOf(options: SlackCheck, token: string): webApi.WebClient {
  return new webApi.WebClient(token, clientOptions({ apiUrl: options.apiUrl, log: silent }));
}

const kindsOfTokens: [prefix: string, name: string][] = [
  ["xoxb-", "a bot token"],
  ["xoxp-", "a user token"],
  ["xapp-", "an app-level token"],
  ["xoxe", "a configuration or refresh token"],
];

function tokenKinds({ botToken, appToken }: SlackCheck): Finding[] {
  const kindOf = (token: string) =>
    kindsOfTokens.find(([prefix]) => token.startsWith(prefix))?.[1] ?? "no Slack token";
  const findings = [
    botToken.startsWith("xoxb-")
      ? fine("SLACK_BOT_TOKEN", "a bot token")
      : broken(
          "SLACK_BOT_TOKEN",
          `${kindOf(botToken)}, not a bot token`,
          "Use the Bot User OAuth Token of OAuth & Permissions; it starts with xoxb-.",
        ),
  ];
  if (appToken !== null) {
    findings.push(
      appToken.startsWith("xapp-")
        ? fine("SLACK_APP_TOKEN", "an app-level token")
        : broken(
            "SLACK_APP_TOKEN",
            `${kindOf(appToken)}, not an app-level token`,
            "Make one under Basic Information, App-Level Tokens, with connections:write; it starts with xapp-.",
          ),
    );
  }
  return findings;
}

interface Who {
  botId: string | null;
  scopes: readonly string[];
}

async function whoIsIt(bot: webApi.WebClient): Promise<{ who: Who | null; findings: Finding[] }> {
  const check = "Slack workspace";
  try {
    const found = await bot.auth.test();
    const where = `${found.team ?? found.team_id} as @${found.user ?? found.user_id}`;
    const who = { botId: found.bot_id ?? null, scopes: found.response_metadata?.scopes ?? [] };
    return { who, findings: [fine(check, where)] };
  } catch (error) {
    return { who: null, findings: [broken(check, `auth.test: ${words(error)}`, tokenFix(error))] };
  }
}

function tokenFix(error: unknown): string {
  return slackCode(error) === null
    ? "Check that this machine reaches slack.com (a proxy?)."
    : "Install the app again (OAuth & Permissions) and copy the new Bot User OAuth Token.";
}

function scopesOf(granted: readonly string[]): Finding {
  const missing = Object.entries(neededScopes).filter(([scope]) => !granted.includes(scope));
  if (missing.length === 0) return fine("Slack scopes", "all there");
  const list = missing.map(([scope, use]) => `${scope} (to ${use})`).join(", ");
  return broken(
    "Slack scopes",
    `missing: ${list}`,
    "Add them under OAuth & Permissions, or paste manifest.yml under App Manifest; then reinstall the app.",
  );
}

async function transport(options: SlackCheck): Promise<Finding[]> {
  if (options.appToken !== null) return [await socketMode(options, options.appToken)];
  if (options.signingSecret === null) {
    const fix =
      "Set SLACK_APP_TOKEN (Socket Mode), or SLACK_SIGNING_SECRET (HTTP; Basic Information, App Credentials).";
    return [broken("Slack transport", "neither an app token nor a signing secret", fix)];
  }
  if (options.publicUrl === null) {
    const fix = "Set PUBLIC_URL to the https address under which Slack reaches this server.";
    return [broken("Slack transport", "HTTP, but PUBLIC_URL is not set", fix)];
  }
  const url = `${options.publicUrl.replace(/\/+$/, "")}/slack/events`;
  return url.startsWith("https://")
    ? [fine("Slack transport", `HTTP: Slack must be told ${url} three times (events, interactivity, /agent)`)]
    : [broken("Slack transport", `HTTP at ${url}`, "Slack sends to https only.")];
}

async function socketMode(options: SlackCheck, appToken: string): Promise<Finding> {
  const check = "Slack Socket Mode";
  try {
    await clientOf(options, appToken).apps.connections.open();
    return fine(check, "Slack opens a connection");
  } catch (error) {
    const fix =
      "Turn on Socket Mode, and make an app-level token of the same app with connections:write (Basic Information).";
    return broken(check, `apps.connections.open: ${words(error)}`, fix);
  }
}

/** A bot token is not told its subscriptions; the app's manifest is, to whoever may configure the app. */
async function subscriptions(
  options: SlackCheck,
  bot: webApi.WebClient,
  botId: string | null,
): Promise<Finding> {
  const check = "Slack events";
  const needed = Object.keys(neededEvents).join(", ");
  if (options.configToken === null || botId === null) {
    const detail = `not looked at (Slack tells them to configuration tokens only); needed: ${needed}`;
    return fine(check, detail);
  }
  try {
    const app_id = textAt(await bot.bots.info({ bot: botId }), "bot", "app_id") ?? "";
    const exported = await clientOf(options, options.configToken).apps.manifest.export({ app_id });
    const subscribed = listAt(exported, "manifest", "settings", "event_subscriptions", "bot_events");
    const missing = Object.entries(neededEvents).filter(([event]) => !subscribed.includes(event));
    if (missing.length === 0) return fine(check, "all subscribed");
    const list = missing.map(([event, what]) => `${event} (${what})`).join(", ");
    return broken(
      check,
      `not subscribed: ${list}`,
      "Add them under Event Subscriptions, Subscribe to bot events.",
    );
  } catch (error) {
    const fix = "Make a new configuration token at api.slack.com/apps; they live for 12 hours.";
    return broken(check, `apps.manifest.export: ${words(error)}`, fix);
  }
}

function words(error: unknown): string {
  return slackCode(error) ?? (error instanceof Error ? error.message : thrown(error));
}

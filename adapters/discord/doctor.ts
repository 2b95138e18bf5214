/** Checks a Discord set-up from the outside: token, switches, permissions. Writes nothing. */

import {
  type APIApplication,
  type APIUser,
  ApplicationFlags,
  PermissionFlagsBits,
  type REST,
  type RESTGetAPICurrentUserGuildsResult,
  type RESTGetAPIGatewayBotResult,
  Routes,
} from "discord.js";
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import { thrown } from "../../src/core/text/thrown.ts";
import { codeOf } from "./errors.ts";
import { restClient } from "./session.ts";

/** `apiUrl`: null for Discord itself. */
export interface DiscordCheck {
  token: string;
  apiUrl: string | null;
}

/** What the bot does in a channel; docs/discord.md shows the sum as the invite link's number. */
const neededPermissions = {
  "View Channels": PermissionFlagsBits.ViewChannel,
  "Send Messages": PermissionFlagsBits.SendMessages,
  "Send Messages in Threads": PermissionFlagsBits.SendMessagesInThreads,
  "Create Public Threads": PermissionFlagsBits.CreatePublicThreads,
  "Read Message History": PermissionFlagsBits.ReadMessageHistory,
  "Embed Links": PermissionFlagsBits.EmbedLinks,
  "Attach Files": PermissionFlagsBits.AttachFiles,
  "Add Reactions": PermissionFlagsBits.AddReactions,
} as const;

/** As the `permissions` of an invitation URL takes them, in decimal. */
export function permissionsNumber(): bigint {
  return Object.values(neededPermissions).reduce((sum, permission) => sum | permission, 0n);
}

/** Opens the page that adds the bot to a server. */
export function inviteLink(applicationId: string): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: "bot applications.commands",
    permissions: permissionsNumber().toString(),
  });
  return `https://discord.com/oauth2/authorize?${query}`;
}

/** Never throws: what could not be asked is a finding too. */
export async function diagnose(options: DiscordCheck): Promise<Finding[]> {
  const rest = restClient(options.token, options.apiUrl);
  try {
    const [self, application] = await identity(rest);
    return [
      fine("DISCORD_BOT_TOKEN", `accepted, as ${self.username}`),
      intents(application),
      endpoint(application),
      await sessions(rest),
      ...(await servers(rest, application.id)),
    ];
  } catch (error) {
    return [unanswered(error)];
  } finally {
    rest.clearHandlerSweeper();
    rest.clearHashSweeper();
  }
}

async function identity(rest: REST): Promise<[APIUser, APIApplication]> {
  const self = (await rest.get(Routes.user())) as APIUser;
  return [self, (await rest.get(Routes.currentApplication())) as APIApplication];
}

function unanswered(error: unknown): Finding {
  const check = "DISCORD_BOT_TOKEN";
  if (codeOf(error) === 0) {
    const fix = "Copy a new token: developer portal, your application, Bot, Reset Token.";
    return broken(check, "Discord refuses the token", fix);
  }
  const detail = error instanceof Error ? error.message : thrown(error);
  return broken("Discord", detail, "Check that this machine reaches discord.com (a proxy?).");
}

/** Both flags mean that the switch is on; the limited one is for bots on few servers. */
function intents(application: APIApplication): Finding {
  const either = ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited;
  if ((application.flags & either) !== 0) return fine("Message Content Intent", "on");
  const fix = "Turn it on: developer portal, your application, Bot, Privileged Gateway Intents.";
  return broken("Message Content Intent", "off: Discord refuses the connection (4014)", fix);
}

/** With a URL there, Discord sends commands and buttons to it and nothing through the gateway. */
function endpoint(application: APIApplication): Finding {
  const check = "Interactions Endpoint URL";
  if (!application.interactions_endpoint_url) return fine(check, "empty, as it should be");
  const fix = "Clear it: developer portal, your application, General Information.";
  return broken(check, "set: commands and buttons do not reach this bot", fix);
}

async function sessions(rest: REST): Promise<Finding> {
  const { session_start_limit } = (await rest.get(Routes.gatewayBot())) as RESTGetAPIGatewayBotResult;
  const { remaining, total } = session_start_limit;
  const detail = `${remaining} of ${total} sessions left today`;
  if (remaining > total / 10) return fine("Discord sessions", detail);
  return broken("Discord sessions", detail, "Stop other programs that use this token.");
}

async function servers(rest: REST, applicationId: string): Promise<Finding[]> {
  const guilds = (await rest.get(Routes.userGuilds())) as RESTGetAPICurrentUserGuildsResult;
  if (guilds.length === 0) {
    return [broken("Discord servers", "on none", `Add it to a server: ${inviteLink(applicationId)}`)];
  }
  return guilds.map((guild) => {
    const check = `Discord server ${guild.name}`;
    const granted = BigInt(guild.permissions);
    if ((granted & PermissionFlagsBits.Administrator) !== 0n)
      return fine(check, "all permissions (Administrator)");
    const missing = Object.entries(neededPermissions).filter(
      ([, permission]) => (granted & permission) === 0n,
    );
    if (missing.length === 0) return fine(check, "all permissions");
    const names = missing.map(([name]) => name).join(", ");
    const fix = `Grant them to the bot's role (Server Settings, Roles), or add it again: ${inviteLink(applicationId)}`;
    return broken(check, `missing: ${names}`, fix);
  });
}

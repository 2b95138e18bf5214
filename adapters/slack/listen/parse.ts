/** Slack's payloads as inbound messages: pure, for events, slash commands, buttons, modals and shortcuts alike. */

import type { Inbound } from "../../../src/core/ports/inbound.ts";
import { wordless } from "../../../src/core/text/readable.ts";
import { parseAction } from "../actions.ts";
import { newAddress, threadAddress } from "../address.ts";
import { readMrkdwn } from "../draw/escape.ts";
import { actorOf, type Bot, type Parsed, responseUrl } from "../parsed.ts";
import { at, listAt, textAt } from "../payload.ts";
import { addresses, areToOthers, mentionOf, ownWords, timeOf } from "./addressed.ts";
import { parseMove, parseOpening } from "./openings.ts";
import { parseShortcut } from "./shortcut.ts";
import { beside } from "./shown.ts";
import { parseSubmission } from "./submission.ts";

/** Null: not for us (own and other bots' messages, joins, unknown kinds). */
export function parse(payload: unknown, bot: Bot): Parsed | null {
  const type = textAt(payload, "type");
  if (type === "event_callback") return parseEvent(payload, bot);
  if (type === "block_actions") return parseAction(payload, bot);
  if (type === "view_submission") return parseSubmission(payload, bot);
  if (type === "message_action") return parseShortcut(payload, bot);
  if (type === null && textAt(payload, "command") !== null) return parseSlash(payload, bot);
  return null;
}

function parseEvent(payload: unknown, bot: Bot): Parsed | null {
  const event = at(payload, "event");
  switch (textAt(event, "type")) {
    case "app_mention":
    case "message":
      return parseMessage(event, bot);
    case "member_joined_channel":
    case "channel_unarchive":
    case "group_unarchive":
      return parseOpening(event, bot);
    case "channel_id_changed":
      return parseMove(event);
    case "agent_session_stopped":
      return parseStop(event, textAt(payload, "event_id"), bot);
    case "app_uninstalled":
      return { type: "revoked" };
    case "tokens_revoked":
      return listAt(event, "tokens", "bot").includes(bot.user) ? { type: "revoked" } : null;
    default:
      return null;
  }
}

/** The inbox key of a message. */
export function messageKey(team: string, channel: string, ts: string): string {
  return `msg:${team}/${channel}/${ts}`;
}

/** A mention arrives twice, as `app_mention` and as `message`, with different event ids: the key is its place. */
function parseMessage(event: unknown, bot: Bot): Parsed | null {
  switch (textAt(event, "subtype")) {
    case "message_changed":
      // What is left of a deleted message that has replies.
      return textAt(event, "message", "subtype") === "tombstone"
        ? parseDeletion(event, textAt(event, "message", "ts"), bot)
        : parseEdit(event, bot);
    case "message_deleted":
      return parseDeletion(event, textAt(event, "deleted_ts"), bot);
    default:
      return isWords(event) ? said(event, bot) : parseOpening(event, bot);
  }
}

function parseDeletion(event: unknown, ts: string | null, bot: Bot): Parsed | null {
  const channel = textAt(event, "channel");
  if (channel === null || ts === null) return null;
  const before = at(event, "previous_message");
  const former =
    typeof before === "object" && isWords(before) ? said({ ...before, ...placeOf(event) }, bot) : null;
  const words = former?.type === "inbound" ? former.inbound : null;
  return { type: "deleted", key: messageKey(bot.team, channel, ts), said: words };
}

/** The message itself does not repeat where it stands. */
function placeOf(event: unknown): Record<string, string | null> {
  return { channel: textAt(event, "channel"), channel_type: textAt(event, "channel_type") };
}

/** What a person wrote; the subtypes of all else say that it is none of that. */
function isWords(message: unknown): boolean {
  return ["file_share", "thread_broadcast", null].includes(textAt(message, "subtype"));
}

/** Words that an edit addressed to the bot are said then; any other edit changes nothing that was heard, which is told. */
function parseEdit(event: unknown, bot: Bot): Parsed | null {
  const [before, after] = [at(event, "previous_message"), at(event, "message")];
  const written = textAt(after, "edited", "ts");
  const former = textAt(before, "text");
  if (typeof after !== "object" || written === null || former === null) return null;
  if (!isWords(after)) return null;
  const isNamed = (raw: string) => addresses(ownWords(raw), bot);
  const parsed = said({ ...after, ...placeOf(event), edited_ts: written }, bot);
  // Slack sends one as well when it unfolds a link.
  if (parsed?.type !== "inbound" || textAt(after, "text") === former) return null;
  const change = changed(parsed.inbound, written);
  if (change === null) return null;
  const isNew = isNamed(textAt(after, "text") ?? "") && !isNamed(former);
  return isNew
    ? { ...parsed, changed: change }
    : { ...parsed, inbound: change, thread: null, unheard: parsed };
}

function changed({ key, intent, ...rest }: Inbound, written: string): Inbound | null {
  if (intent.type !== "message") return null;
  const change = { type: "changed", key, text: intent.text } as const;
  return { ...rest, key: `${key}/changed/${written}`, intent: change, context: [] };
}

function said(event: unknown, bot: Bot): Parsed | null {
  const [user, channel, ts] = [textAt(event, "user"), textAt(event, "channel"), textAt(event, "ts")];
  if (user === null || channel === null || ts === null) return null;
  if (textAt(event, "bot_id") !== null || user === bot.user || user === "USLACKBOT") return null;

  const raw = textAt(event, "text") ?? "";
  const mention = mentionOf(bot);
  const direct = textAt(event, "channel_type") === "im" || channel.startsWith("D");
  const root = textAt(event, "thread_ts") ?? ts;
  const words = readMrkdwn(raw.replace(mention, " ")).trim();
  const context = beside(event);
  const unquoted = ownWords(raw);
  const own = readMrkdwn(unquoted.replace(mention, " ")).trim();
  const addressed = direct || addresses(unquoted, bot);
  const isOurs = root === ts || textAt(event, "parent_user_id") === bot.user;
  return {
    type: "inbound",
    inbound: {
      key: messageKey(bot.team, channel, ts),
      actor: actorOf(user, textAt(event, "user_team") ?? textAt(event, "team"), null, bot),
      channel: "slack",
      address: threadAddress(bot.team, channel, root),
      intent: {
        type: "message",
        text: words || (context.length > 0 ? wordless : ""),
        addressed,
        agent: null,
        ...(own === words ? {} : { said: own }),
        ...(areToOthers(unquoted, bot) ? { toOthers: true } : {}),
        thread: direct ? "direct" : isOurs ? "ours" : "theirs",
        ...(direct && root === ts ? { near: threadAddress(bot.team, channel, "") } : {}),
      },
      replyTo: { via: "message", channel, ts, root, user },
      context,
      writtenAt: timeOf(textAt(event, "edited_ts") ?? ts),
    },
    thread: addressed && root !== ts ? { channel, root } : null,
  };
}

function parseStop(event: unknown, eventId: string | null, bot: Bot): Parsed | null {
  const [user, channel, root] = [textAt(event, "user"), textAt(event, "channel"), textAt(event, "thread_ts")];
  if (user === null || channel === null || root === null || eventId === null) return null;
  const address = threadAddress(bot.team, channel, root);
  const replyTo = { via: "press", channel, root, user };
  const actor = actorOf(user, textAt(event, "user_team"), null, bot);
  return {
    type: "stopped",
    address,
    inbound: { key: `stop:${eventId}`, actor, channel: "slack", address, replyTo, context: [] },
  };
}

function parseSlash(payload: unknown, bot: Bot): Parsed | null {
  const trigger = textAt(payload, "trigger_id");
  const channel = textAt(payload, "channel_id");
  const user = textAt(payload, "user_id");
  if (trigger === null || channel === null || user === null) return null;
  return {
    type: "inbound",
    inbound: {
      key: `slash:${trigger}`,
      actor: actorOf(user, textAt(payload, "team_id"), textAt(payload, "user_name"), bot),
      channel: "slack",
      address: newAddress(bot.team, channel, trigger),
      intent: { type: "instruction", text: readMrkdwn(textAt(payload, "text") ?? "").trim() },
      replyTo: { via: "slash", channel, user, ...responseUrl(payload) },
      context: [],
    },
    thread: null,
  };
}

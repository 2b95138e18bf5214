/** Events about a channel: the bot may post there where it could not before, or it has another id. */
import type { Bot, Parsed } from "../parsed.ts";
import { textAt } from "../payload.ts";

/** Events, and messages that Slack writes into the channel for all who are in it. */
const joins = new Set(["member_joined_channel", "channel_join", "group_join"]);
const openings = new Set(["channel_unarchive", "group_unarchive", "channel_posting_permissions"]);

export function parseOpening(event: unknown, bot: Bot): Parsed | null {
  const kind = textAt(event, "subtype") ?? textAt(event, "type") ?? "";
  const channel = textAt(event, "channel");
  const isOurs = joins.has(kind) && textAt(event, "user") === bot.user;
  return channel !== null && (isOurs || openings.has(kind)) ? { type: "place", channel } : null;
}

export function parseMove(event: unknown): Parsed | null {
  const [from, to] = [textAt(event, "old_channel_id"), textAt(event, "new_channel_id")];
  const since = Number(textAt(event, "event_ts")) * 1_000;
  if (from === null || to === null || from === to || !(since > 0)) return null;
  return { type: "moved", move: { from, to, since } };
}

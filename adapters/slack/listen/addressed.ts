/** For whom a message of Slack is, and when it was written. */
import { turnToOthers } from "../../../src/core/admit/words.ts";
import { spoken } from "../../../src/core/text/spoken.ts";
import type { Bot } from "../parsed.ts";

/**
 * ms since the epoch. Where the fraction only counts the messages of a second (1503435956.000247),
 * no more than the second is
 * known: it may have been its end.
 */
export function timeOf(ts: string): number {
  const [seconds = "", fraction = ""] = ts.split(".");
  const isCounted = fraction.startsWith("000") || fraction === "";
  return Number(seconds) * 1000 + (isCounted ? 999 : Number(fraction.slice(0, 3)));
}

export function mentionOf(bot: Bot): RegExp {
  return new RegExp(`<@${bot.user}(?:\\|[^<>]*)?>`, "g");
}

/** Without code and quotes, in Slack's own escapes: a mark of a quote is escaped like any other. */
export function ownWords(raw: string): string {
  return spoken(raw.replace(/^[ \t]*(?:&gt;)+/gm, (marks) => marks.replaceAll("&gt;", ">")));
}

/** `own`: what `ownWords` made of the message. */
export function addresses(own: string, bot: Bot): boolean {
  return mentionOf(bot).test(own);
}

const anybody = /<[@!][^<>]*>/g;

/** `ownWords` begin by naming a person, a group or everybody and not the bot, or turn to them without naming it. */
export function areToOthers(own: string, bot: Bot): boolean {
  const [first = ""] = /^(?:[\s,]|<[@!][^<>]*>)+/.exec(own) ?? [];
  if (first.includes("<")) return !mentionOf(bot).test(first);
  return !addresses(own, bot) && turnToOthers(own, anybody);
}

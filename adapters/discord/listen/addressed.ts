/** For whom a message is: who the bot is in its server, whom the message mentions, whose thread it is in. */
import type { APIMessage } from "discord.js";
import { turnToOthers } from "../../../src/core/admit/words.ts";
import type { Said } from "../../../src/core/ports/inbound.ts";
import type { Place } from "../address.ts";
import type { MemberFacts } from "../people.ts";
import { withNames } from "./shown.ts";

/** A message from the gateway, or from REST with what only the gateway tells added. */
export type Heard = APIMessage & { guild_id?: string; member?: MemberFacts };

/** The inbox key of a message. */
export function messageKey(id: string): string {
  return `msg:${id}`;
}

/** Who we are: our user, and our own role in the server of the message. */
export interface Self {
  id: string;
  roles: readonly string[];
}

/** The bot's user and the role that Discord gave it with its invitation. */
function mentionsOf({ id, roles }: Self): RegExp {
  const ours = roles.map((role) => `&${role}`);
  return new RegExp(`<@(?:!?${[id, ...ours].join("|")})>`, "g");
}

/** Mentioned outside of code and quotes, or replied to. */
export function isAddressed(message: Heard, own: string, self: Self): boolean {
  return mentionsOf(self).test(own) || message.referenced_message?.author.id === self.id;
}

const anybody = /<@[!&]?\d+>|@everyone|@here/g;

/** A person, a role or everybody is named first, turned to, or replied to so that they are told, and not the bot. */
function isToOthers(message: Heard, own: string, self: Self): boolean {
  if (isAddressed(message, "", self)) return false;
  const [first = ""] = /^(?:[\s,]|<@[!&]?\d+>|@everyone|@here)+/.exec(own) ?? [];
  if (first.includes("@")) return !mentionsOf(self).test(first);
  if (!mentionsOf(self).test(own) && turnToOthers(own, anybody)) return true;
  const other = message.referenced_message?.author.id;
  const isTold = message.mentions.some(({ id }) => id === other);
  return isTold && other !== message.author.id && !mentionsOf(self).test(own);
}

/** `own`: without code and quotes. */
export function said(
  message: Heard,
  own: string,
  self: Self,
): Pick<Said, "type" | "text" | "agent" | "said" | "toOthers"> {
  const isWhole = own === message.content.trim();
  return {
    type: "message",
    text: textOf(message, message.content, self),
    agent: null,
    ...(isWhole ? {} : { said: textOf(message, own, self) }),
    ...(isToOthers(message, own, self) ? { toOthers: true } : {}),
  };
}

/** A message in a channel makes a thread of its own. */
export function threadOf(place: Place, self: Self): "ours" | "theirs" | "direct" {
  if (place.kind === "dm") return "direct";
  return place.kind !== "thread" || place.ownerId === self.id ? "ours" : "theirs";
}

/** The words without our own mention; people by name. */
function textOf(message: Heard, content: string, self: Self): string {
  return withNames(content.replace(mentionsOf(self), ""), message.mentions).trim();
}

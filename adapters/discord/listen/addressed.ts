/** For whom a message is: who we are in its server, and whom it mentions. */
import type { APIMessage } from "discord.js";
import type { MemberFacts } from "../people.ts";

/** A message from the gateway, or from REST with what only the gateway tells added. */
export type Heard = APIMessage & { guild_id?: string; member?: MemberFacts };

/** Who we are: our user, and our own role in the server of the message. */
export interface Self {
  id: string;
  roles: readonly string[];
}

/** The bot's user and the role that Discord gave it with its invitation. */
export function mentionsOf({ id, roles }: Self): RegExp {
  const ours = roles.map((role) => `&${role}`);
  return new RegExp(`<@(?:!?${[id, ...ours].join("|")})>`, "g");
}

/** Mentioned outside of code and quotes, or replied to. */
export function isAddressed(message: Heard, own: string, self: Self): boolean {
  return mentionsOf(self).test(own) || message.referenced_message?.author.id === self.id;
}

/** A person, a role or everybody is named first, or replied to so that they are told, and not the bot. */
export function isToOthers(message: Heard, own: string, self: Self): boolean {
  if (isAddressed(message, "", self)) return false;
  const [first = ""] = /^(?:[\s,]|<@[!&]?\d+>|@everyone|@here)+/.exec(own) ?? [];
  if (first.includes("@")) return !mentionsOf(self).test(first);
  const other = message.referenced_message?.author.id;
  const isTold = message.mentions.some(({ id }) => id === other);
  return isTold && other !== message.author.id && !mentionsOf(self).test(own);
}

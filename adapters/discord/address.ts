/** Discord's channels as addresses of runs, and what is known about each channel. */
import { type APIChannel, ChannelType, type REST, Routes } from "discord.js";
import type { Address } from "../../src/core/actor.ts";

/** Where a message was said. */
export type Place =
  | { kind: "dm"; channelId: string }
  | { kind: "channel"; guildId: string; channelId: string }
  /** `ownerId`: who made the thread; null: not known. */
  | { kind: "thread"; guildId: string; parentId: string; channelId: string; ownerId: string | null };

/** Where a run speaks. `new`: a thread that the first post will start from a root message of its own. */
export type Target =
  | { kind: "dm"; channelId: string }
  | { kind: "thread"; guildId: string; parentId: string; threadId: string }
  | { kind: "new"; guildId: string; parentId: string };

/** `discord:@me/<channel>` · `discord:<guild>/<parent channel>/<thread>` */
export function threadAddress(guildId: string, parentId: string, threadId: string): Address {
  return `discord:${guildId}/${parentId}/${threadId}`;
}

function directAddress(channelId: string): Address {
  return `discord:@me/${channelId}`;
}

/** An address before its thread exists: `discord:<guild>/<channel>/new:<interaction>`. */
export function newAddress(guildId: string, channelId: string, interactionId: string): Address {
  return `discord:${guildId}/${channelId}/new:${interactionId}`;
}

const snowflake = /^\d{1,20}$/;

/** null: not an address of this channel. */
export function targetOf(address: Address): Target | null {
  const [guildId, parentId, threadId, ...more] = address.replace(/^discord:/, "").split("/");
  if (!address.startsWith("discord:") || more.length > 0 || !guildId || !snowflake.test(parentId ?? ""))
    return null;
  const parent = parentId ?? "";
  if (guildId === "@me") return threadId === undefined ? { kind: "dm", channelId: parent } : null;
  if (!snowflake.test(guildId) || threadId === undefined) return null;
  if (threadId.startsWith("new:")) return { kind: "new", guildId, parentId: parent };
  return snowflake.test(threadId) ? { kind: "thread", guildId, parentId: parent, threadId } : null;
}

/**
 * The address of what is said at a place. A message in a plain channel gets the thread that will be made from it:
 * Discord gives such a thread the id of its message, so the address is known before the thread is.
 */
export function addressAt(place: Place, messageId: string): Address {
  switch (place.kind) {
    case "dm":
      return directAddress(place.channelId);
    case "thread":
      return threadAddress(place.guildId, place.parentId, place.channelId);
    case "channel":
      return threadAddress(place.guildId, place.channelId, messageId);
  }
}

/** The part of a channel object, from the gateway or REST, that tells where it is. */
export interface ChannelFacts {
  id: string;
  type: ChannelType;
  guild_id?: string;
  parent_id?: string | null;
  last_message_id?: string | null;
  owner_id?: string;
}

/** `guildId` undefined: a direct message. */
export function placeOf(channel: ChannelFacts, guildId: string | undefined): Place {
  if (guildId === undefined) return { kind: "dm", channelId: channel.id };
  if (!isThread(channel.type)) return { kind: "channel", guildId, channelId: channel.id };
  const ownerId = channel.owner_id ?? null;
  return {
    kind: "thread",
    guildId,
    parentId: channel.parent_id ?? channel.id,
    channelId: channel.id,
    ownerId,
  };
}

function isThread(type: ChannelType): boolean {
  return (
    type === ChannelType.PublicThread ||
    type === ChannelType.PrivateThread ||
    type === ChannelType.AnnouncementThread
  );
}

const remembered = 20_000;

/** Places by channel id: told by the gateway, asked over REST when it did not tell. */
export class Places {
  readonly #rest: REST;
  readonly #known = new Map<string, Place>();

  constructor(rest: REST) {
    this.#rest = rest;
  }

  learn(channel: ChannelFacts, guildId: string | undefined): Place {
    const place = placeOf(channel, guildId ?? channel.guild_id);
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(channel.id, place);
    return place;
  }

  forget(channelId: string): void {
    this.#known.delete(channelId);
  }

  knows(channelId: string): boolean {
    return this.#known.has(channelId);
  }

  /** Throws what REST throws: 10003 when there is no such channel. */
  async at(channelId: string, guildId: string | undefined): Promise<Place> {
    if (guildId === undefined) return { kind: "dm", channelId };
    const known = this.#known.get(channelId);
    // Who made a thread decides whose it is: what we were not told is asked.
    if (known && (known.kind !== "thread" || known.ownerId !== null)) return known;
    const channel = (await this.#rest.get(Routes.channel(channelId))) as APIChannel;
    return this.learn(channel, guildId);
  }
}

/** What was said in a channel, read over REST with what only the gateway tells added. */
import { type APIChannel, type APIGuildMember, type APIMessage, Routes } from "discord.js";
import { noteKinds, readNote } from "../../../src/core/store/notes.ts";
import { targetOf } from "../address.ts";
import { codeOf } from "../errors.ts";
import { laterOf, snowflakeAt, timeOf } from "../nonce.ts";
import type { Session } from "../session.ts";
import type { Heard, Self } from "./addressed.ts";
import { parseMessage } from "./parse.ts";

/** Messages of one page. */
export const pageSize = 100;

/** Older messages are not read again. */
export const maxAgeMs = 24 * 3_600_000;
/** Read again before the cursor: channels are taken side by side, and Discord's clock is not ours. */
const overlapMs = 60_000;

/** The message after which a channel is read that was read up to `cursor`, at most a day back. `now` in ms. */
export function readFrom(cursor: string, now: number): string {
  return laterOf(snowflakeAt(timeOf(cursor) - overlapMs), snowflakeAt(now - maxAgeMs));
}

/** Oldest first; nothing where we may not look or nothing is left. @throws what passes: no answer, a rate limit */
export function pageAfter(
  session: Pick<Session, "rest">,
  channelId: string,
  after: string,
): Promise<APIMessage[]> {
  return page(session, channelId, new URLSearchParams({ after, limit: String(pageSize) }));
}

/** The same for the last messages of a place. */
export function newestPage(session: Pick<Session, "rest">, channelId: string): Promise<APIMessage[]> {
  return page(session, channelId, new URLSearchParams({ limit: String(pageSize) }));
}

async function page(
  { rest }: Pick<Session, "rest">,
  channelId: string,
  query: URLSearchParams,
): Promise<APIMessage[]> {
  try {
    const messages = (await rest.get(Routes.channelMessages(channelId), { query })) as APIMessage[];
    return messages.toSorted((a, b) => (laterOf(a.id, b.id) === a.id ? 1 : -1));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return [];
  }
}

/** REST does not say whose roles the author has: without them nobody would be allowed anything. null: not for us. */
export async function asHeard(
  session: Session,
  message: APIMessage,
  guildId: string | undefined,
  self: Self,
): Promise<Heard | null> {
  if (guildId === undefined) return message;
  const place = await session.places.at(message.channel_id, guildId);
  if (parseMessage(message, place, self).type === "nothing") return null;
  const member = await memberOf(session, guildId, message.author.id);
  return { ...message, guild_id: guildId, ...(member === null ? {} : { member }) };
}

async function memberOf({ rest }: Session, guildId: string, userId: string): Promise<APIGuildMember | null> {
  try {
    return (await rest.get(Routes.guildMember(guildId, userId))) as APIGuildMember;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    return null;
  }
}

/** Runs whose places are read after a new session. */
const mostAsking = 200;
const mostRecent = 50;

/** A thread, or a direct channel: that has no server. `updatedAt`: when something last happened to its run, in ms. */
interface RunPlace {
  channelId: string;
  guildId: string | undefined;
  updatedAt: number;
}

/** The threads and direct channels of runs, those with open questions first. */
export async function runPlaces({ store }: Session["inlet"]): Promise<RunPlace[]> {
  const asking = await store.runs({ near: "discord:", asking: true, limit: mostAsking });
  const recent = await store.runs({ channel: "discord", limit: mostRecent });
  return [...asking, ...recent].flatMap(({ address, updatedAt }) => {
    const target = address === null ? null : targetOf(address);
    if (target?.kind === "dm") return { channelId: target.channelId, guildId: undefined, updatedAt };
    if (target?.kind !== "thread") return [];
    return { channelId: target.threadId, guildId: target.guildId, updatedAt };
  });
}

const mostPeople = 50;

/**
 * People whom this bot was told about: listed one by one in its rules, or who started its last runs. Discord does not
 * list a bot's direct messages, so that only of them a first one can be found that came while it was away.
 */
export async function knownPeople({ store }: Session["inlet"]): Promise<string[]> {
  const rights = Object.values((await readNote(store, noteKinds.agentRights)) ?? {});
  const rules = rights.flatMap((lists) => Object.values(lists).flat());
  const recent = await store.runs({ channel: "discord", limit: mostPeople });
  const principals = [...rules, ...recent.map(({ principal }) => principal)];
  const ids = principals.flatMap((principal) => /^discord:(\d{1,20})$/.exec(principal)?.[1] ?? []);
  return [...new Set(ids)].slice(0, mostPeople);
}

/** The direct channel with somebody; nobody is shown that it was opened. null: Discord does not open it. */
export async function directChannel({ rest }: Session, userId: string): Promise<APIChannel | null> {
  try {
    return (await rest.post(Routes.userChannels(), { body: { recipient_id: userId } })) as APIChannel;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return null;
  }
}

/** Discord's own answer, which asking again does not change. */
function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && code !== 0;
}

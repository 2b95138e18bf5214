/** Reads over REST what was said while the bot was away, bounded in age and count; the inbox drops duplicates. */
import { type APIGuildMember, type APIMessage, RateLimitError, Routes } from "discord.js";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { type ChannelFacts, targetOf } from "../address.ts";
import { codeOf } from "../errors.ts";
import { laterOf, snowflakeAt, timeOf } from "../nonce.ts";
import type { Session } from "../session.ts";
import type { Heard, Self } from "./addressed.ts";
import { delay } from "./gateway.ts";
import { parseMessage } from "./parse.ts";

const maxAgeMs = 24 * 3_600_000;
const maxPages = 3;
const maxChannels = 200;
const saveEveryMs = 5_000;
/** Read again before the cursor: channels are taken side by side, and Discord's clock is not ours. */
const overlapMs = 60_000;

/**
 * The cursor is the newest message up to which everything was taken. It moves only while no channel is behind,
 * so that a crash in the middle of catching up begins again at the same place.
 */
export class CatchUp {
  readonly #session: Session;
  readonly #hear: (message: Heard) => Promise<void>;
  readonly #self: (guildId: string) => Self;
  readonly #stopping = new AbortController();
  /** Channels that must be read since the cursor, with their servers. */
  readonly #behind = new Map<string, string | undefined>();
  #cursor = "0";
  #newest = "0";
  #draining: Promise<void> | null = null;
  #saving: NodeJS.Timeout | null = null;

  constructor(session: Session, self: (guildId: string) => Self, hear: (message: Heard) => Promise<void>) {
    this.#session = session;
    this.#self = self;
    this.#hear = hear;
  }

  /** The first start of all has missed nothing. */
  async load(): Promise<void> {
    const now = snowflakeAt(this.#session.options.clock.now());
    const { store } = this.#session.inlet;
    const known = await readNote(store, noteKinds.discordCursor);
    this.#cursor = known ?? now;
    this.#newest = this.#cursor;
    if (known === null) await writeNote(store, noteKinds.discordCursor, { value: now });
  }

  /** A message was taken. */
  seen(messageId: string): void {
    this.#newest = laterOf(this.#newest, messageId);
    this.#saving ??= setTimeout(() => {
      this.#saving = null;
      this.#save().catch((err: unknown) =>
        this.#session.options.log.warn({ err }, "discord cursor not saved"),
      );
    }, saveEveryMs);
  }

  /** A message could not be taken: its channel is read again from just before it. */
  missed(message: Heard): void {
    const before = (BigInt(message.id) - 1n).toString();
    if (laterOf(this.#cursor, before) === this.#cursor) this.#cursor = before;
    this.#add(message.channel_id, message.guild_id);
  }

  /** A new session began: the threads and direct messages of runs, those with open questions first. */
  async newSession(): Promise<void> {
    const { store } = this.#session.inlet;
    const asking = await store.runs({ near: "discord:", asking: true, limit: maxChannels });
    const recent = await store.runs({ channel: "discord", limit: 50 });
    for (const run of [...asking, ...recent]) {
      const target = run.address ? targetOf(run.address) : null;
      if (target?.kind === "dm") this.#add(target.channelId, undefined);
      if (target?.kind === "thread") this.#add(target.threadId, target.guildId);
    }
  }

  /** A server's channels and threads as a new session shows them: those with something new. */
  guild(guildId: string, channels: readonly ChannelFacts[]): void {
    for (const channel of channels) {
      const last = channel.last_message_id;
      if (last && laterOf(last, this.#from()) === last) this.#add(channel.id, guildId);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#saving) clearTimeout(this.#saving);
    await this.#draining;
    await this.#save();
  }

  #add(channelId: string, guildId: string | undefined): void {
    if (this.#stopping.signal.aborted || this.#behind.size >= maxChannels) return;
    this.#behind.set(channelId, guildId);
    this.#wake();
  }

  #wake(): void {
    if (this.#draining !== null || this.#behind.size === 0 || this.#stopping.signal.aborted) return;
    this.#draining = this.#drain().finally(() => {
      this.#draining = null;
      this.#wake();
    });
  }

  async #drain(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; this.#behind.size > 0 && !signal.aborted; ) {
      const [channelId, guildId] = this.#behind.entries().next().value ?? ["", undefined];
      try {
        await this.#read(channelId, guildId);
        this.#behind.delete(channelId);
        failures = 0;
      } catch (err) {
        failures += 1;
        // To the end of the line: one channel that can't be read must not keep the others waiting.
        this.#behind.delete(channelId);
        this.#behind.set(channelId, guildId);
        this.#session.options.log.warn({ err, channelId }, "discord catch-up failed");
        const wait =
          err instanceof RateLimitError ? err.retryAfter : Math.min(300_000, 1_000 * 2 ** failures);
        await delay(wait, signal);
      }
    }
    if (this.#behind.size === 0) await this.#save().catch(() => undefined);
  }

  async #read(channelId: string, guildId: string | undefined): Promise<void> {
    let after = this.#from();
    for (let page = 0; page < maxPages && !this.#stopping.signal.aborted; page += 1) {
      const messages = await this.#page(channelId, after);
      for (const message of messages) {
        await this.#take(message, guildId);
        after = laterOf(after, message.id);
        this.#newest = laterOf(this.#newest, message.id);
      }
      if (messages.length < 100) return;
    }
    this.#session.options.log.warn({ channelId }, "discord catch-up cut short");
  }

  #from(): string {
    const oldest = snowflakeAt(this.#session.options.clock.now() - maxAgeMs);
    return laterOf(snowflakeAt(timeOf(this.#cursor) - overlapMs), oldest);
  }

  /** Oldest first; nothing where we may not look or nothing is left. */
  async #page(channelId: string, after: string): Promise<APIMessage[]> {
    const query = new URLSearchParams({ after, limit: "100" });
    try {
      const route = Routes.channelMessages(channelId);
      const messages = (await this.#session.rest.get(route, { query })) as APIMessage[];
      return messages.toSorted((a, b) => (laterOf(a.id, b.id) === a.id ? 1 : -1));
    } catch (error) {
      const code = codeOf(error);
      if (code === null || code === 0) throw error;
      return [];
    }
  }

  /** REST does not say whose roles the author has: without them nobody would be allowed anything. */
  async #take(message: APIMessage, guildId: string | undefined): Promise<void> {
    if (guildId === undefined) return await this.#hear(message);
    const place = await this.#session.places.at(message.channel_id, guildId);
    if (parseMessage(message, place, this.#self(guildId)).type === "nothing") return;
    const member = await this.#member(guildId, message.author.id);
    await this.#hear({ ...message, guild_id: guildId, ...(member === null ? {} : { member }) });
  }

  async #member(guildId: string, userId: string): Promise<APIGuildMember | null> {
    try {
      return (await this.#session.rest.get(Routes.guildMember(guildId, userId))) as APIGuildMember;
    } catch (error) {
      if (codeOf(error) === null) throw error;
      return null;
    }
  }

  async #save(): Promise<void> {
    if (this.#behind.size > 0 || this.#newest === this.#cursor) return;
    this.#cursor = this.#newest;
    await writeNote(this.#session.inlet.store, noteKinds.discordCursor, { value: this.#cursor });
  }
}

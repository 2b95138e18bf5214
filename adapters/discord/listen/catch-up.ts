/** Reads over REST what was said while the bot was away, bounded in age and count; the inbox drops duplicates. */
import { type APIMessage, RateLimitError } from "discord.js";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import { type ChannelFacts, targetOf } from "../address.ts";
import { laterOf, snowflakeAt } from "../nonce.ts";
import type { Session } from "../session.ts";
import type { Heard, Self } from "./addressed.ts";
import { FailedTries } from "./failed-tries.ts";
import { delay } from "./gateway.ts";
import { asHeard, directChannel, knownPeople, pageAfter, pageSize, readFrom } from "./history.ts";

const maxPages = 3;
const maxChannels = 200;
const saveEveryMs = 5_000;

/**
 * The cursor is the newest message up to which everything was taken. It moves only while no channel is behind,
 * so that a crash in the middle of catching up begins again at the same place.
 */
export class CatchUp {
  readonly #session: Session;
  readonly #hear: (message: Heard) => Promise<void>;
  readonly #self: (guildId: string) => Self;
  readonly #stopping = new AbortController();
  readonly #failed = new FailedTries();
  /** Channels that must be read since the cursor, with their servers. */
  readonly #behind = new Map<string, string | undefined>();
  /** People whose direct channel is to be opened: Discord does not tell a bot of those it has. */
  readonly #people = new Set<string>();
  /** Direct channels that were read in this session, which began when the cursor stood here. */
  readonly #directs = new Set<string>();
  #began = "0";
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
    this.#began = this.#from();
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
    for (const person of await knownPeople(this.#session.inlet)) this.#people.add(person);
    this.#wake();
  }

  /**
   * Before a direct message is heard: what was said in its channel while the bot was away, which the gateway never
   * tells. @throws what REST throws: then this message is read again as well
   */
  async beforeDirect(channelId: string): Promise<void> {
    if (this.#directs.has(channelId)) return;
    await this.#read(channelId, undefined, this.#began);
    this.#directs.add(channelId);
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
    if (this.#draining !== null || this.#isDone() || this.#stopping.signal.aborted) return;
    this.#draining = this.#drain().finally(() => {
      this.#draining = null;
      this.#wake();
    });
  }

  async #drain(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !this.#isDone() && !signal.aborted; ) {
      try {
        await this.#next();
        failures = 0;
      } catch (err) {
        failures += 1;
        this.#session.options.log.warn({ err }, "discord catch-up failed");
        const wait =
          err instanceof RateLimitError ? err.retryAfter : Math.min(300_000, 1_000 * 2 ** failures);
        await delay(wait, signal);
      }
    }
    if (this.#isDone()) await this.#save().catch(() => undefined);
  }

  #isDone(): boolean {
    return this.#behind.size === 0 && this.#people.size === 0;
  }

  /** What fails goes to the end of the line: one channel that can't be read must not keep the others waiting. */
  async #next(): Promise<void> {
    const [behind] = this.#behind;
    const [person] = this.#people;
    try {
      if (behind !== undefined) await this.#read(...behind);
      else if (person !== undefined) await this.#open(person);
    } catch (error) {
      // Out of the line, and in at its end.
      if (behind !== undefined) this.#behind.delete(behind[0]) && this.#behind.set(...behind);
      else if (person !== undefined) this.#people.delete(person) && this.#people.add(person);
      throw error;
    }
    if (behind !== undefined) this.#behind.delete(behind[0]);
    else if (person !== undefined) this.#people.delete(person);
  }

  async #open(person: string): Promise<void> {
    const channel = await directChannel(this.#session, person);
    const last = channel !== null && "last_message_id" in channel ? channel.last_message_id : null;
    if (channel && last && laterOf(last, this.#began) === last) this.#behind.set(channel.id, undefined);
  }

  async #read(channelId: string, guildId: string | undefined, since = this.#from()): Promise<void> {
    let after = since;
    for (let page = 0; page < maxPages && !this.#stopping.signal.aborted; page += 1) {
      const messages = await pageAfter(this.#session, channelId, after);
      for (const message of messages) {
        await this.#take(message, guildId);
        after = laterOf(after, message.id);
        this.#newest = laterOf(this.#newest, message.id);
      }
      if (messages.length < pageSize) return;
    }
    this.#session.options.log.warn({ channelId }, "discord catch-up cut short");
  }

  #from(): string {
    return readFrom(this.#cursor, this.#session.options.clock.now());
  }

  #take(message: APIMessage, guildId: string | undefined): Promise<void> {
    return this.#failed.take(message, this.#session.options.log, async () => {
      const heard = await asHeard(this.#session, message, guildId, this.#self(guildId ?? ""));
      if (heard !== null) await this.#hear(heard);
    });
  }

  async #save(): Promise<void> {
    if (!this.#isDone() || this.#newest === this.#cursor) return;
    this.#cursor = this.#newest;
    await writeNote(this.#session.inlet.store, noteKinds.discordCursor, { value: this.#cursor });
  }
}

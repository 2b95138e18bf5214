/** Reads over REST what was said while the bot was away, bounded in age and count; the inbox drops duplicates. */
import { type APIMessage, RateLimitError } from "discord.js";
import { noteKinds, readNote, writeNote } from "../../../src/core/store/notes.ts";
import type { ChannelFacts } from "../address.ts";
import { laterOf, snowflakeAt } from "../nonce.ts";
import type { Session } from "../session.ts";
import type { Heard, Self } from "./addressed.ts";
import { BehindLine } from "./behind.ts";
import { Edits } from "./edits.ts";
import { FailedTries } from "./failed-tries.ts";
import { delay } from "./gateway.ts";
import { hearEdit } from "./hear.ts";
import { asHeard, directChannel, knownPeople, readFrom, runPlaces } from "./history.ts";
import { Pages } from "./pages.ts";
import { Unread } from "./unread.ts";

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
  readonly unread: Unread;
  /** What must be read since the cursor. */
  readonly #behind = new BehindLine();
  readonly #pages: Pages;
  readonly #edits: Edits;
  /** Direct channels that were read in this session, which began when the cursor stood here. */
  readonly #directs = new Set<string>();
  #began = "0";
  #cursor = "0";
  #newest = "0";
  #draining: Promise<void> | null = null;
  #saving: NodeJS.Timeout | null = null;

  constructor(session: Session, self: (guildId: string) => Self, hear: (message: Heard) => Promise<void>) {
    this.#session = session;
    this.#pages = new Pages(session);
    this.#edits = new Edits(session);
    this.unread = new Unread(session.options.log);
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
    this.#add(message.channel_id, { guildId: message.guild_id, hasFailed: true });
  }

  /** A new session began: the threads and direct messages of runs, those with open questions first. */
  async newSession(): Promise<void> {
    // At once: what is heard from now on moves the cursor past what was said in between.
    this.#directs.clear();
    this.#began = this.#from();
    for (const { channelId, guildId, updatedAt } of await runPlaces(this.#session.inlet)) {
      this.#edits.lookFor(channelId, updatedAt);
      this.#add(channelId, { guildId });
    }
    for (const person of await knownPeople(this.#session.inlet)) this.#behind.addPerson(person);
    this.#wake();
  }

  /**
   * Before a direct message is heard: what was said in its channel while the bot was away, which the gateway never
   * tells. false: something there waits for another try, and this message is read with it. New messages are no tries:
   * else who writes often would have what can't be taken yet passed over. @throws what may be over by another try
   */
  async beforeDirect(channelId: string): Promise<boolean> {
    if (this.#directs.has(channelId)) return true;
    if (this.#behind.hasFailed(channelId)) return false;
    await this.#catchUpOn(channelId, undefined);
    return true;
  }

  /** A server's channels and threads as a new session shows them: those with something new. */
  guild(guildId: string, channels: readonly ChannelFacts[]): void {
    if (this.#stopping.signal.aborted) return;
    const isNew = ({ last_message_id: last }: ChannelFacts) => last && laterOf(last, this.#from()) === last;
    const left = channels.filter(isNew).filter(({ id }) => !this.#behind.addIfRoom(id, guildId));
    this.unread.leftOut(left.map(({ id }) => id));
    this.#wake();
  }

  isReading(channelId: string): boolean {
    return this.#behind.isReading(channelId);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#saving) clearTimeout(this.#saving);
    await this.#draining;
    await this.#save();
  }

  #add(...added: Parameters<BehindLine["add"]>): void {
    if (this.#stopping.signal.aborted) return;
    this.#behind.add(...added);
    this.#wake();
  }

  #wake(): void {
    if (this.#draining !== null || this.#behind.isEmpty || this.#stopping.signal.aborted) return;
    this.#draining = this.#drain().finally(() => {
      this.#draining = null;
      this.#wake();
    });
  }

  async #drain(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !this.#behind.isEmpty && !signal.aborted; ) {
      try {
        await this.#behind.next({
          read: (channelId, guildId) => this.#catchUpOn(channelId, guildId),
          open: (person) => this.#open(person),
        });
        failures = 0;
      } catch (err) {
        failures += 1;
        this.#session.options.log.warn({ err }, "discord catch-up failed");
        const wait =
          err instanceof RateLimitError ? err.retryAfter : Math.min(300_000, 1_000 * 2 ** failures);
        await delay(wait, signal);
      }
    }
    if (this.#behind.isEmpty) await this.#save().catch(() => undefined);
  }

  async #open(person: string): Promise<void> {
    const channel = await directChannel(this.#session, person);
    const last = channel !== null && "last_message_id" in channel ? channel.last_message_id : null;
    if (channel && last && laterOf(last, this.#began) === last) this.#add(channel.id);
  }

  /** A direct channel is read from where this session began until that was done once. */
  async #catchUpOn(channelId: string, guildId: string | undefined): Promise<void> {
    const isFirst = guildId === undefined && !this.#directs.has(channelId);
    await this.#read(channelId, guildId, isFirst ? this.#began : this.#from());
    if (guildId === undefined) this.#directs.add(channelId);
    const edit = (heard: Heard) => hearEdit(this.#session, this.#self(guildId ?? ""), heard);
    await this.#edits.read(channelId, this.#began, (message) => this.#take(message, guildId, edit));
  }

  async #read(channelId: string, guildId: string | undefined, since: string): Promise<void> {
    const take = async (message: APIMessage) => {
      await this.#take(message, guildId);
      this.#newest = laterOf(this.#newest, message.id);
    };
    const { signal } = this.#stopping;
    if (!(await this.#pages.read(channelId, since, { take, signal }))) this.unread.cutShort(channelId);
  }

  #from(): string {
    return readFrom(this.#cursor, this.#session.options.clock.now());
  }

  #take(message: APIMessage, guildId: string | undefined, hear = this.#hear): Promise<void> {
    return this.#failed.take(message, this.#session.options.log, async () => {
      const heard = await asHeard(this.#session, message, guildId, this.#self(guildId ?? ""));
      if (heard !== null) await hear(heard);
    });
  }

  async #save(): Promise<void> {
    if (!this.#behind.isEmpty || this.#newest === this.#cursor) return;
    this.#cursor = this.#newest;
    await writeNote(this.#session.inlet.store, noteKinds.discordCursor, { value: this.#cursor });
  }
}

/** Takes the gateway's packets to whoever they are for, in order within a channel. */
import type { APIRole, GatewayDispatchPayload, GatewayReadyDispatchData } from "discord.js";
import { Turns } from "../../../src/core/turns.ts";
import type { ChannelFacts } from "../address.ts";
import type { Session } from "../session.ts";
import type { Heard, Self } from "./addressed.ts";
import { CatchUp } from "./catch-up.ts";
import { registerCommands } from "./commands.ts";
import { delay, Gateway, type Health } from "./gateway.ts";
import { hear, hearDeletion, hearEdit } from "./hear.ts";
import { interact } from "./interactions.ts";

/** How long `start` waits for the first connection before it lets the rest of the program start. */
const patienceMs = 10_000;

/** One for each start of the channel. */
export class Listener {
  readonly #session: Session;
  readonly #gateway: Gateway;
  readonly #catchUp: CatchUp;
  readonly #stopping = new AbortController();
  /** Messages of one channel are taken one after another. */
  readonly #byChannel = new Turns();
  #selfId = "";
  /** Our own role by server: Discord makes it with the invitation, and people mention it like us. */
  readonly #roles = new Map<string, ReadonlySet<string>>();

  constructor(session: Session, identifyGapMs: number) {
    this.#session = session;
    this.#gateway = new Gateway(session.options, (packet) => this.#dispatched(packet), identifyGapMs);
    this.#catchUp = new CatchUp(
      session,
      (guildId) => this.#self(guildId),
      (message) => hear(session, this.#self(message.guild_id), message),
    );
  }

  /**
   * A wrong token or a missing switch stops this channel, not the program: it is told in the log and in `health`.
   * When Discord can't be reached, connecting goes on behind.
   */
  async start(): Promise<void> {
    await this.#catchUp.load();
    await Promise.race([this.#gateway.connect(), delay(patienceMs, this.#stopping.signal)]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#gateway.close();
    await this.#byChannel.idle();
    await this.#catchUp.stop();
  }

  health(): Health {
    const { ok, detail } = this.#gateway.health();
    const second = this.#session.secondBot.inWords();
    const words = [detail, second, this.#catchUp.unread.inWords()].filter((one) => one !== null);
    return { ok: ok && second === null, detail: words.join("; ") };
  }

  #dispatched(packet: GatewayDispatchPayload): void {
    switch (packet.t) {
      case "READY":
        this.#began(packet.d);
        break;
      case "GUILD_CREATE":
        // A guild in an outage is told by its id alone, and again with all of it when it is back.
        if (packet.d.unavailable === true) break;
        for (const role of packet.d.roles ?? []) this.#learnRole(packet.d.id, role);
        this.#learn([...(packet.d.channels ?? []), ...(packet.d.threads ?? [])], packet.d.id, true);
        this.#changed(`${packet.d.id}/`);
        break;
      case "GUILD_ROLE_CREATE":
      case "GUILD_ROLE_UPDATE":
        this.#learnRole(packet.d.guild_id, packet.d.role);
        this.#changed(`${packet.d.guild_id}/`);
        break;
      case "CHANNEL_CREATE":
      case "THREAD_CREATE":
        this.#learn([packet.d], packet.d.guild_id, false);
        break;
      case "CHANNEL_UPDATE":
        this.#changed(`${packet.d.guild_id}/${packet.d.id}/`);
        break;
      case "THREAD_UPDATE":
        this.#learn([packet.d], packet.d.guild_id, false);
        this.#changed(`${packet.d.guild_id}/${packet.d.parent_id}/${packet.d.id}`);
        break;
      case "THREAD_LIST_SYNC":
        this.#learn(packet.d.threads, packet.d.guild_id, false);
        break;
      case "CHANNEL_DELETE":
      case "THREAD_DELETE":
        this.#session.places.forget(packet.d.id);
        break;
      case "MESSAGE_CREATE":
        this.#heard(packet.d);
        break;
      case "MESSAGE_UPDATE": {
        const message: Heard = packet.d;
        this.#inOrder(message.channel_id, () =>
          hearEdit(this.#session, this.#self(message.guild_id), message),
        );
        break;
      }
      case "MESSAGE_DELETE":
        this.#deleted(packet.d.channel_id, [packet.d.id]);
        break;
      case "MESSAGE_DELETE_BULK":
        this.#deleted(packet.d.channel_id, packet.d.ids);
        break;
      case "INTERACTION_CREATE": {
        const interaction = packet.d;
        this.#inOrder(interaction.id, () => interact(this.#session, interaction));
        break;
      }
    }
  }

  /** Permissions there may be others now: what could not be said is tried again. */
  #changed(place: string): void {
    this.#inOrder("changes", () => this.#session.inlet.retryAt(`discord:${place}`));
  }

  /** A new session (not a resumed one): what happened before it was not told. */
  #began(ready: GatewayReadyDispatchData): void {
    this.#selfId = ready.user.id;
    this.#inOrder("commands", async () => {
      await registerCommands(this.#session.rest, this.#session.inlet.store, ready.application.id);
    });
    this.#inOrder("catch-up", () => this.#catchUp.newSession());
  }

  #learnRole(guildId: string, { id, tags }: APIRole): void {
    if (tags?.bot_id !== this.#selfId) return;
    this.#roles.set(guildId, new Set([...(this.#roles.get(guildId) ?? []), id]));
  }

  #self(guildId: string | undefined): Self {
    return { id: this.#selfId, roles: [...(this.#roles.get(guildId ?? "") ?? [])] };
  }

  #learn(channels: readonly ChannelFacts[], guildId: string | undefined, began: boolean): void {
    for (const channel of channels) this.#session.places.learn(channel, guildId);
    if (began && guildId !== undefined) this.#catchUp.guild(guildId, channels);
  }

  #heard(message: Heard): void {
    this.#inOrder(message.channel_id, async () => {
      try {
        const isDirect = message.guild_id === undefined;
        if (isDirect && !(await this.#catchUp.beforeDirect(message.channel_id)))
          return this.#catchUp.missed(message);
        await hear(this.#session, this.#self(message.guild_id), message);
        this.#catchUp.seen(message.id);
      } catch (err) {
        this.#session.options.log.error({ err, message: message.id }, "discord message not stored yet");
        this.#catchUp.missed(message);
      }
    });
  }

  /** After what was said before in the same channel. */
  #deleted(channelId: string, messageIds: readonly string[]): void {
    this.#inOrder(channelId, async () => {
      for (const id of messageIds) await hearDeletion(this.#session, id, this.#catchUp.isReading(channelId));
    });
  }

  /** Never rejects: an error here is told in the log and ends nothing. */
  #inOrder(lane: string, work: () => Promise<void>): void {
    this.#byChannel.run(lane, work).catch((err: unknown) => {
      this.#session.options.log.error({ err, lane }, "discord event not handled");
    });
  }
}

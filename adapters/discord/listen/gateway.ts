/** The one connection to Discord's gateway: connects, reconnects with patience, stops for good when told to. */
import {
  Client,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  type GatewayDispatchPayload,
  GatewayIntentBits,
  type IIdentifyThrottler,
} from "discord.js";
import { guarded } from "../../../src/core/ports/guarded.ts";
import type { DiscordOptions } from "../session.ts";
import { guardedStrategy, withholdUnlessOwn } from "./own-packets.ts";

/** `detail` is for people, and says what to do where only they can. */
export interface Health {
  ok: boolean;
  detail: string;
}

/** What only the operator can repair; connecting again would eat the 1,000 identifies of a day. */
const fatal: Readonly<Record<number, string>> = {
  [GatewayCloseCodes.AuthenticationFailed]:
    "Discord refuses the token (4004). Copy a new one from the developer portal (Bot → Reset Token) to DISCORD_BOT_TOKEN and restart.",
  [GatewayCloseCodes.DisallowedIntents]:
    "Discord refuses the intents (4014). Turn on Message Content Intent in the developer portal (Bot → Privileged Gateway Intents) and restart.",
  [GatewayCloseCodes.InvalidIntents]: "Discord calls our intents invalid (4013): update this program.",
  [GatewayCloseCodes.InvalidAPIVersion]: "Discord no longer speaks this version (4012): update this program.",
  [GatewayCloseCodes.ShardingRequired]: "The bot is on too many servers for one connection (4011).",
  [GatewayCloseCodes.InvalidShard]: "Discord refuses the shard (4010).",
};

const intents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
];

/** After a failed attempt to connect: 5 s, 10 s, … 5 min. */
function patience(failures: number): number {
  return Math.min(300_000, 5_000 * 2 ** Math.min(failures - 1, 6));
}

/**
 * ms before the next identify, given when the former ones of the last hour were. Discord asks for 5 s between two;
 * sessions that keep dying are paced so that a day's 1,000 identifies can't be used up.
 */
export function identifyDelay(former: readonly number[], now: number, gapMs: number): number {
  const recent = former.filter((at) => at > now - 3_600_000);
  const last = recent.at(-1);
  if (last === undefined) return 0;
  const gap = recent.length < 5 ? gapMs : Math.min(300_000, gapMs * 2 ** (recent.length - 3));
  return Math.max(0, last + gap - now);
}

/**
 * States and what moves between them; `health` tells which it is:
 *
 * - connecting: a login, first of all and again 5 s, 10 s … 5 min after each one that failed.
 * - connected: after READY (a new session) or RESUMED (the old one goes on, and Discord repeats what was missed).
 * - connecting again: the line broke; discord.js resumes the session or begins a new one. New sessions are paced
 *   by `identifyDelay`, since Discord allows 1,000 in a day.
 * - stopped for good: Discord closed with a code that only the operator can repair (`fatal`). The channel is deaf,
 *   the program goes on, and only a restart tries again.
 * - closed: `close` was called.
 *
 * Nothing of the session outlives the process. After a crash the next READY makes `CatchUp` read over REST what
 * was said meanwhile, from a cursor that the store keeps.
 */
export class Gateway {
  readonly #options: DiscordOptions;
  readonly #onDispatch: (packet: GatewayDispatchPayload) => void;
  readonly #identifyGapMs: number;
  readonly #identified: number[] = [];
  readonly #closing = new AbortController();
  #client: Client | null = null;
  #health: Health = { ok: false, detail: "not connected" };

  constructor(
    options: DiscordOptions,
    onDispatch: (packet: GatewayDispatchPayload) => void,
    identifyGapMs: number,
  ) {
    this.#options = options;
    this.#onDispatch = onDispatch;
    this.#identifyGapMs = identifyGapMs;
  }

  health(): Health {
    return this.#health;
  }

  /** Resolves when it is connected or when only the operator can help; goes on trying until then. */
  async connect(): Promise<void> {
    for (let failures = 1; !this.#closing.signal.aborted; failures += 1) {
      const client = this.#newClient();
      this.#client = client;
      try {
        await client.login(this.#options.token);
        return;
      } catch (err) {
        if (this.#failed(err)) return;
        this.#health = { ok: false, detail: "Discord does not let us connect; trying again" };
        this.#options.log.warn({ err, failures }, "discord connection failed");
        await delay(patience(failures), this.#closing.signal);
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.destroy();
    this.#health = { ok: false, detail: "stopped" };
  }

  #failed(err: unknown): boolean {
    if (err instanceof DiscordjsError && err.code === DiscordjsErrorCodes.TokenInvalid) {
      this.#giveUp(GatewayCloseCodes.AuthenticationFailed);
    }
    return !this.#health.ok && Object.values(fatal).includes(this.#health.detail);
  }

  /** The channel stops, the program goes on: the other channels and the console still work. */
  #giveUp(code: number): void {
    const detail = fatal[code] ?? `Discord closed the connection (${code}).`;
    this.#health = { ok: false, detail };
    this.#options.log.error({ code, detail }, "discord channel stopped");
  }

  #newClient(): Client {
    const { log } = this.#options;
    const client = new Client({
      intents,
      allowedMentions: { parse: [], repliedUser: false },
      rest: { ...(this.#options.apiUrl === null ? {} : { api: this.#options.apiUrl }) },
      ws: {
        buildIdentifyThrottler: () => this.#pacing(),
        buildStrategy: guardedStrategy((err, kind) => log.error({ err, kind }, "discord event dropped")),
      },
    });
    const dispatched = guarded(
      (packet: GatewayDispatchPayload) => this.#dispatched(packet),
      (err, packet) => log.error({ err, kind: packet.t }, "discord event dropped"),
    );
    client.on(Events.Raw, dispatched);
    client.on(Events.Error, (err) => log.error({ err }, "discord client error"));
    client.on(Events.ShardError, (err) => log.warn({ err }, "discord gateway error"));
    client.on(Events.ShardReconnecting, () => {
      this.#health = { ok: false, detail: "connecting again" };
    });
    client.on(Events.ShardDisconnect, ({ code }) => this.#giveUp(code));
    return client;
  }

  #dispatched(packet: GatewayDispatchPayload): void {
    const heard = { ...packet };
    // First of all: what we throw below must not let it through.
    withholdUnlessOwn(packet);
    if (heard.t === "READY") this.#health = { ok: true, detail: `connected as ${heard.d.user.username}` };
    if (heard.t === "RESUMED") this.#health = { ok: true, detail: "connected" };
    this.#onDispatch(heard);
  }

  #pacing(): IIdentifyThrottler {
    return {
      waitForIdentify: async (_shard, signal) => {
        const now = this.#options.clock.steady();
        const ms = identifyDelay(this.#identified, now, this.#identifyGapMs);
        if (ms > 0) await delay(ms, signal);
        signal.throwIfAborted();
        this.#identified.push(this.#options.clock.steady());
        this.#identified.splice(0, this.#identified.length - 20);
      },
    };
  }
}

/** Resolves after `ms`, or at once when the signal is raised. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener("abort", done, { once: true });
  });
}

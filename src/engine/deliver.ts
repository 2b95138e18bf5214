/** The deliverer makes the chat look as the outbox says: newest body wins, one send at a time per address. */
import type { Logger } from "pino";
import { type Address, channelOf } from "../core/actor.ts";
import type { Channel } from "../core/ports/channel.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { DeliveryOutcome, DueDelivery, OutboxRow } from "../core/ports/deliveries.ts";
import { longestClaimMs } from "../core/ports/deliveries.ts";
import type { Store } from "../core/ports/store.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import type { Rng } from "./backoff.ts";
import { backoffMs } from "./backoff.ts";
import { afterFailure, deliveryOf, longestWaitMs, ofUnreadable, said } from "./undelivered.ts";
import type { UnreadableRecords } from "./unreadable.ts";

const batch = 500;
const lookAgainMs = 5_000;
/** A post is claimed for longer than any channel lets a send take. After a crash its outcome is looked for then. */
const leaseMs = longestClaimMs;

/** `channels` by name: posts for other channels are left in the outbox. */
export interface DeliverDeps {
  store: Store;
  clock: Clock;
  log: Logger;
  rng: Rng;
  channels: ReadonlyMap<string, Channel>;
  /** A provisional address became a real one: the run must know before the delivery counts. */
  becameReal: (row: OutboxRow, address: Address) => Promise<void>;
  /** The post was on its way when its run was forgotten: what was noted for it has to go. */
  gone: (row: OutboxRow) => Promise<void>;
  unreadable: UnreadableRecords;
  /** The process is told when posts are due (`poke`), and looks by itself only for those that it made wait. */
  told: boolean;
}

/**
 * A post of the outbox is in one of these states, all of them columns of its row:
 *
 * - standing: its newest revision was delivered. A new body makes a new revision, and the post is due again.
 * - due: its newest revision is not delivered, `next_at` has come, and no process has claimed it. The first post
 *   of a key also waits for the first posts before it in the same thread; an edit does not.
 * - claimed: `beginDelivery` gave it to one process for 60 s and marked it `uncertain`, in one transaction, before
 *   the platform hears of it. Whoever comes second gets null and leaves the post alone.
 * - waiting: the attempt failed or the channel asked for quiet; due again at `next_at` (see undelivered.ts), or at
 *   once when the channel hears that the place changed (`retryAt`).
 * - given up: trying again can't help. Only a new body makes it due again.
 *
 * While a post is claimed or waits, newer bodies take the place of its body: only the newest is ever sent. One
 * send at a time goes to an address, never sooner than the channel's `minIntervalMs` after the one before.
 *
 * A crash in the middle of a send leaves the post claimed and `uncertain`. When the claim has run out (SQLite: at
 * the next start) it is due again, and the channel looks for what may stand there already before it sends. The
 * pace of each address is remembered in memory only; after a restart the platforms' own limits say when to wait.
 */
export class Deliverer {
  readonly #deps: DeliverDeps;
  readonly #busy = new Map<Address, Promise<void>>();
  /** Posts on their way: one that moves to its real address in the middle must not be sent again there. */
  readonly #sending = new Set<string>();
  /** Not before this moment of the steady clock: a date that is set back must not silence a place. */
  readonly #nextAt = new Map<Address, number>();
  /** Sends in a row whose outcome could not be written down, by address. */
  readonly #troubles = new Map<Address, number>();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  #again = false;
  #running = false;

  constructor(deps: DeliverDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#running = true;
    this.poke();
  }

  poke(): void {
    if (!this.#running || this.#deps.channels.size === 0) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      if (this.#again) this.poke();
    });
  }

  /** What failed at addresses that begin with `prefix` is tried now: the place changed, or the channel is back. */
  async retryAt(prefix: string): Promise<void> {
    const underWay = [...this.#busy].filter(([address]) => address.startsWith(prefix));
    await this.#hurry(prefix);
    // What is on its way may have met the place as it was before.
    for (const [, sending] of underWay) void sending.then(() => this.#hurry(prefix));
  }

  async #hurry(prefix: string): Promise<void> {
    const { store, clock, log } = this.#deps;
    try {
      await store.hurryDeliveries({ prefix, now: clock.now() });
      for (const address of this.#nextAt.keys()) if (address.startsWith(prefix)) this.#nextAt.delete(address);
      this.poke();
    } catch (error) {
      // They are tried again all the same, only later.
      log.error({ err: error, prefix }, "hurrying deliveries failed");
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all(this.#busy.values());
  }

  async #look(): Promise<void> {
    const { store, clock, channels, log } = this.#deps;
    const names = [...channels.keys()];
    try {
      while (this.#again && this.#running) {
        this.#again = false;
        const due = await store.dueDeliveries({ now: clock.now(), limit: batch, channels: names });
        for (const row of due) this.#begin(row);
      }
      if (this.#running) this.#wakeIn(await this.#nextIn(names));
    } catch (error) {
      log.error({ err: error }, "looking for deliveries failed");
      this.#wakeIn(1_000);
    }
  }

  /** Busy or too soon: the newest body will still be there when the address is free. */
  #begin(row: DueDelivery): void {
    const address = row.address;
    const channel = this.#deps.channels.get(channelOf(address));
    if (!channel || this.#busy.has(address) || this.#sending.has(row.id)) return;
    const next = this.#nextAt.get(address);
    if (next !== undefined && next > this.#deps.clock.steady()) return;
    this.#sending.add(row.id);
    const sending = this.#send(row, channel).finally(() => {
      this.#sending.delete(row.id);
      this.#busy.delete(address);
      this.#pace(address, channel.can.minIntervalMs);
      this.poke();
    });
    this.#busy.set(address, sending);
  }

  #pace(address: Address, intervalMs: number): void {
    const now = this.#deps.clock.steady();
    this.#nextAt.set(address, Math.max(now + intervalMs, this.#nextAt.get(address) ?? now));
    if (this.#nextAt.size < 1_000) return;
    for (const [known, at] of this.#nextAt) if (at <= now) this.#nextAt.delete(known);
  }

  /** What can't be read keeps its words: of a newer release it waits for the upgrade, damaged it is given up. */
  async #claim(due: DueDelivery): Promise<OutboxRow | null> {
    const { store, clock, unreadable } = this.#deps;
    const now = clock.now();
    try {
      return await store.beginDelivery({ id: due.id, now, leaseMs });
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      unreadable.tell(error);
      await store.finishDelivery(due.id, ofUnreadable(due, error, now));
      return null;
    }
  }

  async #send(due: DueDelivery, channel: Channel): Promise<void> {
    const { store, clock, log } = this.#deps;
    const started = performance.now();
    try {
      const row = await this.#claim(due);
      // Another process was faster, or it can't be read.
      if (row === null) return;
      const outcome = await this.#post(row, channel);
      if (!(await store.finishDelivery(row.id, outcome))) await this.#deps.gone(row);
      // Newer words for this address wait as well, but never so long that a change of the place stays unseen.
      if ("nextAt" in outcome)
        this.#quiet(row.address, Math.min(outcome.nextAt - clock.now(), longestWaitMs));
      const { runId: run, key, revision } = row;
      const ms = Math.round(performance.now() - started);
      log.info({ run, channel: channel.name, key, revision, outcome: outcome.type, ms }, said[outcome.type]);
      this.#troubles.delete(row.address);
    } catch (error) {
      log.error({ run: due.runId, err: error }, "delivering failed");
      // It may have been sent, and that could not be written down: sending it over and over would be worse than late.
      const times = (this.#troubles.get(due.address) ?? 0) + 1;
      this.#troubles.set(due.address, times);
      this.#quiet(due.address, backoffMs(times, null, this.#deps.rng, 1_000, longestWaitMs));
    }
  }

  async #post(row: OutboxRow, channel: Channel): Promise<DeliveryOutcome> {
    try {
      const posted = await channel.post(deliveryOf(row));
      if (posted.address !== undefined && posted.address !== row.address)
        await this.#deps.becameReal(row, posted.address);
      return { type: "delivered", revision: row.revision, remoteId: posted.remoteId };
    } catch (error) {
      return this.#failed(row, error);
    }
  }

  #failed(row: OutboxRow, error: unknown): DeliveryOutcome {
    const { clock, rng, log } = this.#deps;
    const outcome = afterFailure(row, error, { now: clock.now(), rng });
    const fields = { run: row.runId, key: row.key };
    if (outcome.type === "deferred") log.debug({ ...fields, until: outcome.nextAt }, "channel asked to wait");
    else log.warn({ ...fields, attempt: row.attempts + 1, err: error }, "channel did not take a post");
    return outcome;
  }

  #quiet(address: Address, ms: number): void {
    this.#nextAt.set(address, this.#deps.clock.steady() + ms);
  }

  /** In how many ms to look again at the latest; null: when this process is told. */
  async #nextIn(names: readonly string[]): Promise<number | null> {
    if (this.#deps.told) return null;
    const at = await this.#deps.store.nextDelivery(names);
    return at === null ? lookAgainMs : Math.min(at - this.#deps.clock.now(), lookAgainMs);
  }

  #wakeIn(ms: number | null): void {
    if (this.#timer) clearTimeout(this.#timer);
    const steady = this.#deps.clock.steady();
    const paced = [...this.#nextAt.values()].map((next) => next - steady).filter((left) => left > 0);
    const wait = Math.min(...paced, ms ?? Number.POSITIVE_INFINITY);
    if (wait === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.poke(), Math.max(10, Math.min(wait, lookAgainMs)));
    this.#timer.unref();
  }
}

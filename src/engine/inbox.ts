/**
 * Inbound messages: remembered first, acknowledged then, worked off in order. Whoever accepted one may die right
 * after: what nobody works on is found again, by looking or by the store's wake-ups.
 */
import type { Logger } from "pino";
import type { Channel } from "../core/ports/channel.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { InboxRow } from "../core/ports/deliveries.ts";
import type { Inbound, Outcome } from "../core/ports/inbound.ts";
import type { Store } from "../core/ports/store.ts";
import { StoreError } from "../core/ports/store-error.ts";
import { typed } from "../core/ports/typed.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import { inboundCodec } from "../core/store/records.ts";
import { identified } from "./identified.ts";
import { ThreadOrder } from "./thread-order.ts";
import type { UnreadableRecords } from "./unreadable.ts";

const batch = 50;
/**
 * For so long a batch is this process's; then whoever lives may take it. Its messages' keys keep
 * them from counting twice.
 */
const leaseMs = 5_000;
/** For what others accepted and did not live to do. */
const lookMs = 2_000;
/** After the store failed. */
const lookAgainMs = 1_000;

/** `ingest` decides what a message means and does it; what it throws refuses the message, but for store trouble. */
export interface InboxDeps {
  store: Store;
  clock: Clock;
  log: Logger;
  channels: ReadonlyMap<string, Channel>;
  ingest: (inbound: Inbound) => Promise<Outcome>;
  unreadable: UnreadableRecords;
  /** Sources whose channel another process holds. */
  elsewhere: () => readonly string[];
  /** The process is told when messages are due (`poke`), and looks by itself only for what it could not finish. */
  told: boolean;
}

/**
 * An inbound message is in one of these states, kept in its row of the table `inbox`:
 *
 * - pending and free: `accept` has written it, and only then is it acknowledged to the platform. A message with a
 *   key that is there already is a duplicate and changes nothing.
 * - pending and claimed: one process has it, in a batch of up to 50, for 5 s.
 * - done or refused: its effect is committed, its sender is told if there is something to tell. Final.
 *
 * A trouble of the store leaves the message pending; this process tries the rest of its batch again after 1 s
 * while the claim lasts. Any other error refuses the message, so that those behind it go on. A message that can't
 * be read stays pending for a release that can. One whose sender is not known yet stays pending too, and with it for
 * a minute what is said after it in its thread (see thread-order.ts). A crash leaves claims that end by themselves (SQLite: at the next
 * start); the message is then done again, and its key in the commit keeps an effect from happening twice.
 */
export class Inbox {
  readonly #deps: InboxDeps;
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Messages that can't be read: they stay pending, for a release that can. */
  readonly #unread = new Set<string>();
  /** Claimed and not worked off: the store failed in between. */
  #held: { rows: InboxRow[]; until: number; full: boolean } = { rows: [], until: 0, full: false };
  /** Of messages that we hold: the store's answer to the settling may be lost, then the next try tells it. */
  readonly #outcomes = new WeakMap<InboxRow, Outcome>();
  readonly #order = new ThreadOrder();
  #again = false;
  #running = false;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  /** Durable when this resolves. */
  async accept(inbound: Inbound): Promise<"new" | "duplicate"> {
    const received = await this.#deps.store.receive({
      source: inbound.channel,
      key: inbound.key,
      body: inboundCodec.encode(inbound),
      receivedAt: this.#deps.clock.now(),
    });
    if (received === "new" && !this.#deps.told) this.poke();
    return received;
  }

  start(): void {
    this.#running = true;
    this.poke();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#working;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  poke(): void {
    if (!this.#running) return;
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
      if (this.#again) this.poke();
    });
  }

  async #work(): Promise<void> {
    let lookIn = this.#deps.told ? null : lookMs;
    try {
      while (this.#again && this.#running) {
        this.#again = false;
        const limit = batch + this.#unread.size;
        const rows = await this.#claim(limit);
        while (rows[0] && this.#running) {
          await this.#process(rows[0]);
          rows.shift();
        }
        if (this.#held.full) this.#again = true;
      }
    } catch (error) {
      // The messages are still there, and what one of them did already is known by its key.
      this.#deps.log.error({ err: error }, "working off the inbox failed");
      lookIn = lookAgainMs;
    }
    this.#lookIn(lookIn);
  }

  /** What is still held, while it is surely ours; else what nobody works on. */
  async #claim(limit: number): Promise<InboxRow[]> {
    const { rows, until } = this.#held;
    if (rows.length > 0 && performance.now() < until) return rows;
    const claimedAt = performance.now();
    const claimed = await this.#deps.store.claimInbox({
      now: this.#deps.clock.now(),
      leaseMs,
      limit,
      except: this.#deps.elsewhere(),
    });
    this.#held = { rows: claimed, until: claimedAt + leaseMs, full: claimed.length === limit };
    return claimed;
  }

  #lookIn(ms: number | null): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (!this.#running || ms === null) return;
    this.#timer = setTimeout(() => this.poke(), ms);
    this.#timer.unref();
  }

  async #process(row: InboxRow): Promise<void> {
    const { store, log, channels } = this.#deps;
    const read = this.#read(row);
    // What stays pending is looked at again when our claim has run out.
    if (read === null || this.#order.isBehind(read)) return;
    const inbound = await identified(channels, read);
    if (inbound === null) return this.#order.wait(read);
    const started = performance.now();
    // No clock of a platform makes words younger than their arrival.
    const writtenAt = Math.min(inbound.writtenAt ?? row.receivedAt, row.receivedAt);
    const known = this.#outcomes.get(row);
    const outcome = known ?? (await this.#ingest({ ...inbound, writtenAt }));
    this.#outcomes.set(row, outcome);
    const state = outcome.type === "refused" ? "refused" : "done";
    // Words that their writer was asked about are looked up when the answer comes.
    const keepBody = outcome.type === "asked";
    // The try that had its effect tells of it: this one must not settle, in the name of that run, what that one will.
    const runId = outcome.type === "repeated" ? null : outcome.runId;
    const settled = { state, runId, outcome: outcome.type, keepBody } as const;
    // Our claim may have run out: what another process has made of it since stands.
    const isOurs = (await store.settleInbox(row, settled)) || known !== undefined;
    this.#order.settled(inbound);
    if (isOurs && outcome.type === "refused") await this.#audit(inbound, outcome);
    const ms = Math.round(performance.now() - started);
    log.info(
      { channel: row.source, key: row.key, outcome: outcome.type, run: outcome.runId, ms },
      "ingested",
    );
    const channel = channels.get(inbound.channel);
    const isSilent =
      ["ignored", "repeated"].includes(outcome.type) || (outcome.type === "reacted" && !channel?.can.react);
    if (isOurs && !isSilent && !outcome.quiet) await channel?.whisper(inbound, withTyped(inbound, outcome));
  }

  #read({ source, key, body }: InboxRow): Inbound | null {
    const what = `message ${key} of ${source}`;
    if (this.#unread.has(what)) return null;
    try {
      return inboundCodec.decode(body, what);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      this.#unread.add(what);
      this.#deps.unreadable.tell(error);
      return null;
    }
  }

  /** A message that breaks us must not stop the ones behind it, and its sender is told. */
  async #ingest(inbound: Inbound): Promise<Outcome> {
    try {
      return await this.#deps.ingest(inbound);
    } catch (error) {
      if (error instanceof UnreadableError) {
        this.#deps.unreadable.tell(error);
        const text =
          "What this is about can't be read here, so your message had no effect. Tell the operator.";
        return { type: "refused", text, runId: null };
      }
      // The store's trouble passes: the message waits for that, and its key makes a second try harmless.
      if (error instanceof StoreError) throw error;
      this.#deps.log.error({ err: error, channel: inbound.channel, key: inbound.key }, "ingesting failed");
      return {
        type: "refused",
        text: "Something went wrong here and your message had no effect. Send it again.",
        runId: null,
      };
    }
  }

  async #audit(inbound: Inbound, outcome: Outcome): Promise<void> {
    await this.#deps.store.audit({
      at: this.#deps.clock.now(),
      principal: inbound.actor.principal,
      action: inbound.intent.type,
      resource: outcome.runId ?? inbound.address ?? inbound.channel,
      decision: "refused",
      rule: outcome.text.slice(0, 200),
    });
  }
}

/** A form is closed when its words are refused: they are given back. */
function withTyped({ intent }: Inbound, outcome: Outcome): Outcome {
  const words = outcome.type === "refused" ? typed(intent) : null;
  return words === null ? outcome : { ...outcome, text: `${outcome.text}\n\n${words}` };
}

/** Inbound messages: remembered first, acknowledged then, worked off in order; a restart goes on where it stopped. */
import type { Logger } from "pino";
import type { Channel, Inbound, Outcome } from "../core/ports/channel.ts";
import type { Clock } from "../core/ports/clock.ts";
import { type InboxRow, type Store, StoreError } from "../core/ports/store.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import { inboundCodec } from "../core/store/records.ts";
import type { UnreadableRecords } from "./unreadable.ts";

const batch = 200;
/** After the store failed. */
const lookAgainMs = 1_000;

export interface InboxDeps {
  store: Store;
  clock: Clock;
  log: Logger;
  channels: ReadonlyMap<string, Channel>;
  ingest: (inbound: Inbound) => Promise<Outcome>;
  unreadable: UnreadableRecords;
}

export class Inbox {
  readonly #deps: InboxDeps;
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Messages that can't be read: they stay pending, for a release that can. */
  readonly #unread = new Set<string>();
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
    if (received === "new") this.poke();
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
    try {
      while (this.#again && this.#running) {
        this.#again = false;
        const limit = batch + this.#unread.size;
        const rows = await this.#deps.store.pendingInbox(limit);
        for (const row of rows) await this.#process(row);
        if (rows.length === limit) this.#again = true;
      }
    } catch (error) {
      // The messages are still there, and what one of them did already is known by its key.
      this.#deps.log.error({ err: error }, "working off the inbox failed");
      this.#timer = setTimeout(() => this.poke(), lookAgainMs);
      this.#timer.unref();
    }
  }

  async #process(row: InboxRow): Promise<void> {
    const { store, log, channels } = this.#deps;
    const inbound = this.#read(row);
    if (inbound === null) return;
    const started = performance.now();
    // No clock of a platform makes words younger than their arrival.
    const writtenAt = Math.min(inbound.writtenAt ?? row.receivedAt, row.receivedAt);
    const outcome = await this.#ingest({ ...inbound, writtenAt });
    const state = outcome.type === "refused" ? "refused" : "done";
    await store.settleInbox(row, { state, runId: outcome.runId, outcome: outcome.type });
    if (outcome.type === "refused") await this.#audit(inbound, outcome);
    const ms = Math.round(performance.now() - started);
    log.info(
      { channel: row.source, key: row.key, outcome: outcome.type, run: outcome.runId, ms },
      "ingested",
    );
    const channel = channels.get(inbound.channel);
    const isSilent = outcome.type === "ignored" || (outcome.type === "reacted" && !channel?.can.react);
    if (!isSilent && !outcome.quiet) await channel?.whisper(inbound, outcome);
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

/** One claimed message, to its end: its effect, then its row settled, then its sender told. */
import type { Logger } from "pino";
import type { Channel } from "../core/ports/channel.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { InboxRow } from "../core/ports/deliveries.ts";
import type { Inbound, Outcome } from "../core/ports/inbound.ts";
import type { Store } from "../core/ports/store.ts";
import { StoreError } from "../core/ports/store-error.ts";
import { typed } from "../core/ports/typed.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import type { Claimed } from "./claimed.ts";
import type { UnreadableRecords } from "./unreadable.ts";

/** `ingest` decides what a message means and does it; what it throws refuses the message, but for store trouble. */
export interface MessageDeps {
  store: Store;
  clock: Clock;
  log: Logger;
  channels: ReadonlyMap<string, Channel>;
  ingest: (inbound: Inbound) => Promise<Outcome>;
  unreadable: UnreadableRecords;
}

/** What it throws is the store's trouble: the same message may be tried again. */
export class Messages {
  readonly #deps: MessageDeps;
  /** The store's answer to the settling may be lost, then the next try tells it. */
  readonly #outcomes = new WeakMap<InboxRow, Outcome>();
  /** Private words on their way: nobody waits for them but `told`. */
  readonly #telling = new Set<Promise<void>>();

  constructor(deps: MessageDeps) {
    this.#deps = deps;
  }

  async workOff({ row, inbound }: Claimed): Promise<void> {
    const { store, clock, log, channels } = this.#deps;
    const started = clock.steady();
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
    if (isOurs && outcome.type === "refused") await this.#audit(inbound, outcome);
    const ms = Math.round(clock.steady() - started);
    log.info(
      { channel: row.source, key: row.key, outcome: outcome.type, run: outcome.runId, ms },
      "ingested",
    );
    const channel = channels.get(inbound.channel);
    const isSilent =
      ["ignored", "repeated"].includes(outcome.type) || (outcome.type === "reacted" && !channel?.can.react);
    if (channel && isOurs && !isSilent && !outcome.quiet) this.#tell(channel, inbound, outcome);
  }

  /** Resolves when everything that is to be told is told. */
  async told(): Promise<void> {
    await Promise.all(this.#telling);
  }

  #tell(channel: Channel, inbound: Inbound, outcome: Outcome): void {
    const telling = channel.whisper(inbound, withTyped(inbound, outcome)).catch((error: unknown) => {
      this.#deps.log.error(
        { err: error, channel: channel.name, key: inbound.key },
        "telling a sender failed",
      );
    });
    this.#telling.add(telling);
    void telling.finally(() => this.#telling.delete(telling));
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
      name: inbound.actor.name,
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

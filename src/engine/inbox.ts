/**
 * Inbound messages: remembered first, acknowledged then, worked off in order. Whoever accepted one may die right
 * after: what nobody works on is found again, by looking or by the store's wake-ups.
 */
import type { InboxRow } from "../core/ports/deliveries.ts";
import type { Inbound } from "../core/ports/inbound.ts";
import { UnreadableError } from "../core/ports/unreadable.ts";
import { inboundCodec } from "../core/store/records.ts";
import { type Claimed, leaveUntried, orderedAt } from "./claimed.ts";
import { LookUps } from "./look-ups.ts";
import { type MessageDeps, Messages } from "./message.ts";
import { Tries } from "./tries.ts";

const batch = 50;
/**
 * For so long a batch is this process's; then whoever lives may take it. Its messages' keys keep
 * them from counting twice.
 */
const leaseMs = 5_000;
/** Somebody whom the platform never shows must not silence everybody else in the thread. */
const patienceMs = 60_000;
/** For what others accepted and did not live to do. */
const lookMs = 2_000;
/** After the store failed. */
const lookAgainMs = 1_000;

export interface InboxDeps extends MessageDeps {
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
 * - pending and claimed: one process has it, in a batch of up to 50, for 5 s. Of words in one thread only the first can
 *   be claimed, in whatever process: the next ones when it is settled, or was tried in vain for a minute.
 * - done or refused: its effect is committed, its sender is told if there is something to tell. Final.
 *
 * What is claimed is worked off one after another; where the sender is not known yet, as soon as the channel has told.
 * A claim that has run out meanwhile counts for nothing. A trouble of the store leaves the message pending; this process
 * tries the rest of its batch again after 1 s while the claim lasts. One that fails for 3 s, or in a single try of that
 * length, is tried beside the others from then on, and while those fail, so is each that fails once. Any other error
 * refuses the message, so that those behind it go on. A message that can't be read stays pending for a release that can,
 * and so does one whose sender nobody knows. A crash leaves claims that end by themselves (SQLite: at the next start);
 * the message is then done again, and its key in the commit keeps an effect from happening twice.
 */
export class Inbox {
  readonly #deps: InboxDeps;
  readonly #messages: Messages;
  readonly #tries: Tries;
  readonly #lookUps: LookUps;
  #working: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Messages that can't be read: they stay pending, for a release that can. */
  readonly #unread = new Set<string>();
  /** Claimed and to be worked off, by known senders. */
  readonly #ready: Claimed[] = [];
  #again = false;
  #running = false;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
    this.#messages = new Messages(deps);
    this.#tries = new Tries({
      ...deps,
      workOff: (message) => this.#messages.workOff(message),
      ended: (outcome) => (outcome === "taken" ? this.poke() : this.#lookIn(lookAgainMs)),
    });
    this.#lookUps = new LookUps({
      ...deps,
      found: (claimed) => {
        this.#ready.push(claimed);
        this.poke();
      },
    });
  }

  /** Durable when this resolves. */
  async accept(inbound: Inbound): Promise<"new" | "duplicate"> {
    const received = await this.#deps.store.receive({
      source: inbound.channel,
      key: inbound.key,
      body: inboundCodec.encode(inbound),
      receivedAt: this.#deps.clock.now(),
      address: orderedAt(inbound),
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
    this.#lookUps.stop();
    await this.#working;
    await this.#tries.over();
    await this.#messages.told();
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
        const more = await this.#claim();
        await this.#workOff();
        if (more) this.#again = true;
      }
    } catch (error) {
      // The messages are still there, and what one of them did already is known by its key.
      this.#deps.log.error({ err: error }, "working off the inbox failed");
      lookIn = lookAgainMs;
    }
    this.#lookIn(lookIn);
  }

  /** true: there may be more than one claim gets. */
  async #claim(): Promise<boolean> {
    const { store, clock, elsewhere } = this.#deps;
    const limit = batch + this.#unread.size;
    const until = clock.steady() + leaseMs;
    const claim = { now: clock.now(), leaseMs, limit, patienceMs, except: elsewhere() };
    const rows = await store.claimInbox(claim);
    const unsure: Claimed[] = [];
    for (const row of rows) {
      const inbound = this.#read(row);
      // What stays pending is looked at again when our claim has run out.
      if (inbound === null) continue;
      const claimed = { row, inbound, until, untried: row.first };
      if (inbound.unsure) unsure.push(claimed);
      else this.#ready.push(claimed);
    }
    for (const claimed of unsure) this.#lookUps.begin(claimed);
    await leaveUntried(store, unsure);
    return rows.length === limit;
  }

  async #workOff(): Promise<void> {
    for (let next = this.#ready[0]; next && this.#running; next = this.#ready[0]) {
      const now = this.#deps.clock.steady();
      if (now >= next.until) await this.#drop(this.#ready.filter(({ until }) => now >= until));
      else {
        await this.#tries.begin(next);
        this.#ready.shift();
        // What was said behind it in its thread is to be had now.
        if (orderedAt(next.inbound) !== null) this.#again = true;
      }
    }
  }

  /** They are not ours any more, and to be had again. */
  async #drop(claimed: readonly Claimed[]): Promise<void> {
    await leaveUntried(this.#deps.store, claimed);
    for (const message of claimed) this.#ready.splice(this.#ready.indexOf(message), 1);
    this.#again = true;
  }

  #lookIn(ms: number | null): void {
    if (this.#timer) clearTimeout(this.#timer);
    if (!this.#running || ms === null) return;
    this.#timer = setTimeout(() => this.poke(), ms);
    this.#timer.unref();
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
}

/** Slack's rates for what this channel sends, shared by all of its runs, and by all processes where there are many. */
import type { Budgets } from "../../../src/core/ports/budgets.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import type { Clock } from "../../../src/core/ports/clock.ts";
import type { Session } from "../session.ts";
import { Pace } from "./pace.ts";

/** ms between calls of which there may be so many a minute. */
export function perMinute(calls: number): number {
  return 60_000 / calls;
}

/** One message a second into a channel; edits in the whole workspace as Slack's tier 3 has it: "50+ a minute". */
export interface Paces {
  channel(id: string): Rate;
  edits: Rate;
}

/** What a kind of call is counted by: `name` is the same in every process. */
interface RateOptions {
  clock: Clock;
  budgets: Budgets | null;
  name: string;
  everyMs: number;
  burst: number;
}

/**
 * The pace of one kind of call. This process asks itself first: it keeps the queue, and as long as it would have to
 * wait by its own count no other need be asked. So the database is asked once for each call that is about to be made,
 * at most as often as the rate allows, and its answer is short beside Slack's own. Shares for each process would save
 * even that, but with one message a second there is nothing to share out.
 */
export class Rate {
  readonly #options: RateOptions;
  readonly #pace: Pace;

  constructor(options: RateOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock, options.everyMs, options.burst);
  }

  /** ms that the sender of `id` has to wait; 0: send now. Whoever waits keeps its place in the queue. */
  async wait(id: string): Promise<number> {
    const { budgets, name } = this.#options;
    const own = this.#pace.wait(id);
    if (own > 0 || budgets === null) return own;
    const { taken, waitMs } = await budgets.take(name, this.#options, 1);
    if (taken > 0) return 0;
    this.#pace.giveBack(id, waitMs);
    return waitMs;
  }

  /** Slack said 429: nothing more for so long, in no process. */
  async pause(ms: number): Promise<void> {
    this.#pace.pause(ms);
    await this.#options.budgets?.pause(this.#options.name, this.#options, ms);
  }
}

type Sender = Pick<Session, "options" | "bot">;

/** A rate of the workspace that the session belongs to. */
export function rateOf(session: Sender, name: string, rate: { everyMs: number; burst: number }): Rate {
  const { clock, budgets = null } = session.options;
  return new Rate({ clock, budgets, name: `slack/${session.bot.team}/${name}`, ...rate });
}

/** Just under Slack's own limits: 54 edits a minute, and one post a second in each channel. */
export function paces(session: Sender): Paces {
  const channels = new Map<string, Rate>();
  return {
    edits: rateOf(session, "edits", { everyMs: perMinute(54), burst: 6 }),
    channel(id) {
      const known = channels.get(id) ?? rateOf(session, `posts/${id}`, { everyMs: 1000, burst: 1 });
      channels.set(id, known);
      return known;
    },
  };
}

/** Never sleeps: the outbox waits, and newer text replaces this one meanwhile. */
export async function waitForTurn(rate: Rate, id: string, method: string): Promise<void> {
  const ms = await rate.wait(id);
  if (ms > 0) throw new ChannelError(`${method}: waiting for its turn`, { type: "wait", retryAfterMs: ms });
}

/** A 429 holds up everything of its kind, not only this post. */
export async function held(error: ChannelError, rate: Rate): Promise<ChannelError> {
  if (error.failure.type === "wait") await rate.pause(error.failure.retryAfterMs);
  return error;
}

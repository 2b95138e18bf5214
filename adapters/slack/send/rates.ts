/** Slack's rates for what this channel sends, shared by all of its runs. */
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import type { Session } from "../session.ts";
import { Pace } from "./pace.ts";

/** ms between calls of which there may be so many a minute. */
export function perMinute(calls: number): number {
  return 60_000 / calls;
}

/** One message a second into a channel; edits in the whole workspace as Slack's tier 3 has it: "50+ a minute". */
export interface Paces {
  channel(id: string): Pace;
  edits: Pace;
}

/** Just under Slack's own limits: 54 edits a minute, and one post a second in each channel. */
export function paces(session: Pick<Session, "options">): Paces {
  const { clock } = session.options;
  const channels = new Map<string, Pace>();
  return {
    edits: new Pace(clock, perMinute(54), 6),
    channel(id) {
      const known = channels.get(id) ?? new Pace(clock, 1000, 1);
      channels.set(id, known);
      return known;
    },
  };
}

/** Never sleeps: the outbox waits, and newer text replaces this one meanwhile. */
export function waitForTurn(rate: Pace, id: string, method: string): void {
  const ms = rate.wait(id);
  if (ms > 0) throw new ChannelError(`${method}: waiting for its turn`, { type: "wait", retryAfterMs: ms });
}

/** A 429 holds up everything of its kind, not only this post. */
export function held(error: ChannelError, rate: Pace): ChannelError {
  if (error.failure.type === "wait") rate.pause(error.failure.retryAfterMs);
  return error;
}

/** The events to record for a proposal: its own, without secrets, and those that follow from them by themselves. */
import type { Policy } from "../core/agent.ts";
import { decide } from "../core/decide/decide.ts";
import type { Effect } from "../core/effect.ts";
import type { EventBody, RunEvent } from "../core/event.ts";
import { reduce } from "../core/reduce/reduce.ts";
import type { State } from "../core/state.ts";
import { withoutSecrets } from "../core/store/redact-event.ts";
import type { Redact } from "../core/text/redact.ts";

/** Far more than any state calls for: a call of one answer needs a round or two, an answer has at most 64 calls. */
const mostRounds = 500;

const goesInCircles: EventBody = {
  type: "failed",
  code: "internal",
  message: `The bot decided ${mostRounds} times in a row without coming to an end. That is a fault of the bot; start a new run.`,
};

/** `effect` is what the run wants after `events`; it is never `record`, since that is carried out here already. */
export interface Next {
  state: State;
  events: RunEvent[];
  effect: Effect;
}

/** The proposed events, and whatever follows from them without the world's help, for one and the same commit. */
export function follow(
  before: State,
  proposed: readonly EventBody[],
  { policy, redact, at }: { policy: Policy; redact: Redact; at: number },
): Next {
  const events: RunEvent[] = [];
  let state = before;
  const append = (bodies: readonly EventBody[]) => {
    for (const body of bodies) {
      const event: RunEvent = { ...withoutSecrets(body, redact, policy.tools), at };
      events.push(event);
      state = reduce(state, event);
    }
  };
  append(proposed);
  let effect = decide(state, policy);
  for (let round = 1; effect.type === "record"; round++) {
    append(round > mostRounds ? [goesInCircles] : effect.events);
    // What `decide` would say of the ended run is not asked: it is what went wrong.
    effect = round > mostRounds ? { type: "rest", until: "nothing" } : decide(state, policy);
  }
  return { state, events, effect };
}

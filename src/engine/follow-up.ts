/** What is recorded of a proposal: its events without secrets, and whatever follows from them by itself. */
import type { Policy } from "../core/agent.ts";
import { decide } from "../core/decide/decide.ts";
import type { Effect } from "../core/effect.ts";
import type { EventBody, RunEvent } from "../core/event.ts";
import { reduce } from "../core/reduce/reduce.ts";
import type { State } from "../core/state.ts";
import { withoutSecrets } from "../core/store/redact-event.ts";
import type { Redact } from "../core/text/redact.ts";

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
  while (effect.type === "record") {
    append(effect.events);
    effect = decide(state, policy);
  }
  return { state, events, effect };
}

/** A run that sleeps: until a time, until an event, or until somebody speaks to it. */
import { callFailed } from "../call-failure.ts";
import type { Effect } from "../effect.ts";
import type { EventBody } from "../event.ts";
import type { Call, State } from "../state.ts";

type Asleep = Extract<Call["is"], { at: "sleeping" }>;

const wokenEarly = "Woken early: somebody spoke. Sleep again if the time still matters.";
const notYetArrived =
  "The event has not arrived yet, and somebody spoke. Wait for it again if it is still needed.";

/** What came under this name, or undefined. The model chooses names: `constructor` is one like any other. */
export function arrivedAs(state: State, event: string): State["arrived"][string] | undefined {
  return Object.hasOwn(state.arrived, event) ? state.arrived[event] : undefined;
}

/** `until` in ms since the epoch, null: no time ends the sleep. `event`: the one that is waited for, or null. */
export function decideAsleep(state: State, callId: string, { until, event }: Asleep): Effect {
  const arrived = event === null ? undefined : arrivedAs(state, event);
  const ended = { type: "call_finished", callId, ms: 0 } as const;
  if (arrived)
    return record({ ...ended, output: arrived.payload, omitted: arrived.omitted, untrusted: true });
  // Whoever speaks to a run that sleeps is heard now, not when it would have woken.
  if (state.queued.length > 0) {
    const output = event === null ? wokenEarly : notYetArrived;
    return record({ ...ended, output, omitted: 0, untrusted: false });
  }
  if (until === null) return { type: "rest", until: "someone_speaks" };
  const due: EventBody =
    event === null
      ? { ...ended, output: "The time has come.", omitted: 0, untrusted: false }
      : callFailed(callId, { code: "no_event", message: "The event did not arrive in time." });
  return { type: "sleep_until", at: until, due: [due] };
}

function record(event: EventBody): Effect {
  return { type: "record", events: [event] };
}

/** A call whose turn has come: a freeze keeps it from beginning, people are asked, or it begins. */
import type { Policy, ToolSpec } from "../agent.ts";
import { callFailed } from "../call-failure.ts";
import type { Effect } from "../effect.ts";
import { approvalWanted, heldBy, notInFreeze } from "../freeze.ts";
import type { Call, State } from "../state.ts";

/** null: no freeze is in its way, or one that people can approve it for. */
export function frozen(call: Call, state: State, policy: Policy): Effect | null {
  const { at } = call.is;
  if (at !== "chosen" && at !== "approved" && at !== "answered") return null;
  const freeze = heldBy(call, state, policy);
  if (freeze === null) return null;
  // It was begun, and what it did before it asked people is the tool's or a person's to say.
  if (at === "answered") return { type: "reconcile", callId: call.id };
  if (freeze.approval !== null) return null;
  const failed = callFailed(call.id, { code: "frozen", message: notInFreeze(freeze, call) });
  return { type: "record", events: [failed] };
}

/** Once every approval is there that it takes now. */
export function afterApprovals(state: State, call: Call, { spec, policy }: Rules): Effect {
  const isWanted = approvalWanted(call, spec, state, policy) !== null;
  return isWanted ? { type: "ask_approval", callId: call.id } : begin(call, spec);
}

interface Rules {
  spec: ToolSpec;
  policy: Policy;
}

export function begin(call: Call, spec: ToolSpec): Effect {
  if (spec.control === "hand_off") return { type: "launch_child", callId: call.id };
  if (spec.control === "sleep" || spec.control === "wait_for_event")
    return { type: "begin_sleep", callId: call.id };
  return { type: "run_calls", callIds: [call.id] };
}

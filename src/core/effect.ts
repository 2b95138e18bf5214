/** What a run wants of the world next, as data. Resting is an effect too. */
import type { EventBody } from "./event.ts";

/** What `decide` returns and `perform` does; ids are those of calls in the state. */
export type Effect =
  /** Nothing of the world is needed: these events follow from the state and are committed with what led to it. */
  | { type: "record"; events: EventBody[] }
  | { type: "prefetch"; tools: readonly string[] }
  | { type: "call_model" }
  /** Reads may run side by side; anything else comes alone. */
  | { type: "run_calls"; callIds: readonly string[] }
  /** Show the call to people who may approve it (after its preview, when it has one). */
  | { type: "ask_approval"; callId: string }
  /** Intent without outcome: ask the tool what it knows. */
  | { type: "reconcile"; callId: string }
  | { type: "begin_sleep"; callId: string }
  | { type: "launch_child"; callId: string }
  | { type: "cancel_child"; callId: string; runId: string }
  /** Look how far the work of a job is. */
  | { type: "poll_job"; callId: string }
  | { type: "cancel_job"; callId: string }
  /** Look whether a call that came to its end helped. */
  | { type: "verify_call"; callId: string }
  /** This run undoes a call of another one: tell that run what came of it, then end. */
  | { type: "end_undo"; end: EventBody }
  | { type: "await_child"; callId: string; runId: string }
  /** Another process has the tool of this call, and this one has not: the run is that one's to go on with. */
  | { type: "leave"; callId: string }
  /** `due`: what is recorded when the time has come. */
  | { type: "sleep_until"; at: number; due: EventBody[] }
  | { type: "rest"; until: "someone_speaks" | "nothing" };

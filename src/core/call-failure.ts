/** Why a call failed, in words for the model and a code for programs. */
import type { EventOf } from "./event.ts";

/**
 * Every code that this release writes. A log may hold codes of other releases: what reads one takes any string.
 * - Never begun, by what the model chose: `unknown_tool`, `invalid_json`, `invalid_input`, `input_too_large`,
 *   `duplicate_call_id`, `too_many_calls`, `secret_in_arguments`, `not_final`, `superseded` (somebody spoke
 *   meanwhile), `preview_failed` (nobody could approve it), `unseen_value` (a value that stands nowhere),
 *   `frozen` (a freeze holds).
 * - Begun: `tool_error`, `timeout`, `interrupted`, `unknown_outcome` (it may have happened), `no_event`,
 *   `hand_off_failed`, `cancelled`.
 */
type CallFailureCode =
  | "unknown_tool"
  | "invalid_json"
  | "invalid_input"
  | "input_too_large"
  | "duplicate_call_id"
  | "too_many_calls"
  | "secret_in_arguments"
  | "not_final"
  | "superseded"
  | "preview_failed"
  | "unseen_value"
  | "frozen"
  | "tool_error"
  | "timeout"
  | "interrupted"
  | "unknown_outcome"
  | "no_event"
  | "hand_off_failed"
  | "cancelled";

/** What the model is given in place of a result. */
export interface CallFailure {
  code: CallFailureCode;
  /** What is wrong and what to do, for the model. */
  message: string;
}

/** The event of it. `took`: ms of a call that was begun; whether its words come from outside the trusted circle. */
export function callFailed(
  callId: string,
  { code, message }: CallFailure,
  took: { ms: number; untrusted?: boolean } = { ms: 0 },
): EventOf<"call_failed"> {
  return { type: "call_failed", callId, code, message, ...took };
}

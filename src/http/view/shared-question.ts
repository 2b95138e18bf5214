/** What the wire says of every question, open or settled. */
import type { OpenQuestion, SettledQuestion } from "../../core/state.ts";

/** `call`: whole, with its preview and where its arguments come from. */
export function sharedOf({ id, kind, text, choices, call, callId, askedAt }: OpenQuestion | SettledQuestion) {
  return { id, kind, text, choices, call: call && shownOf(call, callId), asked_at: askedAt };
}

function shownOf(
  { tool, input, preview, origins = [] }: NonNullable<OpenQuestion["call"]>,
  callId: string | null,
) {
  return { call_id: callId ?? "", tool, input, preview, origins };
}

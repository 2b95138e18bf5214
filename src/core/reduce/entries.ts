/** Appending to the model's context: nothing before the end ever changes, so providers' prompt caches hit. */

import type { Context } from "../command.ts";
import { added } from "../pages.ts";
import { type Entry, type State, underPause } from "../state.ts";
import { estimateTokens } from "./tokens.ts";

/** `contextTokens` grows by an estimate of the entry's length. */
export function entered(state: State, entry: Entry): State {
  return {
    ...state,
    entries: added(state.entries, entry),
    contextTokens: state.contextTokens + tokensOf(entry),
  };
}

/**
 * Words, after what they point at. While calls are pending they wait for the results: no provider allows anything
 * between a call and its result. What no listed person wrote is untrusted.
 */
export function told(state: State, context: readonly Context[] = [], words: readonly Entry[] = []): State {
  const data = context.map((item): Entry => ({ type: "data", ...item }));
  const entries = [...data, ...words];
  const readUntrusted = state.readUntrusted || context.some(({ trusted }) => !trusted);
  const { at } = underPause(state.phase);
  if (at === "acting" || at === "cancelling") {
    return { ...state, readUntrusted, queued: [...state.queued, ...entries] };
  }
  return entries.reduce(entered, { ...state, readUntrusted });
}

/** The model's context as one list. */
export function entriesOf(state: Pick<State, "entries">): Entry[] {
  return state.entries.flat();
}

/** Words that waited for the results of calls are told now. */
export function flushed(state: State): State {
  return state.queued.reduce(entered, { ...state, queued: [] });
}

/** Estimated from the length of the text, without asking a provider. */
export function tokensOf(entry: Entry): number {
  switch (entry.type) {
    case "model":
      return estimateTokens((entry.answer.text ?? "") + JSON.stringify(entry.answer.calls));
    case "result":
      return estimateTokens(entry.output);
    default:
      return estimateTokens(entry.text);
  }
}

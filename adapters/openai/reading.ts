/** What both APIs of OpenAI are read to, and what a request to them is aimed at. */
import type { ModelAnswer } from "../../src/core/ports/model.ts";
import type { HostFeatures } from "./host.ts";
import type { Tokens } from "./prices.ts";
import type { Optional } from "./refused.ts";
import { textOf } from "./shapes.ts";
import { withoutThoughts } from "./thoughts.ts";

/** An answer before it is priced. `tokens` null: the provider reported no usage. */
export type Reading = Omit<ModelAnswer, "provider" | "usage" | "leftOut"> & { tokens: Tokens | null };

/** Where one request goes, and what may be in it. */
export interface Target {
  model: string;
  /** Names API, host and model: items may go back verbatim only to where they came from. */
  provider: string;
  can: HostFeatures;
  /** What the host refuses for this model. */
  without: ReadonlySet<Optional>;
}

/**
 * Calls whose ids are missing, or were used earlier in the run, get new ones: some servers count anew in
 * each answer. Two equal ids within one answer are left for the engine, which refuses the second call.
 * `taken`: the run's former ids.
 */
export function identified(calls: Reading["calls"], taken: ReadonlySet<string>): Reading["calls"] {
  return calls.map((call, index) => {
    let id = call.id || `call_${taken.size + index + 1}`;
    while (taken.has(id)) id = `${id}_${taken.size + index + 1}`;
    return { ...call, id };
  });
}

/** What the model says, without what it only thinks; null: nothing. */
export function saidIn(content: unknown): string | null {
  return withoutThoughts(textOf(content)) || null;
}

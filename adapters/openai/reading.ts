/** What both APIs of OpenAI are read to, and what a request to them is aimed at. */
import type { ModelAnswer } from "../../src/core/ports.ts";
import type { HostFeatures } from "./host.ts";
import type { Tokens } from "./prices.ts";

/** An answer before it is priced. `tokens` null: the provider reported no usage. */
export type Reading = Omit<ModelAnswer, "provider" | "usage"> & { tokens: Tokens | null };

export interface Target {
  model: string;
  /** Names API, host and model: items may go back verbatim only to where they came from. */
  provider: string;
  can: HostFeatures;
}

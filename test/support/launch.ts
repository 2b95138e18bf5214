/** A launch as a test needs it: what the test does not name is empty. */
import type { LaunchRequest } from "../../src/core/command.ts";
import { operator } from "./bot.ts";

/** By the operator, through the API, for nobody else. */
export function launchOf(change: Partial<LaunchRequest> = {}): LaunchRequest {
  return {
    task: "look",
    actor: operator,
    via: { channel: "api" },
    addresses: [],
    context: [],
    trusted: true,
    follows: null,
    parent: null,
    ...change,
  };
}

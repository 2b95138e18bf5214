/** Addresses of the terminal: one for each conversation. */
import { randomUUID } from "node:crypto";
import type { Address } from "../../src/core/actor.ts";

/** An address that no conversation had before. */
export function newThread(): Address {
  return `terminal:${randomUUID()}`;
}

/** Addresses as the core reads them. */
import { expect, test } from "vitest";
import { threadAt } from "../../src/core/actor.ts";

test.each([
  ["slack:T1/C1/new:", "slack:T1/C1/new:launch-1"],
  ["slack:T1/C1", "slack:T1/C1"],
  ["slack:T1/C1/new:other", "slack:T1/C1/new:other"],
  ["email:oncall@example.com", "email:oncall@example.com"],
])("a run launched at %s speaks at %s", (place, address) => {
  expect(threadAt(place, "launch-1")).toBe(address);
});

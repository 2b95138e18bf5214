/** Addresses as the core reads them. */
import { expect, test } from "vitest";
import { threadAt } from "../../src/core/actor.ts";

test.each([
  ["slack:T1/C1", "slack:T1/C1/new:launch-1"],
  ["discord:10/20", "discord:10/20/new:launch-1"],
  ["slack:T1/C1/1712.5", "slack:T1/C1/1712.5"],
  ["slack:T1/C1/new:other", "slack:T1/C1/new:other"],
  ["discord:10/20/30", "discord:10/20/30"],
  ["discord:@me/20", "discord:@me/20"],
  ["email:oncall@example.com", "email:oncall@example.com"],
  ["email:a/b@example.com", "email:a/b@example.com"],
  ["console:local", "console:local"],
])("a run launched at %s speaks at %s", (place, address) => {
  expect(threadAt(place, "launch-1")).toBe(address);
});

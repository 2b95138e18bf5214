/** One sender can't cause more than a bounded number of runs and mails in an hour. */

import { expect, test } from "vitest";
import { senderLimit } from "../../../adapters/email/sender-limit.ts";
import { clockOf } from "../../support/clock.ts";

test("the twenty-first run in an hour is refused, another sender's is not, an hour later all is new", () => {
  const clock = { at: 0, now: () => clock.at, steady: () => clock.at };
  const limit = senderLimit(clock);
  for (let i = 0; i < 20; i++) expect(limit.take("dana@example.com")).toBe(true);
  expect(limit.take("dana@example.com")).toBe(false);
  expect(limit.take("eve@example.com")).toBe(true);
  expect(limit.mayTell("dana@example.com")).toBe(true);
  clock.at = 3_600_000;
  expect(limit.take("dana@example.com")).toBe(true);
});

test("ten thousand senders are remembered, not more", () => {
  const limit = senderLimit(clockOf(() => 0));
  for (let i = 0; i < 20; i++) limit.take("first@example.com");
  for (let i = 0; i < 10_001; i++) limit.take(`${i}@example.com`);
  expect(limit.take("first@example.com")).toBe(true);
});

/** What follows from an event by itself comes to an end, whatever the core decides. */
import { expect, test, vi } from "vitest";
import { decide } from "../../src/core/decide/decide.ts";
import { follow } from "../../src/engine/follow-up.ts";
import { policyWith } from "../support/core/policy.ts";
import { given } from "../support/given.ts";

vi.mock(import("../../src/core/decide/decide.ts"), async (original) => {
  const real = await original();
  return { ...real, decide: vi.fn(real.decide) };
});

const context = { policy: policyWith(), redact: String, at: 1 };

test("a decision that leads to itself for ever ends the run with words", () => {
  const { state } = given();
  vi.mocked(decide).mockReturnValue({ type: "record", events: [{ type: "woke" }] });
  const next = follow(state, [], context);
  expect(next.state.phase).toMatchObject({ at: "failed", code: "internal" });
  expect(next.events.at(-1)).toMatchObject({ message: expect.stringContaining("500 times in a row") });
  expect(next.events).toHaveLength(501);
  expect(next.effect).toEqual({ type: "rest", until: "nothing" });
});

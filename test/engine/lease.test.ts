/** A lease is proved by both clocks: a process that slept, or whose date was set, asks before it begins anything. */
import { describe, expect, test } from "vitest";
import { moment, RunLease } from "../../src/engine/lease.ts";
import { Fenced } from "../../src/engine/record.ts";
import { clockOf } from "../support/clock.ts";

function leased(renew: (lease: RunLease) => Promise<void>) {
  const at = { now: 1_700_000_000_000, steady: 0 };
  const clock = clockOf(
    () => at.now,
    () => at.steady,
  );
  const lease: RunLease = new RunLease(clock, moment(clock), 15_000, () => renew(lease));
  return { at, clock, lease };
}

const lost = async (): Promise<never> => {
  throw new Fenced("gone");
};

describe("a lease", () => {
  test("needs no question while it is young", async () => {
    const { at, lease } = leased(lost);
    at.steady += 9_999;
    await lease.prove();
    expect(lease.isFresh()).toBe(true);
  });

  test.each([
    ["the process was stopped", { now: 16_000, steady: 16_000 }],
    ["the machine was suspended and its steady clock with it", { now: 16_000, steady: 0 }],
    ["somebody set the date back meanwhile", { now: -3_600_000, steady: 16_000 }],
  ])("is asked for when %s, and what is lost is never begun", async (_, by) => {
    const { at, lease } = leased(lost);
    at.now += by.now;
    at.steady += by.steady;
    expect(lease.isFresh()).toBe(false);
    await expect(lease.prove()).rejects.toThrow(Fenced);
  });

  test("that the store still gives counts from the question, not from a slow answer", async () => {
    const bed = leased(async (lease) => {
      const asked = moment(bed.clock);
      bed.at.steady += 12_000;
      lease.renewed(asked);
    });
    bed.at.steady += 16_000;
    await expect(bed.lease.prove()).rejects.toThrow("could not be proved");
  });

  test("that could not be asked for is not taken for granted", async () => {
    const { at, lease } = leased(async () => {});
    at.steady += 16_000;
    await expect(lease.prove()).rejects.toThrow(Fenced);
  });
});

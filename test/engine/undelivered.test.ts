/**
 * What becomes of a post that was not delivered: only words that can't stand, and places gone for good, are given up.
 */
import { describe, expect, test } from "vitest";
import { ChannelError, type SendFailure } from "../../src/core/ports/channel-error.ts";
import type { DueDelivery } from "../../src/core/ports/deliveries.ts";
import { afterFailure } from "../../src/engine/undelivered.ts";

const at = { now: 1_000_000, rng: () => 0 };

function row(change: Partial<DueDelivery> = {}): DueDelivery {
  return {
    id: "r1/progress#0",
    runId: "r1",
    key: "progress",
    address: "slack:T1/C1/1.0",
    revision: 3,
    deliveredRevision: 0,
    remoteId: null,
    uncertain: false,
    attempts: 0,
    createdAt: 0,
    nextAt: 0,
    ...change,
  };
}

const became = (failure: SendFailure, change: Partial<DueDelivery> = {}, partly = false) =>
  afterFailure(row(change), new ChannelError("why", failure, { partly }), at);

describe("is given up", () => {
  test.each<SendFailure>([{ type: "body" }, { type: "place", gone: true }])("%s", (failure) => {
    const outcome = { type: "given_up", at: at.now, revision: 3, uncertain: false, error: "why" };
    expect(became(failure)).toEqual(outcome);
    // What may stand there is looked for before newer words are sent.
    expect(became(failure, { uncertain: true })).toEqual({ ...outcome, uncertain: true });
  });
});

describe("is kept, however often it failed and however old it is", () => {
  const kept: [SendFailure, number][] = [
    [{ type: "place", gone: false }, 3_600_000],
    [{ type: "way", retryAfterMs: null }, 300_000],
    [{ type: "uncertain", retryAfterMs: null }, 300_000],
  ];
  test.each(kept)("%s", (failure, longest) => {
    for (const attempts of [0, 19, 20, 1000]) {
      const outcome = became(failure, { attempts });
      if (outcome.type !== "retry") throw new Error(`it is ${outcome.type}`);
      expect(outcome.nextAt).toBeGreaterThan(at.now);
      expect(outcome.nextAt).toBeLessThanOrEqual(at.now + longest);
      expect(outcome).toMatchObject({ lost: false, uncertain: failure.type === "uncertain", error: "why" });
    }
  });
});

describe("a wait", () => {
  const wait = { type: "wait", retryAfterMs: 700 } as const;
  test("is kept for an hour at most, as every other", () => {
    const long = { type: "wait", retryAfterMs: 86_400_000 } as const;
    expect(became(long)).toMatchObject({ nextAt: at.now + 3_600_000 });
  });
  test("is no failure: no attempt is counted, and nothing is forgotten", () => {
    expect(became(wait)).toEqual({ type: "deferred", nextAt: at.now + 700, uncertain: false });
    expect(became(wait, { uncertain: true, attempts: 19 })).toEqual({
      type: "deferred",
      nextAt: at.now + 700,
      uncertain: true,
    });
  });

  test("in the middle of a long text makes it uncertain, and is no failure either", () => {
    expect(became(wait, {}, true)).toEqual({ type: "deferred", nextAt: at.now + 700, uncertain: true });
  });
});

test("what may have arrived is still looked for after a try that surely did not arrive", () => {
  expect(became({ type: "way", retryAfterMs: null }, { uncertain: true })).toMatchObject({ uncertain: true });
  expect(became({ type: "place", gone: false }, { uncertain: true })).toMatchObject({ uncertain: true });
});

test("a message that is gone or closed to edits is posted anew at once, without a look", () => {
  expect(became({ type: "anew" }, { remoteId: "m1", uncertain: true })).toEqual({
    type: "retry",
    nextAt: at.now,
    uncertain: false,
    lost: true,
    error: "why",
  });
});

test("a body on which the channel itself breaks stops the ones behind it for an hour, not for ever", () => {
  const bug = new TypeError("x is undefined");
  expect(afterFailure(row({ attempts: 18 }), bug, at)).toMatchObject({ type: "retry", uncertain: true });
  expect(afterFailure(row({ attempts: 19 }), bug, at)).toMatchObject({ type: "given_up" });
});

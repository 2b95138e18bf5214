/** What a random run is given: limits, and what happens in which order. */
import fc from "fast-check";

/** What may happen next; `luck` decides between the ways in which it may. */
export type Move =
  | { who: "world"; luck: number }
  | { who: "people"; act: number; luck: number }
  | { who: "crash" };

const luck = fc.noBias(fc.nat(9999));
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ who: fc.constant("world" as const), luck }) },
  { weight: 3, arbitrary: fc.record({ who: fc.constant("people" as const), act: fc.nat(99), luck }) },
  { weight: 1, arbitrary: fc.constant({ who: "crash" as const }) },
);

export const scenario = fc.record({
  moves: fc.array(move, { minLength: 40, maxLength: 160, size: "max" }),
  limits: fc.record({
    steps: fc.integer({ min: 1, max: 6 }),
    totalSteps: fc.integer({ min: 1, max: 60 }),
    callsPerStep: fc.integer({ min: 1, max: 6 }),
    tokens: fc.constantFrom(30_000, 10_000_000),
    contextTokens: fc.constantFrom(500, 2000, 100_000),
    repeats: fc.integer({ min: 2, max: 4 }),
  }),
  prefetch: fc.subarray(["look", "fetch"]),
  child: fc.boolean(),
});
/** `curious`: its model asks more than it does, and people write more than they press. */
export type Scenario = (typeof scenario extends fc.Arbitrary<infer T> ? T : never) & { curious?: boolean };

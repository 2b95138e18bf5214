/** What each signal does, by the time between them. */
import { expect, test } from "vitest";
import { onSignals } from "../../src/cli/signals.ts";

/** Signals at these times (ms), and what they did. */
function after(...times: number[]): string[] {
  const did: string[] = [];
  let now = 0;
  const hear = onSignals({
    now: () => now,
    drain: (signal) => did.push(`drain on ${signal}`),
    exit: () => did.push("exit"),
  });
  for (const time of times) {
    now = time;
    hear("SIGINT");
  }
  return did;
}

test("the first signal drains, whatever comes within half a second of it is the same one", () => {
  expect(after(1_000)).toEqual(["drain on SIGINT"]);
  expect(after(1_000, 1_000, 1_003, 1_499)).toEqual(["drain on SIGINT"]);
});

test("one that comes later ends at once, also after an echo", () => {
  expect(after(1_000, 1_500)).toEqual(["drain on SIGINT", "exit"]);
  expect(after(1_000, 1_002, 1_600)).toEqual(["drain on SIGINT", "exit"]);
});

/** What the client says of a model that fails. */
import { expect, test } from "vitest";
import { outageWords } from "../../src/cli/client-outage.ts";

test("a model that fails again and again is told of once, and how long it did when it answers", () => {
  const at = (failures: number) => ({
    failures,
    since: 1_000,
    last: failures * 1_000,
    message: `busy ${failures}`,
  });
  expect(outageWords(null, at(1))).toEqual(["The model did not answer: busy 1 I try again."]);
  expect(outageWords(at(1), at(9))).toEqual([]);
  expect(outageWords(at(9), null)).toEqual([
    expect.stringMatching(/^The model did not answer 9 times, from \S+ to \S+: busy 9$/),
  ]);
  expect(outageWords(at(1), null)).toEqual([]);
  const next = { ...at(1), since: 5_000 };
  expect(outageWords(at(2), next)).toHaveLength(2);
});

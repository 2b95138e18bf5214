/** What of a failed program's words the model is told. */
import { expect, test } from "vitest";
import { outcomeOf } from "../../../adapters/command/outcome.ts";

const reading = { program: "deploy", okExits: [0], timeoutMs: 1_000, acts: false };
const end = { because: "exit", code: 1, signal: null, error: null } as const;
const told = (stderr: string) => outcomeOf(end, { stdout: "", stderr, omitted: 0 }, reading);

test("the end of a program's words begins with a whole one: the half of a secret could not be hidden", () => {
  const rest = "no ".repeat(104).trim();
  expect(told(`it sent s3cr3t-value ${rest}`)).toEqual({
    ok: false,
    message: `deploy ended with exit status 1. It said: … ${rest}`,
  });
});

test("words without a space, and those that are cut between two, stay", () => {
  expect(told("x".repeat(400))).toMatchObject({ message: expect.stringMatching(/… x{320}$/) });
  expect(told(`it said ${"x".repeat(320)}`)).toMatchObject({ message: expect.stringMatching(/… x{320}$/) });
});

/** What of a failed program's words the model is told. */
import { describe, expect, test } from "vitest";
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

describe("what a program printed", () => {
  const printed = (stdout: Buffer | string, omitted = 0) =>
    outcomeOf({ ...end, code: 0 }, { stdout: stdout.toString(), stderr: "", omitted }, reading);

  test("is told without what is meant for terminals", () => {
    const text =
      "\u001b[31mred\u001b[0m \u001b]0;title\u0007and \u001b]8;;https://a.example\u001b\\a link\u001b]8;;\u001b\\";
    expect(printed(text)).toEqual({ ok: true, text: "red and a link", isText: true });
    expect(told("\u001b[1mno such host\u001b[0m")).toMatchObject({
      message: expect.stringMatching(/It said: no such host$/),
    });
  });

  test("and is not all UTF-8 is told with a word on it; a character that was cut is none", () => {
    expect(printed(Buffer.from("caf\u00e9 ok", "latin1"))).toMatchObject({
      text: "[it is not all UTF-8: 1 places that can't be read stand as \ufffd]\ncaf\ufffd ok",
    });
    const cut = Buffer.from("caf\u00e9").subarray(0, 4);
    expect(printed(cut, 9)).toMatchObject({
      text: expect.stringMatching(/^\[9 bytes at the end[^\n]*\ncaf\ufffd$/),
    });
  });

  test.each([
    ["a program", Buffer.from([0x7f, 0x45, 0, 0xff, 0xfe, 0x41])],
    ["nothing but zeros", Buffer.alloc(1_000)],
  ])("and is no text is left out, and said to be: %s", (_, bytes) => {
    const text = `[its output is no text: ${bytes.toString().length} characters of it are left out]`;
    expect(printed(bytes)).toEqual({ ok: true, text, isText: false });
  });

  test("with zeros between names is text", () => {
    expect(printed("one\0two\0three\0")).toMatchObject({ text: "one\0two\0three\0", isText: true });
  });
});

test.each([
  "the input device is not a TTY",
  "sudo: a terminal is required to read the password",
  "Vim: Warning: Input is not from a terminal",
])("whoever asks for a terminal gets a word on it: %s", (words) => {
  expect(told(words)).toMatchObject({
    message: expect.stringContaining("It has no terminal and nobody to ask: "),
  });
});

test("what takes too long and only looks may be asked for less", () => {
  const late = { because: "timeout", code: null, signal: "SIGTERM", error: null } as const;
  const output = { stdout: "", stderr: "", omitted: 0 };
  const words = "deploy did not end within 1 s and was ended.";
  expect(outcomeOf(late, output, reading)).toEqual({
    ok: false,
    message: `${words} Ask for less, or a person to raise its timeoutMs.`,
  });
  expect(outcomeOf(late, output, { ...reading, acts: true })).toEqual({
    ok: false,
    message: `${words} What it did until then stands; look before you try again.`,
  });
});

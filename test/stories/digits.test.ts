/** Numbers with more digits than a number keeps: no screen changes them without a word, and in payloads they stay. */
import { describe, expect, test } from "vitest";
import { inputOf } from "../../adapters/discord/draw/modals.ts";
import { argumentBlocks, readArguments } from "../../adapters/slack/draw/arguments.ts";
import { parseArguments } from "../../adapters/terminal/parse.ts";
import { parsePayload } from "../../adapters/webhook/payload.ts";
import { fieldsOf, inputOf as inputOfDraft } from "../../src/console/questions/argument-draft.ts";
import { outputInBrief, readable } from "../../src/core/text/brief.ts";
import { lostDigits, withExactDigits } from "../../src/core/text/digits.ts";
import { contextOf } from "../../src/http/view/context.ts";
import { launch } from "../support/core/commands.ts";
import { call, chose, finished, started } from "../support/core/events.ts";
import { given } from "../support/given.ts";
import { expectProblem } from "../support/http/problem.ts";
import { bench } from "../support/http/server.ts";
import { questionWith } from "../support/question.ts";

const long = "1234567890123456789";
const input = { account: 7, deep: { ids: [1] } };
const question = questionWith({
  kind: "approval",
  callId: "call_1",
  text: "May I?",
  freeText: false,
  call: { tool: "charge", input, hash: "h", preview: null },
});
const refusal = new RegExp(`${long} has more digits`);

describe("changed arguments with such a number are refused with words", () => {
  test("in Discord's form", () => {
    expect(inputOf({ account: long }, question)).toEqual({ problem: expect.stringMatching(refusal) });
    expect(inputOf({ account: "8" }, question)).toEqual({ input: { ...input, account: 8 } });
  });

  test("in the terminal", () => {
    expect(parseArguments(`{"account": ${long}}`, "q_1")).toEqual({
      type: "told",
      text: expect.stringMatching(refusal),
    });
  });

  test("in the console, as a number and in JSON", () => {
    const fields = fieldsOf(null, input);
    expect(() => inputOfDraft(fields, { account: long, deep: "{}" })).toThrow(refusal);
    expect(() => inputOfDraft(fields, { account: "7", deep: `{"ids":[${long}]}` })).toThrow(refusal);
    expect(inputOfDraft(fields, { account: "7", deep: `{"ids":["${long}"]}` })).toEqual({
      account: 7,
      deep: { ids: [long] },
    });
  });

  test("in Slack's form", () => {
    const blocks = JSON.stringify(argumentBlocks({ account: 7, deep: { ids: [1] } }));
    const [block, action] = [/"block_id":"([^"]+)"/, /"action_id":"([^"]+)"/].map(
      (id) => id.exec(blocks)?.[1] ?? "",
    );
    const written = { type: "plain_text_input", value: `{"account":7,"deep":{"ids":[${long}]}}` };
    const read = readArguments({ [block ?? ""]: { [action ?? ""]: written } });
    expect(read).toEqual({ ok: false, errors: { [block ?? ""]: expect.stringMatching(refusal) } });
  });

  test("in the API", async () => {
    using b = await bench();
    const body = `{"id":"run_1","question_id":"q_1","input":{"account":${long}}}`;
    const response = await b.call("POST", "/agent/approve", {
      body,
      headers: { "content-type": "application/json" },
    });
    const problem = await expectProblem(response, 422, "validation_failed");
    expect(problem.detail).toMatch(refusal);
  });
});

test("in a webhook's payload the digits stay, and everything else does too", () => {
  const body = `{"id":${long},"list":[${long},1,-0.5,"${long}"],"text":"a \\"${long}\\" b","e":1e400}`;
  expect(parsePayload(new TextEncoder().encode(body))).toEqual({
    ok: true,
    payload: { id: long, list: [long, 1, -0.5, long], text: `a "${long}" b`, e: "1e400" },
  });
});

describe("in what a tool answered the digits stay", () => {
  const output = `{"id":${long},"ids":[${long}]}`;

  test("on its step's line, and where the console shows it as a tree", () => {
    expect(outputInBrief(output)).toBe(`id ${long}, ids ${long}`);
    expect(readable(output)).toEqual({ id: long, ids: [long] });
    expect(outputInBrief(long)).toBe(long);
  });

  test.each([
    ["a list", `[${long}]`, [long]],
    ["a number", long, long],
    ["an object, which is told as it was written", output, undefined],
  ])("in the API's context: %s", (_, said, result) => {
    const story = given(launch(), chose(call("a", "look")), started("a"), finished("a", said));
    const told = contextOf(story.state).find((item) => "output" in item);
    expect(told).toMatchObject({ output: result === undefined ? output : JSON.stringify({ result }) });
  });
});

test("what is no JSON is not made to be", () => {
  for (const text of [
    `{"a":01234567890123456789}`,
    `{"a":1.2.3}`,
    `{"a":"${long}`,
    `{a:${long}`,
    `-`,
    `"\\`,
  ]) {
    expect(() => JSON.parse(withExactDigits(text))).toThrow();
  }
});

test("a megabyte of text without an end is read in no time worth speaking of", () => {
  expect(lostDigits(`"${"\\\\".repeat(500_000)}`)).toBeNull();
  expect(lostDigits("9".repeat(100_000))).toContain("9…");
});

test("millions of escaped characters, and a long number with zeros in the middle, are read as well", () => {
  const number = `1${"0".repeat(150_000)}1`;
  const text = JSON.stringify("\n".repeat(4_000_000));
  expect(withExactDigits(`[${text},${number}]`) === `[${text},"${number}"]`).toBe(true);
  expect(lostDigits(text)).toBeNull();
});

/** Who quotes the question above their answer is taken at their own words, wherever the words come from. */
import { expect, test } from "vitest";
import { admitAnswer, answerTo } from "../../src/core/admit/answer.ts";
import { whichOf } from "../../src/core/admit/loose-words.ts";
import { spoken } from "../../src/core/text/spoken.ts";
import { ask, chose } from "../support/core/events.ts";
import { dana, policyWith } from "../support/core/policy.ts";
import { given } from "../support/given.ts";

const { state } = given(chose(ask("a", "Which region?")));
const [question] = state.questions;
const policy = policyWith();

const answers = [
  ["> Which region?\neu, the old one", "eu, the old one"],
  ["> *Which region?*\n> I wait.\n\neu\nor us", "eu\nor us"],
  ["> Which region?\n`eu-1`", "`eu-1`"],
  ["> eu-1\nthat one", "> eu-1\nthat one"],
  ["> region\nnone", "> region\nnone"],
  ["Post this:\n> Which region?\nas it is", "Post this:\n> Which region?\nas it is"],
  ["```\n> Which region?\n```", "```\n> Which region?\n```"],
  [">>> Which region?\neu", ">>> Which region?\neu"],
  ["> Which region?", "> Which region?"],
] as const;

test.each(answers)("%j answers %j", (text, answer) => {
  expect(question && answerTo(question, text, [])).toBe(answer);
  const named = { type: "provide_input", questionId: question?.id ?? "", answer: text, typed: [] } as const;
  expect(admitAnswer(state, { ...named, actor: dana, via: { channel: "slack" } }, policy)).toMatchObject({
    ok: true,
    events: [{ answer }],
  });
});

test("words that name no question answer it in the same way", () => {
  const [[text, answer]] = answers;
  expect(whichOf(state, { text, said: spoken(text), actor: dana }, policy)).toMatchObject({
    to: "question",
    answer,
  });
});

test("what a program sends is the answer as it is", () => {
  const [[text]] = answers;
  expect(question && answerTo(question, text)).toBe(text);
});

/** Choices in words: a person was shown labels, and a press or a program names the value. */
import { expect, test } from "vitest";
import { admitAnswer } from "../../src/core/admit/answer.ts";
import { whichOf } from "../../src/core/admit/loose-words.ts";
import { ask, chose } from "../support/core/events.ts";
import { dana, policyWith } from "../support/core/policy.ts";
import { given } from "../support/given.ts";
import { crossedForm } from "../support/tool-form.ts";

const crossed = [
  { value: "eu", label: "us" },
  { value: "us", label: "eu" },
];
const { state: before } = given(chose(ask("a", "Which region?")));
const state = {
  ...before,
  questions: before.questions.map((question) => ({ ...question, choices: crossed, freeText: false })),
};
const policy = policyWith();

test("words in a thread mean the choice that has this label, though another has it as its value", () => {
  for (const { value, label } of crossed)
    expect(whichOf(state, { text: label, actor: dana }, policy)).toMatchObject({
      to: "question",
      answer: value,
      chosen: true,
    });
});

test.each(["`eu`", "*eu*", "“EU”", "eu.", "EU!", "```\neu\n```", "_'eu'_."])(
  "marks around a choice, as in %j, change nothing of what it says",
  (text) => {
    const said = text.includes("`") ? "" : text;
    expect(whichOf(state, { text, said, actor: dana }, policy)).toMatchObject({
      to: "question",
      answer: "us",
    });
    const words = { type: "provide_input", questionId: null, answer: text, typed: [], actor: dana } as const;
    expect(admitAnswer(state, { ...words, via: { channel: "email" } }, policy)).toMatchObject({
      ok: true,
      events: [{ answer: "us" }],
    });
  },
);

test.each([
  ["> Which region?\neu", "eu"],
  ["> Which region?\n> us or eu\n\n*eu*", "*eu*"],
])("a choice below the question that it quotes is said: %j", (text, said) => {
  expect(whichOf(state, { text, said, actor: dana }, policy)).toMatchObject({ to: "question", answer: "us" });
});

test.each([
  ["~eu~", "~eu~"],
  ["eu?", "eu?"],
  ["not eu", "not eu"],
  ["> eu", ""],
  [">>> Which region?\neu", ""],
  ["`us` eu", "eu"],
  ["...", "..."],
])("no choice is said by %j", (text, said) => {
  expect(whichOf(state, { text, said, actor: dana }, policy)).toEqual({ to: "run" });
});

test("a press means the choice that has this value", () => {
  for (const { value } of crossed) {
    const press = { type: "provide_input", questionId: null, answer: value, actor: dana } as const;
    expect(admitAnswer(state, { ...press, via: { channel: "slack" } }, policy)).toMatchObject({
      ok: true,
      events: [{ answer: value }],
    });
  }
});

test("words that name their question mean what was shown as well", () => {
  for (const { value, label } of crossed) {
    const words = { type: "provide_input", questionId: null, answer: label, typed: [], actor: dana } as const;
    expect(admitAnswer(state, { ...words, via: { channel: "discord" } }, policy)).toMatchObject({
      ok: true,
      events: [{ answer: value }],
    });
  }
});

test("of a form, a field that was typed means its label, and one that was chosen its value", () => {
  const form = {
    ...state,
    questions: before.questions.map((question) => ({ ...question, choices: [], form: crossedForm })),
  };
  const by = { type: "provide_input", questionId: null, actor: dana, via: { channel: "discord" } } as const;
  const answered = (typed: string[] | undefined) =>
    admitAnswer(
      form,
      { ...by, answer: '{"region":"us","others":"us"}', ...(typed ? { typed } : {}) },
      policy,
    );
  const values = (region: string, other: string) => ({
    ok: true,
    events: [{ answer: JSON.stringify({ region, others: [other] }) }],
  });
  expect(answered(undefined)).toMatchObject(values("us", "us"));
  expect(answered(["others"])).toMatchObject(values("us", "eu"));
  expect(answered(["region", "others"])).toMatchObject(values("eu", "eu"));
  const one = { fields: crossedForm.fields.slice(0, 1) };
  const single = { ...form, questions: form.questions.map((question) => ({ ...question, form: one })) };
  expect(whichOf(single, { text: "us", actor: dana }, policy)).toMatchObject({ answer: '{"region":"eu"}' });
});

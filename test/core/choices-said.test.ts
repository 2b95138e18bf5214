/** Choices in words: a person was shown labels, and a press or a program names the value. */
import { expect, test } from "vitest";
import { admitAnswer } from "../../src/core/admit/answer.ts";
import { whichOf } from "../../src/core/admit/loose-words.ts";
import { ask, chose, dana, given, policyWith } from "../support/given.ts";

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

test("a press means the choice that has this value", () => {
  for (const { value } of crossed) {
    const press = { type: "provide_input", questionId: null, answer: value, actor: dana } as const;
    expect(admitAnswer(state, { ...press, via: { channel: "slack" } }, policy)).toMatchObject({
      ok: true,
      events: [{ answer: value }],
    });
  }
});

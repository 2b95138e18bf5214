/**
 * A choice as people mail it: with a full stop, a closing and their name, or by its number. Anything more is words.
 */
import { expect, test } from "vitest";
import { choiceIn } from "../../../adapters/email/choice.ts";
import { asks } from "../../support/mail/bench.ts";

const from = [{ name: "Dana Example", address: "dana@example.com" }];
const { question } = asks("run_1", "q1", "What now?").row;
const choices = [
  { value: "go_on", label: "Go on" },
  { value: "stop", label: "Stop" },
];
const closed = { ...question, choices, freeText: false };

test.each([
  ["Stop", "stop"],
  ["Stop.", "stop"],
  ["“Stop”", "stop"],
  ["STOP!", "stop"],
  ["2", "stop"],
  ["2.", "stop"],
  ["go on", "go_on"],
  ["Stop\n\nBest regards", "stop"],
  ["Stop.\n\nBest regards,\nDana", "stop"],
  ["Stop\n\nMit freundlichen Grüßen\nDana Example\nPayments", "stop"],
  ["Stop\n\nCordialement,\nDana", "stop"],
  ["Stop\n\nよろしくお願いします。", "stop"],
  ["Stop\n\nDana", "stop"],
  ["Stop\n\n– Dana", "stop"],
  ["Stop\n\nSeg gegroet,\nDana", "stop"],
  ["Stop\n\nSent from my iPhone", "stop"],
  ["2\n\nThanks!\nDana", "stop"],
  ["3", null],
  ["Stop it not", null],
  ["Stop\n\nno wait, go on", null],
  ["Stop\n\nBest regards,\nbut only after lunch", null],
  ["Stop\n\nThanks for asking, but wait", null],
  ["Go on\n\nStop", null],
  ["", null],
])("%j is %s", (own, value) => {
  expect(choiceIn(closed, { own, from })).toBe(value);
});

test("a number is no choice where it could be an answer of its own", () => {
  expect(choiceIn({ ...closed, freeText: true }, { own: "2", from })).toBeNull();
  const numbers = ["3", "5"].map((value) => ({ value, label: value }));
  expect(choiceIn({ ...closed, choices: numbers }, { own: "2", from })).toBeNull();
  expect(choiceIn({ ...closed, choices: numbers }, { own: "5", from })).toBe("5");
});

test("what a mail shows is meant: a label that is the value of another choice", () => {
  const crossed = [
    { value: "eu", label: "us" },
    { value: "us", label: "eu" },
  ];
  expect(choiceIn({ ...closed, choices: crossed }, { own: "us", from })).toBe("eu");
  expect(choiceIn({ ...closed, choices: crossed }, { own: "EU.", from })).toBe("us");
});

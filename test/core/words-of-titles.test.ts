/** A question's Markdown is plain words wherever its text is shown as it is: in lists, forms and answers to people. */
import { expect, test } from "vitest";
import { answerModal } from "../../adapters/discord/draw/modals.ts";
import { drawModal } from "../../adapters/slack/draw/modals.ts";
import type { Refusal, RunCommand } from "../../src/core/command.ts";
import type { Question } from "../../src/core/question.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { said, toRun } from "../../src/engine/ingest/outcome.ts";
import { say } from "../support/core/commands.ts";

const text = "Which **region** for `cache`? See [the list](https://x.example).";
const words = "Which region for cache? See the list.";
const question: Question = {
  ...{ id: "q1", kind: "ask", callId: null, text, context: null, choices: [], freeText: true },
  ...{ audience: [], need: 1, call: null },
};
const refusal = {
  code: "question_ambiguous",
  message: "Which?",
  questions: [{ id: "q1", kind: "ask", text }],
} satisfies Refusal;

test("in what is said to whoever answered several at once", async () => {
  expect(said(refusal)).toBe(`Which?\n- q1: ${words}`);
  const engine = { command: async () => ({ ok: false, refusal }) } as unknown as Engine;
  const asked = await toRun(engine, "run_1", say("eu") as RunCommand, { source: "s", key: "k" }, "noted");
  expect(asked).toMatchObject({ text: `Which?\n1. ${words}`, offers: [{ questionId: "q1", label: words }] });
});

test("in the forms of Slack and Discord, which show no Markdown", () => {
  const place = {
    kind: "reply",
    questionId: "q1",
    runId: "r1",
    channel: "C1",
    root: null,
    user: "U1",
  } as const;
  expect(JSON.stringify(drawModal(place, question))).toContain(words);
  expect(JSON.stringify(answerModal(question))).toContain("Which region for cache?");
});

/** The client's questions at a terminal: an answer is what is typed after its question, and a paste is one. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Answers, typedAnswers } from "../../src/cli/client-terminal.ts";
import { type TestTerminal, testTerminal } from "../support/terminal.ts";

let terminal: TestTerminal;
let answers: Answers;
let left: number;

beforeEach(() => {
  terminal = testTerminal(60, 12);
  left = 0;
  const { input, output } = terminal;
  answers = typedAnswers({ input, output, onLeave: () => left++ });
});
afterEach(() => answers.close());

test("a line that was typed before a question approves nothing, and is told of", async () => {
  terminal.type("y\r");
  await expect.poll(() => terminal.rows().join("\n")).toContain("Nothing is asked yet");
  const answer = answers.ask("Approve? [y/N] ");
  terminal.type("n\r");
  expect(await answer).toBe("n");
  expect(terminal.rows()).toContain("Approve? [y/N] n");
});

test.each([
  ["marked by the terminal", "\u001b[200~eu-1\ny\nthe rest\u001b[201~\r"],
  ["in one piece", "eu-1\ry\rthe rest\r"],
])("lines of a paste %s are one answer, and none of them the next one", async (_, pasted) => {
  const answer = answers.ask("> ");
  terminal.type(pasted);
  expect(await answer).toBe("eu-1\ny\nthe rest");
  const next = answers.ask("Approve? [y/N] ");
  terminal.type("\r");
  expect(await next).toBe("");
});

test("Ctrl-C leaves, and Ctrl-D says that nobody is there", async () => {
  const answer = answers.ask("> ");
  terminal.type("\u0003");
  await expect.poll(() => left).toBe(1);
  terminal.type("\u0004");
  await expect(answer).rejects.toThrow("There is nobody at the terminal; the run goes on without it.");
});

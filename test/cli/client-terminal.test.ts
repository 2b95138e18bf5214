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

test("a line that comes in the same moment as a question does not answer it", async () => {
  let answer: Promise<string> | null = null;
  const { output } = terminal;
  const write = output.write.bind(output);
  // The end of the line is echoed before it is told of: the question stands right after it.
  output.write = (chunk: unknown) => {
    if (answer === null && String(chunk).includes("\n"))
      queueMicrotask(() => {
        answer ??= answers.ask("Approve? [y/N] ");
      });
    return write(String(chunk));
  };
  terminal.type("y\r");
  await expect.poll(() => terminal.rows().join("\n")).toContain("Nothing is asked yet");
  expect(terminal.rows().at(-1)).toBe("Approve? [y/N]");
  terminal.type("n\r");
  expect(await answer).toBe("n");
});

test("who left before a question is nobody to ask", async () => {
  terminal.type("\u0004");
  await new Promise((closed) => setImmediate(closed));
  await expect(answers.ask("> ")).rejects.toThrow("There is nobody at the terminal");
});

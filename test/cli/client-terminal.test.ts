/** The client's questions at a terminal: an answer is what is typed after its question, and a paste is one. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Answers, answersAt, typedAnswers } from "../../src/cli/client-terminal.ts";
import { type TestTerminal, testTerminal } from "../support/terminal.ts";

/** Where a stream of the process leads when it is no terminal. */
function redirected() {
  const written: string[] = [];
  const { output } = testTerminal(60, 12);
  const stream = Object.assign(output, { isTTY: false });
  stream.write = (chunk: unknown) => written.push(String(chunk)) > 0;
  return { stream, written };
}

let terminal: TestTerminal;
let answers: Answers;
let left: number;

const turn = () => new Promise((over) => setImmediate(over));

beforeEach(async () => {
  terminal = testTerminal(60, 12);
  left = 0;
  const { input, output } = terminal;
  answers = typedAnswers({ input, output, onLeave: () => left++ });
  await turn();
  await turn();
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

test("a paste without marks that comes in several reads, cut within a line, is one answer", async () => {
  const answer = answers.ask("> ");
  terminal.type("eu-1\rthe re");
  await turn();
  terminal.type("st\rand more\r");
  expect(await answer).toBe("eu-1\nthe rest\nand more");
  const next = answers.ask("Approve? [y/N] ");
  terminal.type("\r");
  expect(await next).toBe("");
});

test("an answer that was sent right before Ctrl-D counts", async () => {
  const answer = answers.ask("> ");
  terminal.type("eu-1\r\u0004");
  expect(await answer).toBe("eu-1");
});

test("what was typed before the program began answers no question, however soon that is asked", async () => {
  const early = testTerminal(60, 12);
  early.type("y\r");
  const { input, output } = early;
  const person = typedAnswers({ input, output, onLeave: () => left++ });
  const answer = person.ask("Run it, once? (y/N) ");
  await expect.poll(() => early.rows().join("\n")).toContain("Nothing is asked yet");
  early.type("n\r");
  expect(await answer).toBe("n");
  person.close();
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

test("where stdout leads elsewhere, the person sees and is asked on stderr, and nothing typed before counts", async () => {
  const file = redirected();
  const { input, output: stderr } = terminal;
  const person = answersAt({ input, stdout: file.stream, stderr, onLeave: () => left++ });
  person.print("restart_service payments");
  terminal.type("y\r");
  await expect.poll(() => terminal.rows().join("\n")).toContain("Nothing is asked yet");
  const answer = person.ask("Approve? [y/N] ");
  terminal.type("n\r");
  expect(await answer).toBe("n");
  person.close();
  expect(terminal.rows()).toContain("restart_service payments");
  expect(file.written).toEqual(["restart_service payments\n"]);
});

test("who can't see a question is not asked, and a pipe is, line by line", async () => {
  const file = redirected();
  const typed = {
    input: terminal.input,
    stdout: file.stream,
    stderr: redirected().stream,
    onLeave: () => {},
  };
  await expect(answersAt(typed).ask("> ")).rejects.toThrow("nobody would see it here");
  const { input } = testTerminal(60, 12);
  const pipe = Object.assign(input, { isTTY: false });
  const piped = answersAt({ ...typed, input: pipe });
  pipe.push("eu-1\ny\n");
  expect([await piped.ask("> "), await piped.ask("Approve? [y/N] ")]).toEqual(["eu-1", "y"]);
  piped.close();
  expect(file.written.join("")).toBe("> eu-1\nApprove? [y/N] y\n");
});

test("who left before a question is nobody to ask", async () => {
  terminal.type("\u0004");
  await turn();
  await expect(answers.ask("> ")).rejects.toThrow("There is nobody at the terminal");
});

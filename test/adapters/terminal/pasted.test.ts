/** A paste reads the same in however many pieces the terminal gives it, and as it was written. */
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { PasteMarks, withLineEnds } from "../../../adapters/terminal/pasted.ts";

/** What a line editor makes of these pieces, until the line is sent. */
async function typedIn(...pieces: readonly string[]): Promise<string> {
  const keys = new PasteMarks(() => {});
  const editor = createInterface({ input: keys, output: new PassThrough(), terminal: true });
  const { promise: line, resolve } = Promise.withResolvers<string>();
  editor.once("line", resolve);
  for (const piece of pieces) keys.write(piece);
  const typed = withLineEnds(await line);
  editor.close();
  return typed;
}

const pasted = "\u001b[200~a\r\nb\rc\nd\r\u001b[201~";

test.each(Array.from(pasted, (_, index) => index))(
  "a paste cut after character %i has the line ends that it had",
  async (at) => {
    expect(await typedIn(pasted.slice(0, at), pasted.slice(at), "\r")).toBe("a\nb\nc\nd\n");
  },
);

test("a paste that comes letter by letter is one text", async () => {
  expect(await typedIn(...pasted, "\r")).toBe("a\nb\nc\nd\n");
});

test.each([
  ["Ctrl-C and Ctrl-D", "a\u0003b\u0004c", "abc"],
  ["Ctrl-U, Ctrl-W and Backspace, which take words away", "one two\u0015\u0017\u007f\bthree", "one twothree"],
  ["colours, also of a program that was cut", "\u001b[31mred\u001b[0m\u001b[1;3", "red"],
  ["an arrow, which fetches a former line", "a\u001b[Ab", "ab"],
  ["separators of lines and paragraphs", "a\u2028b\u2029c", "a\nb\nc"],
  ["a tab", "a\tb", "a\tb"],
  ["the signs that stand for line ends on the screen", "press ↵ or ↲\nnow", "press ↵ or ↲\nnow"],
])("%s within a paste change nothing but themselves", async (_, text, meant) => {
  const marked = `\u001b[200~${text}\u001b[201~`;
  expect(await typedIn(`x${marked}\r`)).toBe(`x${meant}`);
  expect(await typedIn(..."x", ...marked, "\r")).toBe(`x${meant}`);
});

test("a sign that stands for a line end is itself where it is typed", async () => {
  expect(await typedIn("↵ and ↲\r")).toBe("↵ and ↲");
});

/** The screen as a person sees it: what changes does so in place, and what is typed is never disturbed. */
import { once } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Line, span } from "../../../adapters/terminal/line.ts";
import { PasteMarks } from "../../../adapters/terminal/pasted.ts";
import { TerminalScreen } from "../../../adapters/terminal/screen.ts";
import { type TestTerminal, testTerminal } from "../../support/terminal.ts";

let terminal: TestTerminal;
let screen: TerminalScreen;
let texts: string[];
let ends: number;

function open(columns: number, rows: number): void {
  terminal = testTerminal(columns, rows);
  texts = [];
  ends = 0;
  screen = new TerminalScreen({
    input: terminal.input,
    output: terminal.output,
    onText: (text) => {
      texts.push(text);
      terminal.output.emit("heard");
    },
    onEnd: () => {
      ends += 1;
      terminal.output.emit("heard");
    },
  });
}

beforeEach(() => open(40, 12));
afterEach(() => screen.close());

function lines(...all: string[]): Line[] {
  return all.map((text) => ({ spans: [span(text)], indent: 0, passing: text.startsWith("◐") }));
}

async function type(text: string): Promise<void> {
  const heard = once(terminal.output, "heard");
  terminal.type(text);
  await heard;
}

test("a post that changes is redrawn where it stands, also below others", () => {
  screen.put("a", lines("task", "◐ step 1"));
  screen.put("b", lines("question"));
  screen.put("a", lines("task", "✓ step 1", "✓ step 2"));
  expect(terminal.rows()).toEqual(["task", "✓ step 1", "✓ step 2", "", "question", "", "›"]);
  screen.put("b", lines("answered"));
  expect(terminal.rows()).toEqual(["task", "✓ step 1", "✓ step 2", "", "answered", "", "›"]);
});

test("what is being typed stands below all changes, also when it takes two rows", async () => {
  screen.put("a", lines("task", "◐ step 1"));
  terminal.type("a line that is longer than the forty columns of this screen");
  screen.put("a", lines("task", "✓ step 1"));
  screen.tell(lines("noted"));
  const typed = ["› a line that is longer than the forty c", "olumns of this screen"];
  expect(terminal.rows()).toEqual(["task", "✓ step 1", "", "noted", "", ...typed]);
  await type("\r");
  expect(texts).toEqual(["a line that is longer than the forty columns of this screen"]);
  expect(terminal.rows().slice(0, 5)).toEqual(["task", "✓ step 1", "", "noted", ""]);
  expect(terminal.rows().at(-1)).toBe("›");
});

test.each([
  ["tabs that reach into a second row", "a\tb\tc\td\te\tf", ["› a    b    c    d    e    f"]],
  ["a line that fills its row", "x".repeat(38), ["›", "x".repeat(38)]],
])("of what was typed, with %s, nothing stands there twice", async (_, text, told) => {
  terminal.type(`\u001b[200~${text}\u001b[201~`);
  await type("\r");
  expect(texts).toEqual([text]);
  expect(terminal.rows()).toEqual([...told, "", "›"]);
});

test("once it is closed, what changes is said below, and nothing else again", () => {
  screen.put("a", lines("task", "◐ step 1"));
  screen.put("b", lines("approved"));
  screen.close();
  screen.put("a", lines("task", "✓ step 1"));
  const before = ["task", "◐ step 1", "", "approved", ""];
  expect(terminal.rows()).toEqual([...before, "task", "✓ step 1"]);
});

test("a paste of several lines is one text", async () => {
  await type("first\rsecond\r");
  expect(texts).toEqual(["first\nsecond"]);
});

test("a marked paste is one text, in however many pieces it comes, and is sent by Enter alone", async () => {
  for (const piece of ["\u001b[200~first\r", "sec", "ond\nthird\u001b[20", "1~"]) terminal.type(piece);
  await expect.poll(() => terminal.rows()).toEqual(["› first↵second↵third"]);
  expect(texts).toEqual([]);
  await type("\r");
  expect(texts).toEqual(["first\nsecond\nthird"]);
});

test("marks of pastes are asked for, and no more when the chat ends", () => {
  const written: string[] = [];
  terminal.output.write = (chunk: unknown) => written.push(String(chunk)) > 0;
  screen.close();
  expect(written.join("")).toContain("\u001b[?2004l");
});

test("an Escape alone is a key, and is not held for a mark", () => {
  const keys = new PasteMarks(() => {});
  keys.write("\u001b");
  expect(String(keys.read())).toBe("\u001b");
});

test("a post that scrolled out is said again at the end, once it is final", () => {
  screen.put("a", lines("task", "◐ step 1"));
  screen.tell(lines(..."abcdefghijklmn"));
  const before = terminal.rows();
  screen.put("a", lines("task", "◐ step 2"));
  expect(terminal.rows()).toEqual(before);
  screen.put("a", lines("task", "✓ done"));
  expect(terminal.rows().slice(-4)).toEqual(["task", "✓ done", "", "›"]);
});

test("a new width redraws what fits", () => {
  screen.put("a", lines("one two three four five six"));
  terminal.resize(20, 6);
  expect(terminal.rows()).toEqual(["one two three four", "five six", "", "›"]);
  screen.put("a", lines("one"));
  expect(terminal.rows()).toEqual(["one", "", "›"]);
});

test("a screen that was small for a while shows again what it had no room for", () => {
  screen.put("a", lines("task", "✓ step 1", "✓ step 2"));
  screen.put("b", lines("question", "of two lines"));
  terminal.resize(40, 6);
  expect(terminal.rows()).toEqual(["✓ step 2", "", "question", "of two lines", "", "›"]);
  terminal.resize(40, 12);
  const all = ["task", "✓ step 1", "✓ step 2", "", "question", "of two lines", "", "›"];
  expect(terminal.rows()).toEqual(all);
  screen.put("a", lines("task", "✓ done"));
  expect(terminal.rows()).toEqual(["task", "✓ done", "", "question", "of two lines", "", "›"]);
});

test("the arguments to edit stand in the line already", async () => {
  screen.expect("arguments › ", '{"a":1}');
  expect(terminal.rows()).toEqual(['arguments › {"a":1}']);
  await type("\u007f\u007f2}\r");
  expect(texts).toEqual(['{"a":2}']);
});

test("Ctrl-C and Ctrl-D end the chat", async () => {
  await type("\u0003");
  await type("\u0004");
  expect(ends).toBe(2);
});

test.each(["input", "output"] as const)(
  "a window that is gone ends it: an error of its %s is none of the program's",
  (side) => {
    terminal[side].emit("error", new Error("EIO"));
    expect(ends).toBe(1);
  },
);

test("a terminal that was given no size is written to as one of 80 columns", async () => {
  screen.close();
  open(0, 0);
  const written: string[] = [];
  terminal.output.write = (chunk: unknown) => {
    written.push(String(chunk));
    return true;
  };
  const words = "May I restart payments in staging, which somebody asked for a minute ago?";
  screen.tell(lines(words));
  await type("yes\r");
  expect(written.join("")).toContain(`${words}\n`);
  expect(written.join("")).toContain("\u001b[1A\u001b[0J");
});

/** What a typed line means, question by question. */
import { expect, test } from "vitest";
import {
  type Asked,
  askedIn,
  parse,
  parseArguments,
  parseReason,
  undoableIn,
} from "../../../adapters/terminal/parse.ts";
import type { Block } from "../../../src/core/message.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { chapters } from "../../stories/chapters.ts";

const approval: Asked = {
  questionId: "q1",
  isApproval: true,
  canApprove: true,
  choices: [],
  freeText: false,
};
const versions: Asked = {
  questionId: "q1",
  isApproval: false,
  canApprove: false,
  choices: [
    { label: "It ran", value: "ran" },
    { label: "It did not", value: "not_run" },
  ],
  freeText: false,
};
const numbers: Asked = {
  ...versions,
  choices: [
    { label: "3", value: "3" },
    { label: "7", value: "7" },
  ],
  freeText: true,
};

test("the questions of the fixtures are known by their buttons", () => {
  expect(askedIn(messageNamed("progress"))).toBeNull();
  expect(askedIn(messageNamed("settled approval"))).toBeNull();
  expect(askedIn(messageNamed("approval"))).toMatchObject({ isApproval: true, choices: [] });
  expect(askedIn(messageNamed("question"))).toMatchObject({
    isApproval: false,
    freeText: true,
    choices: [
      { label: "v1.2.3", value: "v1.2.3" },
      { label: "v1.2.4", value: "v1.2.4" },
    ],
  });
});

test("a way back is no question, and /undo takes the one that was offered last", () => {
  const undoable = chapters["what can be undone"]?.message ?? { summary: "", blocks: [] };
  expect(askedIn(undoable)).toBeNull();
  expect(undoableIn(undoable)).toBe("q1");
  expect(undoableIn(messageNamed("approval"))).toBeNull();
  expect(parse("/undo", null)).toEqual({ type: "undo" });
  expect(parse("/undo", approval)).toEqual({ type: "undo" });
});

test("without a question a line is a message", () => {
  expect(parse("  add 2 and 3 ", null)).toEqual({
    type: "intent",
    intent: { type: "message", text: "add 2 and 3", addressed: true, agent: null, thread: "direct" },
  });
  expect(parse("  ", null)).toEqual({ type: "nothing" });
});

test.each([
  ["y", { type: "intent", intent: { type: "approve", questionId: "q1", input: null } }],
  ["YES", { type: "intent", intent: { type: "approve", questionId: "q1", input: null } }],
  ["n not today", { type: "intent", intent: { type: "refuse", questionId: "q1", reason: "not today" } }],
  ["no, not today", { type: "intent", intent: { type: "refuse", questionId: "q1", reason: "not today" } }],
  ["n", { type: "asks", for: "reason", questionId: "q1" }],
  ["e", { type: "asks", for: "arguments", questionId: "q1" }],
  ['e {"a":1}', { type: "intent", intent: { type: "approve", questionId: "q1", input: { a: 1 } } }],
])("an approval takes %j", (line, meaning) => {
  expect(parse(line, approval)).toEqual(meaning);
});

test.each(["y but only half of it", "yeah", "maybe", "ok", "restart it"])(
  "an approval is not given by %j",
  (line) => {
    expect(parse(line, approval).type).toBe("told");
  },
);

test("choices are taken by number and by name, and nothing else is where nothing else is asked", () => {
  const chosen = { type: "intent", intent: { type: "choose", questionId: "q1", value: "not_run" } };
  expect(parse("2", versions)).toEqual(chosen);
  expect(parse("it did NOT", versions)).toEqual(chosen);
  expect(parse("9", versions)).toEqual({ type: "told", text: "Type one of: It ran · It did not" });
});

test("choices that are numbers are meant as they are, never as places in the list", () => {
  expect(parse("7", numbers)).toMatchObject({ intent: { type: "choose", value: "7" } });
  expect(parse("2", numbers)).toMatchObject({ intent: { type: "answer", text: "2" } });
});

test.each([null, approval, numbers])(
  "a stop, thanks and pictures are for the run, whatever is asked: %j",
  (asked) => {
    for (const text of ["stop", "Stop!", "please stop", "thanks", "Thank you!", "👍"]) {
      expect(parse(text, asked)).toEqual({
        type: "intent",
        intent: { type: "message", text, addressed: true, agent: null, thread: "direct" },
      });
    }
  },
);

test("a stop that is one of the choices is that choice", () => {
  const choices = [...versions.choices, { label: "Stop", value: "stop" }];
  expect(parse("stop", { ...versions, choices })).toMatchObject({
    intent: { type: "choose", value: "stop" },
  });
});

test("words after a slash are never an answer", () => {
  expect(parse("/stop", numbers)).toEqual({ type: "intent", intent: { type: "instruction", text: "stop" } });
  expect(parse("/quit", approval)).toEqual({ type: "quit" });
  expect(parse("/new", null)).toEqual({ type: "new_thread" });
  expect(parse("/deploy", approval).type).toBe("told");
});

test("a reason and edited arguments can be left empty, and then nothing is decided", () => {
  expect(parseReason(" ", "q1")).toEqual({ type: "told", text: "Nothing was decided." });
  expect(parseArguments("", "q1")).toEqual({ type: "told", text: "Nothing was decided." });
  expect(parseArguments("{oops", "q1")).toMatchObject({
    type: "told",
    text: expect.stringContaining("not JSON"),
  });
});

test("a label that is the value of another choice is the one that stands on the screen", () => {
  const choices = [
    { label: "us", value: "eu" },
    { label: "eu", value: "us" },
  ];
  for (const { label, value } of choices)
    expect(parse(label, { ...versions, choices })).toMatchObject({ intent: { type: "choose", value } });
});

test("a no with thanks refuses an approval, and answers what takes any words", () => {
  expect(parse("no, thanks", approval)).toMatchObject({ intent: { type: "refuse", reason: "thanks" } });
  const open = { questionId: "q1", isApproval: false, canApprove: false, choices: [], freeText: true };
  expect(parse("No thanks", open)).toMatchObject({ intent: { type: "answer", text: "No thanks" } });
});

test("what can only be refused is still an approval, and says so to other words", () => {
  const card = messageNamed("approval");
  const buttons = card.blocks.flatMap((block) => (block.type === "actions" ? block.buttons : []));
  const refusable: Block = { type: "actions", buttons: buttons.filter(({ action }) => action === "refuse") };
  const gone = askedIn({ ...card, blocks: [refusable] });
  expect(gone).toMatchObject({ isApproval: true, canApprove: false });
  expect(parse("n too late", gone)).toMatchObject({ intent: { type: "refuse", reason: "too late" } });
  // The engine says why.
  expect(parse("y", gone)).toMatchObject({ intent: { type: "approve" } });
  expect(parse("fine", gone)).toEqual({ type: "told", text: "Type n and a reason to refuse it." });
});

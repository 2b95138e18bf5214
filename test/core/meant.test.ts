/** Whom the bot hears and what words do, in one table: every place, run, person and kind of words has its cell. */
import { describe, expect, test } from "vitest";
import { type Facts, type Meant, meant, type Thread } from "../../src/core/admit/meant.ts";
import { type Candidate, whichMeant } from "../../src/core/admit/which.ts";
import { kindOf } from "../../src/core/admit/words.ts";

/** One letter a cell. */
const letters: Record<Meant["type"], string> = {
  answer: "a",
  steer: "t",
  stop: "s",
  launch: "l",
  follow_up: "f",
  command: "c",
  react: "r",
  ignore: ".",
  which: "w",
  press: "p",
  refuse: "x",
};

/** The columns of the table. */
const columns = [
  "",
  "status",
  "Please stop!",
  "thanks!",
  "👍",
  "yes, approve it",
  "use v2",
  "no, thanks",
  "great job",
];

/** Asked at 100; the words were written at 200. */
const writtenAt = 200;
type Open = Omit<Candidate, "mine" | "answer">;
const asked = (id: string, change: Partial<Open> = {}): Open => ({
  id,
  kind: "ask",
  askedAt: 100,
  settledAt: null,
  chosen: false,
  ...change,
});

const situations: Record<string, { run: Facts["run"]; questions: Open[] }> = {
  "no run": { run: "none", questions: [] },
  "a finished run": { run: "ended", questions: [] },
  "a finished run, its question answered since": {
    run: "ended",
    questions: [asked("q1", { settledAt: 250 })],
  },
  "a run that works": { run: "live", questions: [] },
  "a question": { run: "live", questions: [asked("q1")] },
  "two questions": { run: "live", questions: [asked("q1"), asked("q2")] },
  "a question and an approval": { run: "live", questions: [asked("q1"), asked("q2", { kind: "approval" })] },
  "a question asked since": { run: "live", questions: [asked("q1", { askedAt: 201 })] },
  "a question answered since": { run: "live", questions: [asked("q1", { settledAt: 250 })] },
  "one answered, another asked since": {
    run: "live",
    questions: [asked("q1", { settledAt: 250 }), asked("q2", { askedAt: 260 })],
  },
  "an approval": { run: "live", questions: [asked("q1", { kind: "approval" })] },
  "a doubt": { run: "live", questions: [asked("q1", { kind: "doubt" })] },
  "the budget reached": { run: "live", questions: [asked("q1", { kind: "budget" })] },
  "a question elsewhere in the direct message": { run: "elsewhere", questions: [asked("q1")] },
  "an approval elsewhere in the direct message": {
    run: "elsewhere",
    questions: [asked("q1", { kind: "approval" })],
  },
};

/** Whose words: the columns for who may do everything, and for who may do nothing. */
const right: Record<string, Record<string, [may: string, mayNot: string]>> = {
  addressed: {
    "no run": ["ccsrrllrr", "ccsrrxxrr"],
    "a finished run": ["ccsrrffrr", "ccsrrxxrr"],
    "a finished run, its question answered since": ["ccsrrwwww", "ccsrrxxrr"],
    "a run that works": ["ccsrrttrr", "ccxrrxxrr"],
    "a question": ["ccsrraaaa", "ccxrrxxrr"],
    "two questions": ["ccsrrwwww", "ccxrrxxrr"],
    "a question and an approval": ["ccsrpwwww", "ccxrxxxxr"],
    "a question asked since": ["ccsrrwwww", "ccxrrxxrr"],
    "a question answered since": ["ccsrrwwww", "ccxrrxxrr"],
    "one answered, another asked since": ["ccsrrwwww", "ccxrrxxrr"],
    "an approval": ["ccsrpptpr", "ccxrxxxxr"],
    "a doubt": ["ccsrpptpr", "ccxrxxxxr"],
    "the budget reached": ["ccsrpptpr", "ccxrxxxxr"],
    "a question elsewhere in the direct message": ["ccsrraaaa", "ccsrrxxrr"],
    "an approval elsewhere in the direct message": ["ccsrpplpr", "ccsrxxxxr"],
  },
  ours: {
    "no run": ["...rr..rr", "........."],
    "a finished run": [".c.rrffrr", "........."],
    "a finished run, its question answered since": [".w.rrwwww", "........."],
    "a run that works": [".csrrttrr", "..x......"],
    "a question": [".asrraaaa", "..x......"],
    "two questions": [".wsrrwwww", "..x......"],
    "a question and an approval": [".wsrpwwww", "..x......"],
    "a question asked since": [".wsrrwwww", "..x......"],
    "a question answered since": [".wsrrwwww", "..x......"],
    "one answered, another asked since": [".wsrrwwww", "..x......"],
    "an approval": [".csrpptpr", "..x......"],
    "a doubt": [".csrpptpr", "..x......"],
    "the budget reached": [".csrpptpr", "..x......"],
  },
  theirs: {
    "no run": [".........", "........."],
    "a finished run": [".........", "........."],
    "a finished run, its question answered since": [".w...wwww", "........."],
    "a run that works": ["..s......", "........."],
    "a question": [".as..aaaa", "........."],
    "two questions": [".ws..wwww", "........."],
    "a question and an approval": [".ws.pwwww", "........."],
    "a question asked since": [".ws..wwww", "........."],
    "a question answered since": [".ws..wwww", "........."],
    "one answered, another asked since": [".ws..wwww", "........."],
    "an approval": ["..s.pp.p.", "........."],
    "a doubt": ["..s.pp.p.", "........."],
    "the budget reached": ["..s.pp.p.", "........."],
  },
};

interface Place {
  thread: Thread;
  addressed: boolean;
  toOthers?: boolean;
}

function outcomes(situation: string, place: Place, may: boolean): string {
  const { run, questions } = situations[situation] ?? expect.fail();
  return columns
    .map((text) => {
      const candidates = questions.map((open) => ({
        ...open,
        mine: may,
        answer: open.kind === "ask" && text !== "" ? text : null,
      }));
      const facts: Facts = {
        toOthers: false,
        ...place,
        words: kindOf(text),
        isCommand: text === "status",
        run,
        which: run === "none" ? { to: "run" } : whichMeant(candidates, text, writtenAt),
        // Of a run that is no more, or not here, whoever speaks may do nothing but start the next one.
        may: { say: may && run !== "none", control: may && run !== "none", launch: may },
      };
      return letters[meant(facts).type];
    })
    .join("");
}

const cases = Object.entries(right).flatMap(([place, rows]) =>
  Object.entries(rows).map(([situation, [may, mayNot]]) => ({ place, situation, may, mayNot })),
);

test("the table has every combination but those of a direct message in other threads", () => {
  const inThreads = Object.keys(situations).filter((situation) => !situation.includes("elsewhere"));
  expect(Object.keys(right.addressed ?? {})).toEqual(Object.keys(situations));
  for (const place of ["ours", "theirs"]) expect(Object.keys(right[place] ?? {})).toEqual(inThreads);
});

describe.each(cases.filter(({ place }) => place === "addressed"))(
  "$situation",
  ({ situation, may, mayNot }) => {
    test.each<Place>([
      { thread: "direct", addressed: true },
      { thread: "direct", addressed: false },
      { thread: "ours", addressed: true },
      { thread: "theirs", addressed: true },
    ])("words to the bot: %j", (place) => {
      expect(outcomes(situation, place, true)).toBe(may);
      expect(outcomes(situation, place, false)).toBe(mayNot);
    });

    test.each<Thread>(["direct", "ours", "theirs"])(
      "%s: words that begin with others are for nobody here",
      (thread) => {
        for (const addressed of [true, false]) {
          for (const allowed of [true, false]) {
            expect(outcomes(situation, { thread, addressed, toOthers: true }, allowed)).toBe(".........");
          }
        }
      },
    );
  },
);

test.each(cases.filter(({ place }) => place !== "addressed"))(
  "$place: plain words, with $situation",
  ({ place, situation, may, mayNot }) => {
    const thread = place === "ours" ? "ours" : "theirs";
    expect(outcomes(situation, { thread, addressed: false }, true)).toBe(may);
    expect(outcomes(situation, { thread, addressed: false }, false)).toBe(mayNot);
  },
);

test.each<[Thread, boolean, string]>([
  ["theirs", false, "ignore"],
  ["theirs", true, "answer"],
  ["ours", false, "answer"],
  ["direct", false, "answer"],
])("words that are all code or a quote: %s thread, addressed: %s: %s", (thread, addressed, type) => {
  const which = { to: "question", questionId: "q1", answer: "`ls`", chosen: false } as const;
  const may = { say: true, control: true, launch: true };
  const facts = {
    addressed,
    toOthers: false,
    thread,
    words: "words",
    isCommand: false,
    run: "live",
    which,
    may,
  } as const;
  expect(meant({ ...facts, areShown: true }).type).toBe(type);
  expect(meant(facts).type).toBe("answer");
});

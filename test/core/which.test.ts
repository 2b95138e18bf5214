/** Which of several open questions words mean, and when nobody can tell. */
import { describe, expect, test } from "vitest";
import { meant } from "../../src/core/admit/meant.ts";
import { type Candidate, whichMeant } from "../../src/core/admit/which.ts";
import { kindOf } from "../../src/core/admit/words.ts";

describe("which question words mean", () => {
  const candidate = (id: string, change: Partial<Candidate> = {}): Candidate => ({
    id,
    kind: "ask",
    askedAt: 100,
    settledAt: null,
    chosen: false,
    mine: true,
    answer: "v2",
    ...change,
  });

  test("an exact choice names its question among several that do not take it", () => {
    const chosen = candidate("q1", { chosen: true, answer: "v2" });
    const other = candidate("q2", { answer: null });
    expect(whichMeant([chosen, other], "v2", 200)).toEqual({
      to: "question",
      questionId: "q1",
      answer: "v2",
      chosen: true,
    });
    expect(whichMeant([chosen, candidate("q2")], "v2", 200)).toMatchObject({
      to: "unclear",
      open: ["q1", "q2"],
    });
  });

  test("somebody else's question makes nothing unclear", () => {
    expect(whichMeant([candidate("q1"), candidate("q2", { mine: false })], "v2", 200)).toMatchObject({
      to: "question",
      questionId: "q1",
    });
  });

  test("a choice that is thanks, a picture or a stop is the answer where it is offered", () => {
    for (const said of ["👍", "thanks", "stop"]) {
      const which = whichMeant([candidate("q1", { chosen: true, answer: said })], said, 200);
      expect(which).toMatchObject({ to: "question", chosen: true });
      const words = kindOf(said);
      const may = { say: true, control: true, launch: true };
      const place = { addressed: false, toOthers: false, thread: "ours" as const };
      expect(meant({ ...place, words, isCommand: false, run: "live", which, may })).toMatchObject({
        type: "answer",
      });
    }
  });

  test("what was said now is later than any question", () => {
    expect(whichMeant([candidate("q1", { askedAt: 9_999 })], "v2", null)).toMatchObject({ to: "question" });
  });

  test.each(["doubt", "budget"] as const)("a choice of a %s takes its button", (kind) => {
    expect(whichMeant([candidate("q1", { kind, chosen: true })], "run", 200)).toEqual({
      to: "button",
      questionId: "q1",
      mine: true,
    });
  });
});

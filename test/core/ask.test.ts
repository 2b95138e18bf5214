/** The six questions as people read them. The words are the promise here; other tests take them from the core. */
import { describe, expect, test } from "vitest";
import { askApproval, askBudget, askDoubt, askHuman, askOutage, askStuck } from "../../src/core/ask.ts";
import { openRights } from "../support/bot.ts";
import { policyWith } from "../support/core/policy.ts";

const rights = { ...openRights, answer: ["slack:T1/*"], control: ["console:*"], approve: ["slack:T1/U1"] };
const state = { runId: "run_1", version: 4, readUntrusted: false };
const asking = { state, policy: policyWith({}, rights) };
const call = { id: "c1", tool: "deploy", input: { version: "v1" } };
const goOn = [
  { value: "continue", label: "Go on" },
  { value: "stop", label: "Stop" },
];

describe("what a run asks", () => {
  test("ask_human: the model's own words", () => {
    const input = { question: "Which one?", choices: ["a", "b"], context: "There are two." };
    expect(askHuman("c1", input, asking)).toEqual({
      id: "run_1.4",
      kind: "ask",
      callId: "c1",
      text: "Which one?",
      context: "There are two.",
      choices: [
        { value: "a", label: "a" },
        { value: "b", label: "b" },
      ],
      freeText: true,
      audience: ["slack:T1/*"],
      call: null,
      need: 1,
    });
  });

  test("stuck: why, and a word of advice is welcome", () => {
    expect(askStuck("look failed 3 times in a row", asking)).toMatchObject({
      kind: "stuck",
      callId: null,
      text: "I am stuck: look failed 3 times in a row. What should I do?",
      choices: goOn,
      freeText: true,
      audience: ["slack:T1/*"],
    });
  });

  test("budget: of those who control the run, by a choice alone", () => {
    expect(askBudget("$2.10 of $2.00", asking)).toMatchObject({
      kind: "budget",
      text: "This run has used $2.10 of $2.00. Go on with as much again?",
      choices: goOn,
      freeText: false,
      audience: ["console:*"],
    });
  });

  test("model outage: how often it was tried, when more than once", () => {
    const outage = { model: "m1", code: "auth", reason: "The key was refused.", attempts: 1 };
    expect(askOutage(outage, asking)).toMatchObject({
      kind: "stuck",
      text: "The model is not available. The key was refused.",
      choices: [
        { value: "continue", label: "Try again" },
        { value: "stop", label: "Stop" },
      ],
      freeText: false,
      outage: { model: "m1", code: "auth", reason: "The key was refused." },
    });
    const { text } = askOutage({ ...outage, attempts: 10 }, asking);
    expect(text).toBe("The model is not available. The key was refused. I tried 10 times.");
  });

  test("approval: the whole call, of those whom the tool or the agent names", () => {
    expect(askApproval({ call, hash: "h", preview: "v0 → v1" }, asking)).toMatchObject({
      kind: "approval",
      text: "May I run deploy?",
      choices: [],
      audience: ["slack:T1/U1"],
      call: { tool: "deploy", input: { version: "v1" }, hash: "h", preview: "v0 → v1" },
      need: 1,
      ownRequest: true,
    });
    const strict = { call: { ...call, tool: "destroy" }, hash: "h", preview: null };
    expect(askApproval(strict, asking)).toMatchObject({
      audience: ["slack:T1/*"],
      need: 2,
      ownRequest: false,
    });
  });

  test("doubt: of those who answer, or of those who would approve the call again", () => {
    const free = { ...call, tool: "restart" };
    const doubt = { call: free, hash: "h", reason: "the process stopped while it ran" };
    expect(askDoubt(doubt, asking)).toMatchObject({
      kind: "doubt",
      text: "I can't tell whether restart ran: the process stopped while it ran. Did it?",
      choices: [
        { value: "happened", label: "It ran" },
        { value: "run", label: "It did not: run it" },
        { value: "stop", label: "Stop" },
      ],
      audience: ["slack:T1/*"],
      call: { tool: "restart", input: { version: "v1" }, hash: "h", preview: null },
    });
    const afterUntrusted = { ...asking, state: { ...state, readUntrusted: true } };
    expect(askDoubt(doubt, afterUntrusted)).toMatchObject({ audience: ["slack:T1/U1"] });
  });

  test("asked in the same commit, each has an id of its own", () => {
    const ids = [0, 1, 2].map((after) => askStuck("so", { ...asking, after }).id);
    expect(ids).toEqual(["run_1.4", "run_1.5", "run_1.6"]);
  });
});

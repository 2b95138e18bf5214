/** When a run gets nowhere: one nudge, then a person is asked. */
import { describe, expect, test } from "vitest";
import { answer, say } from "../support/core/commands.ts";
import { call, chose, failed, finished } from "../support/core/events.ts";
import { policyWith } from "../support/core/policy.ts";
import { given, type Story, steps, under } from "../support/given.ts";

describe("stuck", () => {
  const same = (run: Story, count: number, from = 0) => {
    let story = run;
    for (let n = from; n < from + count; n++)
      story = story.when(chose(call(`s${n}`, "look")), finished(`s${n}`));
    return story;
  };

  test("identical calls: one nudge, then a person is asked, and their advice goes on", () => {
    same(given(), 2).wants({ type: "call_model" });
    const nudged = same(given(), 3).then("model_answered", "call_finished", {
      type: "nudged",
      reason: "stuck",
    });
    const asking = same(nudged, 3, 3).is("waiting_human_input");
    expect(asking.state.questions).toMatchObject([
      { kind: "stuck", text: expect.stringContaining("look was called 3 times in a row") },
    ]);
    const advised = asking.when(say("try v2")).wants({ type: "call_model" });
    expect(advised.request.input.at(-1)).toMatchObject({ text: expect.stringContaining("try v2") });
    asking.when(answer("stop")).then("question_answered", "cancelled");
    same(asking.when(answer("continue")), 2, 6).wants({ type: "call_model" });
  });

  test("an alternating pair, also when it takes many rounds to count", () => {
    const pair = (policy: ReturnType<typeof policyWith>, count: number) => {
      let story = under(policy);
      for (let n = 0; n < count; n++) {
        story = story.when(chose(call(`p${n}`, n % 2 ? "look" : "tag")), finished(`p${n}`));
      }
      return story;
    };
    pair(policyWith(), 5).wants({ type: "call_model" });
    expect(pair(policyWith(), 6).news.at(-1)).toMatchObject({ type: "nudged", reason: "stuck" });
    const patient = policyWith({ repeats: 20, steps: 50 });
    expect(pair(patient, 39).state.nudges.stuck).toBe(0);
    expect(pair(patient, 40).state.nudges.stuck).toBe(1);
  });

  test("errors of one tool, also with other tools' successes in between", () => {
    const run = (count: number) => {
      let story = given();
      for (let n = 0; n < count; n++) {
        const version = `v${n}`;
        story = story.when(chose(call(`o${n}`, "look", { version })), finished(`o${n}`));
        story = story.when(chose(call(`e${n}`, "tag", { version })), failed(`e${n}`));
      }
      return story;
    };
    run(2).wants({ type: "call_model" });
    expect(run(3).news.at(-1)).toMatchObject({
      reason: "stuck",
      text: expect.stringContaining("tag failed 3 times"),
    });
  });

  const rounds = (
    count: number,
    answerOf: (n: number) => [string, string, boolean][],
    policy = policyWith(),
  ) => {
    let story = under(policy);
    for (let n = 0; n < count; n++) {
      const calls = answerOf(n).map(([tool, version], at) => call(`r${n}.${at}`, tool, { version }));
      const results = answerOf(n).map(([, , ok], at) => (ok ? finished : failed)(`r${n}.${at}`));
      story = story.when(chose(...calls), ...results);
    }
    return story;
  };

  test("errors of one tool, wherever it stands among the calls of its answer", () => {
    const some = (n: number): [string, string, boolean][] => [
      ["tag", `v${n}`, false],
      ["look", `v${n}`, true],
    ];
    rounds(2, some).wants({ type: "call_model" });
    const nudged = rounds(3, some);
    expect(nudged.news.at(-1)).toMatchObject({ text: expect.stringContaining("tag failed 3 times") });
  });

  test("the same answer of several calls, again and again, also in turn with another", () => {
    const abc = (change = ""): [string, string, boolean][] => [
      ["look", `v1${change}`, true],
      ["fetch", `v2${change}`, true],
      ["tag", `v3${change}`, true],
    ];
    rounds(2, () => abc()).wants({ type: "call_model" });
    const same = rounds(3, () => abc());
    expect(same.news.at(-1)).toMatchObject({ text: expect.stringContaining("the same 3 calls") });
    const inTurn = (n: number) => abc(n % 2 ? "b" : "");
    rounds(5, inTurn).wants({ type: "call_model" });
    expect(rounds(6, inTurn).news.at(-1)).toMatchObject({ type: "nudged", reason: "stuck" });
    const patient = policyWith({ repeats: 20, steps: 50 });
    expect(rounds(19, () => abc(), patient).state.nudges.stuck).toBe(0);
    expect(rounds(20, () => abc(), patient).state.nudges.stuck).toBe(1);
    rounds(8, (n) => abc(`${n}`)).wants({ type: "call_model" });
  });

  test("answers of which nothing works, whatever they call", () => {
    const wrong = (count: number) => {
      let story = given();
      for (let n = 0; n < count; n++) story = story.when(chose(call(`w${n}`, `tool_${n}`)));
      return story;
    };
    wrong(2).wants({ type: "call_model" });
    const nudged = wrong(3);
    expect(nudged.news.at(-1)).toMatchObject({ text: expect.stringContaining("nothing worked") });
  });

  test("different calls are no trouble", () => {
    expect(steps(given(), 9).state.nudges.stuck).toBe(0);
  });
});

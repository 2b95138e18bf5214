/** How a run goes on by itself: limits, nudges, stuck detection, budgets, compaction. */
import { describe, expect, test } from "vitest";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { answer, pause, resume, say } from "../support/core/commands.ts";
import { ask, call, chose, failed, final, finished, model, used, wrote } from "../support/core/events.ts";
import { policyWith } from "../support/core/policy.ts";
import { given, steps, under } from "../support/given.ts";
import { noUsage } from "../support/model/scripted.ts";

describe("while the model thinks", () => {
  test("words count, so that the answer to the older question can be told apart", () => {
    const before = given();
    const after = before.when(say("v2 instead"));
    expect(after.state.heard).toBe(before.state.heard + 1);
    after.wants({ type: "call_model" });
  });

  test("a decision that was dropped leaves its bill", () => {
    const dropped = { type: "decision_dropped", usage: used(70, 0.5), model: "m", ms: 1 } as const;
    const run = given(say("v2 instead"), dropped);
    expect(run.state).toMatchObject({ steps: 0, usage: { inputTokens: 70, costUsd: 0.5 } });
    run.wants({ type: "call_model" });
  });

  test("a failure waits for its time; a resume does not", () => {
    const busy = { type: "model_failed", code: "overloaded", message: "busy", retryAt: 9_000 } as const;
    const run = given(busy)
      .is("running")
      .wants({ type: "sleep_until", at: 9_000, due: [{ type: "woke" }] });
    run.when({ type: "woke" }).wants({ type: "call_model" });
    run.when(pause, resume).wants({ type: "call_model" });
    expect(run.when({ type: "woke" }, busy).state.phase).toMatchObject({ attempts: 2 });
  });

  test("what an agent always needs is fetched first, once, as data", () => {
    const policy = policyWith();
    const run = under({ ...policy, agent: { ...policy.agent, prefetch: ["look", "fetch"] } });
    run.wants({ type: "prefetch", tools: ["look", "fetch"] });
    const fetched = (tool: string, untrusted: boolean) =>
      ({ type: "prefetched", tool, output: `${tool}ed`, ok: true, untrusted }) as const;
    const half = run.when(fetched("look", false)).wants({ type: "prefetch", tools: ["fetch"] });
    const whole = half.when(fetched("fetch", true)).wants({ type: "call_model" });
    expect(whole.state.readUntrusted).toBe(true);
    expect(whole.request.input.map((item) => "text" in item && item.text)).toEqual([
      expect.stringContaining("release v1"),
      '<data source="look" trusted="yes">\nlooked\n</data>',
      '<data source="fetch" trusted="no">\nfetched\n</data>',
    ]);
  });
});

describe("steps", () => {
  test("the granted ones end in a rest, and a resume grants as many again", () => {
    const run = steps(under(policyWith({ steps: 2 })), 2)
      .is("max_steps_reached")
      .wants({ type: "rest" });
    const again = run.when(resume).is("running");
    expect(again.state.stepsGranted).toBe(4);
    steps(again, 2, 2).is("max_steps_reached");
  });

  test("an answer grants as many again", () => {
    const asked = steps(under(policyWith({ steps: 2 })), 1).when(chose(ask("q", "Which?")));
    const run = asked.is("waiting_human_input").when(answer("v2")).wants({ type: "call_model" });
    expect(run.state.stepsGranted).toBe(4);
  });

  test("the total is never granted again", () => {
    const run = steps(under(policyWith({ steps: 2, totalSteps: 3 })), 2).when(resume);
    steps(run, 1, 2).then("model_answered", "call_finished", { type: "failed", code: "total_steps_reached" });
  });

  test("a final answer in the last one counts", () => {
    under(policyWith({ steps: 1 }), chose(final("a", "42"))).is("complete");
    under(policyWith({ steps: 1, totalSteps: 1 }), chose(final("a", "42"))).is("complete");
  });

  test("a final answer beside a failed call stands in the last one: there is no other to write it again in", () => {
    const both = chose(call("a", "look"), final("b", "42, without v1"));
    for (const limits of [{ steps: 1 }, { steps: 1, totalSteps: 1 }]) {
      under(policyWith(limits), both, failed("a")).is("complete");
    }
    given(both, failed("a")).wants({ type: "call_model" });
  });

  test("a final answer stands in the very last one, whatever was said meanwhile", () => {
    const policy = policyWith({ steps: 1, totalSteps: 1 });
    const run = under(policy, chose(call("a", "look"), final("b", "42")), say("and v2?"), finished("a"));
    run.is("complete");
    // Where a resume can grant more, the words are heard.
    const granted = under(
      policyWith({ steps: 1 }),
      chose(call("a", "look"), final("b", "42")),
      say("and v2?"),
    );
    granted.when(finished("a")).is("max_steps_reached");
  });

  test("an answer in the very last one grants the one that uses it", () => {
    const policy = policyWith({ steps: 2, totalSteps: 2 });
    const asked = steps(under(policy), 1).when(chose(ask("q", "Which?"), final("f", "I don't know")));
    const used = asked.is("waiting_human_input").when(answer("v2")).wants({ type: "call_model" });
    expect(used.results.f).toContain("not_final");
    used.when(chose(final("g", "v2 it is"))).is("complete");
    used.when(wrote("v2 it is")).is("complete");
    steps(used, 1, 5).then("model_answered", "call_finished", {
      type: "failed",
      code: "total_steps_reached",
    });
  });

  test("a question in the last one is asked", () => {
    under(policyWith({ steps: 1 }), chose(ask("a", "Which?"))).is("waiting_human_input");
  });

  test("a text in the last one is taken for the answer at once", () => {
    under(policyWith({ steps: 1 }), wrote("It is 42.")).is("complete");
    under(policyWith({ totalSteps: 1 }), wrote("It is 42.")).is("complete");
  });
});

describe("an answer without a call", () => {
  test("is nudged once, then it is the answer", () => {
    const run = given(wrote("I think 42")).then("launched", "model_answered", {
      type: "nudged",
      reason: "no_call",
    });
    run
      .wants({ type: "call_model" })
      .when(wrote(" 42 "))
      .then("model_answered", { type: "completed", answer: "42" });
  });

  test("is nudged anew after a step that acted", () => {
    given(wrote("hm"), chose(call("a", "look")), finished("a"))
      .when(wrote("42"))
      .then("model_answered", "nudged");
  });

  test("and without a text is nudged, then fails", () => {
    given(wrote(" ")).when(wrote("")).then("model_answered", { type: "failed", code: "empty_answer" });
  });

  test("that was cut off runs nothing of it, is nudged, then fails", () => {
    const cut = model({ cut: "length", calls: [call("a", "restart")] });
    const run = given(cut).wants({ type: "call_model" });
    expect(entriesOf(run.state).map((entry) => entry.type)).toEqual(["task", "notice"]);
    run.when(cut).then("model_answered", { type: "failed", code: "answer_cut" });
  });

  test("is nudged once for each thing that is wrong with it", () => {
    const cut = model({ cut: "length" });
    const run = given(wrote("hm"), cut).wants({ type: "call_model" });
    run.when(wrote("42")).then("model_answered", { type: "completed", answer: "42" });
    given(cut).when(wrote("42")).then("model_answered", { type: "nudged", reason: "no_call" });
    given(wrote("")).when(wrote("42")).then("model_answered", { type: "nudged", reason: "no_call" });
    run.when(wrote(""), cut).is("failed");
  });

  test("that refuses ends the run with the refusal", () => {
    given(model({ refusal: "I must not" })).is("failed");
    expect(given(model({ refusal: "I must not" })).state.phase).toMatchObject({
      message: expect.stringContaining("I must not"),
    });
  });

  test("is not taken for the answer when somebody spoke after it", () => {
    const run = given(wrote("hm"), pause, wrote("42"), say("and 43?"), resume);
    run.is("running").wants({ type: "call_model" });
  });
});

describe("the budget", () => {
  const costly = (inputTokens: number, costUsd: number | null) => ({
    ...chose(call("a", "look")),
    usage: used(inputTokens, costUsd),
  });

  test("of tokens asks before more is spent, and as much again is granted", () => {
    const run = under(policyWith({ tokens: 1000 }), costly(1200, 0), finished("a"));
    run.is("waiting_human_input").wants({ type: "rest" });
    expect(run.state.questions).toMatchObject([
      { kind: "budget", text: expect.stringContaining("1,200 tokens of 1,000") },
    ]);
    const on = run.when(answer("continue")).wants({ type: "call_model" });
    expect(on.state.tokensGranted).toBe(2200);
    run.when(answer("stop")).then("question_answered", "cancelled");
  });

  test("of money too, where the price is known", () => {
    const rich = policyWith({ costUsd: 1 });
    expect(under(rich, costly(1, 1.5), finished("a")).state.questions).toMatchObject([
      { kind: "budget", text: expect.stringContaining("$1.50 of $1.00") },
    ]);
    under(rich, costly(1, null), finished("a")).wants({ type: "call_model" });
  });
});

test("tokens and money add up over answers, dropped ones included", () => {
  const run = given(
    { ...chose(call("a", "look")), usage: { ...noUsage, inputTokens: 5, outputTokens: 2, costUsd: 0.25 } },
    finished("a"),
    {
      type: "decision_dropped",
      usage: { ...noUsage, inputTokens: 7, cachedTokens: 3, costUsd: 0.5 },
      model: "m",
      ms: 1,
    },
  );
  expect(run.state.usage).toEqual({
    inputTokens: 12,
    cachedTokens: 3,
    outputTokens: 2,
    reasoningTokens: 0,
    costUsd: 0.75,
  });
});

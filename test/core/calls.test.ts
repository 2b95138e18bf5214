/** The calls of one model answer: their order, their one result each, and who may step in between. */
import { describe, expect, test } from "vitest";
import type { Command } from "../../src/core/command.ts";
import type { EventBody } from "../../src/core/event.ts";
import { answer, cancel, pause, resume, say } from "../support/core/commands.ts";
import { ask, call, chose, failed, final, finished, started } from "../support/core/events.ts";
import { person, policyWith } from "../support/core/policy.ts";
import { given, under } from "../support/given.ts";

describe("several calls in one answer", () => {
  test("reads at the front start together, a change waits for them, what follows waits for it", () => {
    const run = given(chose(call("a", "look"), call("b", "look"), call("c", "tag"), call("d", "look")));
    run.wants({ type: "run_calls", callIds: ["a", "b"] });
    const next = run.when(finished("b")).wants({ type: "run_calls", callIds: ["a"] });
    next.when(finished("a")).wants({ type: "run_calls", callIds: ["c"] });
    next
      .when(finished("a"), started("c"), finished("c"))
      .wants({ type: "run_calls", callIds: ["d"] })
      .when(finished("d"))
      .wants({ type: "call_model" });
  });

  test("each call has one result; a late second one changes nothing", () => {
    const run = given(
      chose(call("a", "look"), call("b", "tag")),
      finished("a", "1"),
      started("b"),
      finished("b", "2"),
    );
    expect(run.results).toEqual({ a: "1", b: "2" });
    expect(run.when(finished("a", "3"), failed("b")).results).toEqual({ a: "1", b: "2" });
  });

  test("an unknown tool, a broken input and one call too many are told, the others run", () => {
    const bad = { ...call("b", "look", "{"), error: { code: "invalid_json", message: "not JSON" } };
    const run = under(policyWith({ callsPerStep: 3 })).when(
      chose(call("a", "nonsense"), bad, call("c", "look"), call("d", "look")),
    );
    run.wants({ type: "run_calls", callIds: ["c"] });
    expect(run.results.a).toContain("There is no tool nonsense");
    expect(run.results.b).toContain("not JSON");
    expect(run.results.d).toContain("first 3 calls");
  });

  test("a final answer beside a failed call does not stand; the model looks again", () => {
    const run = given(chose(call("a", "look"), final("b", "all is well")), failed("a", "down"));
    expect(run.results.b).toContain("not_final");
    run.wants({ type: "call_model" });
  });

  test("a final answer beside a question is written before the person spoke: it does not stand", () => {
    const run = given(chose(ask("a", "Which one?"), final("b", "v1 it is"))).is("waiting_human_input");
    const answered = run.when(say("none"));
    expect(answered.results).toMatchObject({
      a: '{"answer":"none"}',
      b: expect.stringContaining("not_final"),
    });
    answered.wants({ type: "call_model" });
  });

  test("a final answer after calls that went well completes; what stands behind it is said not to have run", () => {
    const run = given(chose(call("a", "look"), final("b", "well"), call("c", "tag"))).when(finished("a"));
    run.then("call_finished", { type: "completed", answer: "well" }).is("complete");
    expect(run.results).toEqual({
      a: "ok",
      b: "The answer was delivered.",
      c: "Not run: the run ended first.",
    });
  });

  test("two questions in one answer are asked at once, under two names, and settled one by one", () => {
    const run = given(chose(ask("a", "One?"), ask("b", "Two?"))).is("waiting_human_input");
    const [one, two] = run.state.questions;
    expect(one?.id).not.toBe(two?.id);
    run.when(answer("1")).refused("question_ambiguous");
    const half = run.when(answer("2", two?.id ?? ""));
    half.then({ type: "question_answered", answer: "2" }).is("waiting_human_input");
    const whole = half.when(answer("1"));
    expect(whole.results).toEqual({ a: '{"answer":"1"}', b: '{"answer":"2"}' });
    whole.wants({ type: "call_model" });
  });
});

describe("between choice and execution", () => {
  test("a paused run does not start what was chosen, and starts it after the resume", () => {
    const paused = given(pause, chose(call("a", "tag"))).is("paused");
    paused.wants({ type: "rest", until: "someone_speaks" });
    paused
      .when(resume)
      .is("running")
      .wants({ type: "run_calls", callIds: ["a"] });
  });

  test("a pause while a call runs keeps its outcome", () => {
    const run = given(
      chose(call("a", "tag"), call("b", "tag")),
      started("a"),
      pause,
      finished("a", "tagged"),
    );
    run.is("paused").wants({ type: "rest" });
    expect(run.results).toEqual({ a: "tagged" });
    run.when(resume).wants({ type: "run_calls", callIds: ["b"] });
  });

  test("cancelled before it started, a call never starts and gets its result", () => {
    const run = given(chose(call("a", "restart")))
      .when(cancel)
      .then("cancel_requested", "cancelled");
    expect(run.results).toEqual({ a: "Not run: the run ended first." });
    run.is("cancelled").wants({ type: "rest", until: "nothing" });
  });

  test("cancelled while it runs, a call is waited for and its outcome kept", () => {
    const run = given(chose(call("a", "restart"), call("b", "tag")), started("a"), cancel);
    run.is("running").wants({ type: "reconcile", callId: "a" });
    const ended = run.when(finished("a", "restarted")).then("call_finished", "cancelled");
    expect(ended.results).toEqual({ a: "restarted", b: "Not run: the run ended first." });
  });

  test("a call that was interrupted runs again when that is harmless, and is asked about when not", () => {
    given(chose(call("a", "tag")), started("a"), { type: "recovered" }).wants({
      type: "run_calls",
      callIds: ["a"],
    });
    given(chose(call("a", "restart")), started("a"), { type: "recovered" }).wants({
      type: "reconcile",
      callId: "a",
    });
  });

  test("words that come while calls are pending go before any change that was chosen without them", () => {
    const run = given(chose(call("a", "look"), call("b", "restart")), say("not the restart"), finished("a"));
    expect(run.results.b).toContain("somebody spoke");
    const told = run.wants({ type: "call_model" }).request.input.map((item) => item.type);
    expect(told).toEqual(["user", "model", "result", "result", "user"]);
  });

  test("the same for a final answer: it was written before those words", () => {
    const run = given(chose(call("a", "look"), final("b", "done")), say("and v2"), finished("a"));
    run.is("running").wants({ type: "call_model" });
    expect(run.request.input.at(-1)).toMatchObject({ type: "user", text: expect.stringContaining("and v2") });
  });

  test("a call that runs already is not touched by words; the next one is", () => {
    const run = given(
      chose(call("a", "tag"), call("b", "tag")),
      started("a"),
      say("stop after this"),
      finished("a"),
    );
    expect(run.results).toEqual({ a: "ok", b: expect.stringContaining("somebody spoke") });
  });
});

describe("sleeping", () => {
  const slept = (event: string | null): EventBody => ({
    type: "call_slept",
    callId: "a",
    until: 5_000,
    event,
  });
  const doze = chose(call("a", "sleep_until", { seconds: 5 }));
  const wait = chose(call("a", "wait_for_event", { event: "ci", timeout_seconds: 5 }));
  const report: Command = {
    type: "deliver_event",
    event: "ci",
    payload: "green",
    actor: person("ci", { kind: "machine" }),
    via: { channel: "webhook" },
  };

  test("a sleep ends with its time", () => {
    given(doze).wants({ type: "begin_sleep", callId: "a" });
    const asleep = given(doze, slept(null)).is("sleeping");
    asleep.wants({
      type: "sleep_until",
      at: 5_000,
      due: [expect.objectContaining({ type: "call_finished" })],
    });
  });

  test("an event from outside ends the wait, is untrusted, and comes once", () => {
    const run = given(wait, slept("ci")).is("sleeping").when(report);
    run.then("event_arrived", { type: "call_finished", output: "green", untrusted: true });
    expect(run.state.readUntrusted).toBe(true);
    run.when(report).refused("question_closed");
  });

  test("an event has any name that the tool takes, also one that every object knows", () => {
    const event = "constructor";
    const waits = chose(call("a", "wait_for_event", { event, timeout_seconds: 5 }));
    const run = given(waits, slept(event)).is("sleeping").wants({ type: "sleep_until", at: 5_000 });
    const told = run.when({ ...report, event } as Command);
    expect(told.results).toEqual({ a: "green" });
    told.when({ ...report, event } as Command).refused("question_closed");
  });

  test.each(["__proto__", "toString", "hasOwnProperty"])("an event named %s comes once as well", (event) => {
    const told = given().when({ ...report, event } as Command);
    told.then({ type: "event_arrived", event });
    told.when({ ...report, event } as Command).refused("question_closed");
  });

  test("a failure with a code that this release does not know is told as it stands in the log", () => {
    const failed = {
      type: "call_failed",
      callId: "a",
      code: "out_of_fuel",
      message: "Empty.",
      ms: 1,
    } as const;
    const run = given(chose(call("a", "look")), failed);
    expect(JSON.parse(run.results.a ?? "")).toEqual({ error: "out_of_fuel", message: "Empty." });
  });

  test.each([
    ["ask_human", { question: "" }, "question"],
    ["final_answer", { text: "done" }, "answer"],
    ["hand_off", { agent: "helper" }, "task"],
    ["sleep_until", { seconds: 0.5 }, "seconds"],
    ["wait_for_event", { event: "__proto__", timeout_seconds: 5 }, "event"],
  ])(
    "a call of %s that was stored before an upgrade and is not understood any more fails with words",
    (tool, args, key) => {
      const run = given(chose(call("a", tool, args)));
      expect(JSON.parse(run.results.a ?? "")).toMatchObject({
        error: "invalid_input",
        message: expect.stringMatching(new RegExp(`^input\\.${key}: .*choose the call again`, "s")),
      });
    },
  );

  test("an event that comes before anybody waits for it is kept until somebody does", () => {
    const early = given(report, wait).wants({ type: "begin_sleep", callId: "a" });
    expect(early.when(slept("ci")).results).toEqual({ a: "green" });
  });

  test("an event that comes while the run is paused is there after the resume", () => {
    const run = given(wait, slept("ci"), pause, report).is("paused");
    run.when(resume).then("resumed", { type: "call_finished", output: "green" });
  });

  test("whoever speaks to a run that sleeps or waits is heard at once, and what it waits for can still come", () => {
    given(doze, slept(null)).when(say("hurry")).then("heard", { type: "call_finished", callId: "a" });
    const run = given(wait, slept("ci"), say("well?")).wants({ type: "call_model" });
    expect(run.results.a).toContain("not arrived yet");
    const again = run.when(chose(call("b", "wait_for_event", { event: "ci", timeout_seconds: 5 })), report);
    again.wants({ type: "begin_sleep", callId: "b" });
  });

  test("without the event the call fails when its time is over", () => {
    given(wait, slept("ci")).wants({
      type: "sleep_until",
      due: [{ type: "call_failed", callId: "a", code: "no_event", message: expect.any(String), ms: 0 }],
    });
  });
});

describe("children", () => {
  const handOff = chose(call("a", "hand_off", { agent: "helper", task: "look it up" }));
  const child = { type: "child_launched", callId: "a", runId: "run_2" } as const;

  test("a task is handed over, waited for, and its outcome is the call's", () => {
    given(handOff).wants({ type: "launch_child", callId: "a" });
    const waiting = given(handOff, child).is("sleeping").wants({ type: "await_child", runId: "run_2" });
    expect(waiting.when(finished("a", "found it")).results).toEqual({ a: "found it" });
    expect(waiting.when(failed("a", "lost")).wants({ type: "call_model" }).results.a).toContain("lost");
  });

  test("a cancelled parent stops its child first", () => {
    const run = given(handOff, child, cancel).wants({ type: "cancel_child", runId: "run_2" });
    run.when(failed("a")).then("call_failed", "cancelled");
  });
});

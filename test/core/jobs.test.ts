/** Work that outlives its call, the look at whether it helped, the way back, and runs of exactly one call. */
import { describe, expect, test } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { approve, cancel, launch, pause, resume, say } from "../support/core/commands.ts";
import { askedApproval, call, chose, failed, finished, started } from "../support/core/events.ts";
import { given, nobody } from "../support/given.ts";

const begun: EventBody[] = [started("a"), { type: "job_begun", callId: "a", handle: { folder: "jobs/a" } }];
const restart = chose(call("a", "restart"));
const inJob = given(launch(), restart, begun);

function progressOf(story: typeof inJob): string {
  return JSON.stringify(narrate(story.state).find(({ key }) => key === "progress")?.body);
}

describe("a job", () => {
  test("is looked at until it ends, and its end is the call's result", () => {
    inJob.is("running").wants({ type: "poll_job", callId: "a" });
    const further = inJob.when({ type: "call_progressed", callId: "a", progress: "2 of 5 pods" });
    further.wants({ type: "poll_job", callId: "a" });
    expect(progressOf(further)).toContain("2 of 5 pods");
    expect(further.when(finished("a", "all new")).wants({ type: "call_model" }).results).toEqual({
      a: "all new",
    });
    further.when(failed("a", "no quota")).wants({ type: "call_model" });
  });

  test("that is begun is never taken for a call that may not have happened", () => {
    inJob.when({ type: "recovered" }).wants({ type: "poll_job", callId: "a" });
  });

  test("goes on while the run is paused or somebody speaks, and nothing starts beside it", () => {
    const two = given(launch(), chose(call("a", "restart"), call("b", "look")), begun);
    two.wants({ type: "poll_job", callId: "a" });
    const spoken = inJob.when(say("how far?"));
    spoken.then("heard").wants({ type: "poll_job", callId: "a" });
    inJob.when(pause).is("paused").wants({ type: "rest" });
    inJob.when(pause).when(resume).wants({ type: "poll_job", callId: "a" });
  });

  test("is asked to stop with its run, and people are told whether it could be", () => {
    const stopping = inJob.when(cancel).wants({ type: "cancel_job", callId: "a" });
    const words = "The rollout was stopped at 2 of 5 pods.";
    const ended = stopping.when({ type: "job_cancelled", callId: "a", stopped: true, words });
    ended.is("cancelled");
    expect(progressOf(ended)).toContain("stopped at 2 of 5 pods");
  });
});

describe("whether it helped", () => {
  const until = 1_700_000_300_000;
  const verifying = given(launch(), restart, started("a"), {
    ...finished("a", "restarted"),
    verifyUntil: until,
  } as EventBody);

  test("is looked at before the model goes on, and the model sees it", () => {
    verifying.is("running").wants({ type: "verify_call", callId: "a" });
    const verdict = { type: "call_verified", callId: "a", words: "errors 0.02 % (were 7.1 %)", ms: 30_000 };
    const better = verifying.when({ ...verdict, verdict: "better" } as EventBody);
    expect(better.wants({ type: "call_model" }).results.a).toBe(
      "restarted\nIt helped: errors 0.02 % (were 7.1 %)",
    );
    const unknown = verifying.when({ ...verdict, verdict: "unknown", words: "no answer" } as EventBody);
    expect(unknown.results.a).toContain("It is not known whether it helped: no answer");
  });

  test("is left open by a stop, and not told as a failure", () => {
    const stopped = verifying.when(cancel).is("cancelled");
    expect(progressOf(stopped)).toContain("it is not known whether it helped");
  });
});

describe("the way back", () => {
  const undo = { tool: "deploy", input: { version: "v0" } };

  test("stands on the settled approval and in what the model is told", () => {
    const asked = given(launch(), chose(call("a", "deploy")), askedApproval("q1", "a"), approve("q1"));
    const done = asked.when(started("a"), { ...finished("a", "deployed v1"), undo } as EventBody);
    expect(done.results.a).toBe('deployed v1\nIt can be undone by deploy with {"version":"v0"}.');
    expect(done.state.settled).toMatchObject([{ id: "q1", undo: { call: undo, asked: null } }]);
  });
});

describe("a run of exactly one call", () => {
  const direct = launch({ call: { tool: "restart", input: { version: "v1" } } });

  test("asks no model and ends with what the call came to", () => {
    const run = nobody()
      .when(direct)
      .wants({ type: "run_calls", callIds: ["direct"] });
    const ended = run.when(started("direct"), finished("direct", "restarted"));
    ended.then("call_started", "call_finished", { type: "completed", answer: "restarted" }).is("complete");
    expect(ended.state.steps).toBe(0);
    run.when(started("direct"), failed("direct", "no such service")).is("failed");
  });

  test("is bound by the tool's own rules, whatever the agent was given", () => {
    const deploy = launch({ call: { tool: "deploy", input: { version: "v1" } } });
    nobody().when(deploy).wants({ type: "ask_approval", callId: "direct" });
    nobody()
      .when(launch({ call: { tool: "nonsense", input: {} } }))
      .is("failed");
  });

  test("is not overtaken by words, and who says them is told that nobody hears them", () => {
    const said = nobody().when(direct, say("careful"));
    said.refused("run_busy", "say it again").wants({ type: "run_calls", callIds: ["direct"] });
  });
});

/** A call whose tool only another process has: this one leaves it alone, wherever it is. */
import { describe, expect, test } from "vitest";
import type { Policy } from "../../src/core/agent.ts";
import { decide } from "../../src/core/decide/decide.ts";
import { leftElsewhere } from "../../src/core/decide/elsewhere.ts";
import type { EventBody } from "../../src/core/event.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { findCall } from "../../src/core/reduce/calls.ts";
import { approve, cancel, launch, pause } from "../support/core/commands.ts";
import { ask, askedApproval, call, chose, finished, started } from "../support/core/events.ts";
import { policyWith } from "../support/core/policy.ts";
import { given, nobody, type Story } from "../support/given.ts";

const all = policyWith();
const { deploy, ...others } = all.tools;
const { effect, approval } = deploy ?? { effect: "once", approval: null };
const gone: Policy = { ...all, tools: others };
const elsewhere: Policy = { ...gone, toolsElsewhere: { deploy: { effect, approval } } };

const chosen = given(launch(), chose(call("a", "deploy")));
const approved = chosen.when(askedApproval("q1", "a")).when(approve("q1"));
const running = approved.when(started("a"));
const inJob = running.when({ type: "job_begun", callId: "a", handle: {} });
const until = 1_700_000_300_000;
const verifying = running.when({ ...finished("a"), verifyUntil: until } as EventBody);

const leave = { type: "leave", callId: "a" };
const wants = ({ state }: Story, policy = elsewhere) => decide(state, policy);

describe("a call whose tool only another process has", () => {
  test.each([
    { is: "chosen", story: chosen },
    { is: "approved", story: approved },
    { is: "begun, its process gone", story: running },
    { is: "at work outside", story: inJob },
    { is: "looked at whether it helped", story: verifying },
    { is: "at work outside, and to be stopped", story: inJob.when(cancel) },
  ])("is left to it: $is", ({ story }) => {
    expect(wants(story)).toEqual(leave);
    expect(wants(story, gone)).not.toEqual(leave);
    expect(wants(story, all)).not.toEqual(leave);
  });

  test("keeps nobody from waiting, pausing and stopping", () => {
    const asking = chosen.when(askedApproval("q1", "a"));
    expect(wants(asking)).toMatchObject({ type: "rest" });
    expect(wants(approved.when(pause))).toMatchObject({ type: "rest" });
    expect(wants(approved.when(cancel))).toMatchObject({ type: "rest" });
  });

  test("is not waited for when the model made it up: its agent has no such tool", () => {
    const agent = { ...all.agent, tools: Object.keys(others) };
    expect(wants(chosen, { ...elsewhere, agent })).toMatchObject({
      type: "record",
      events: [{ code: "unknown_tool" }],
    });
  });

  test("is left to it when a person chose it, whatever the agent has", () => {
    const agent = { ...all.agent, tools: [] };
    const story = nobody().when(launch({ call: { tool: "deploy", input: { version: "v1" } } }));
    expect(wants(story, { ...elsewhere, agent })).toMatchObject({ type: "leave" });
    expect(wants(story, { ...gone, agent })).toMatchObject({ events: [{ code: "unknown_tool" }] });
  });

  test("says once that it was left, and people see it until it begins", () => {
    const line = ({ state }: Story) => JSON.stringify(narrate(state).find(({ key }) => key === "progress"));
    const said = ({ state }: Story) => {
      const left = findCall(state, "a");
      return left ? leftElsewhere(state, left) : [];
    };
    expect(line(approved)).not.toContain("waits for a process");
    const left = approved.when(...said(approved));
    expect(line(left)).toContain("waits for a process that has this tool");
    expect(said(left)).toEqual([]);
    expect(wants(left, all)).toEqual({ type: "run_calls", callIds: ["a"] });
    expect(line(left.when(started("a")))).not.toContain("waits for a process");
    // Of what nobody was asked there is nothing to say.
    expect(said(running)).toEqual([]);
  });
});

describe("two processes that each lack a tool of the other", () => {
  /** All tools but these, which the other one has. */
  const lacking = (...names: string[]): Policy => {
    const entries = Object.entries(all.tools);
    return {
      ...all,
      tools: Object.fromEntries(entries.filter(([name]) => !names.includes(name))),
      toolsElsewhere: Object.fromEntries(entries.filter(([name]) => names.includes(name))),
    };
  };
  const one = lacking("restart", "look");
  const other = lacking("deploy", "fetch");
  const answered = (...calls: ReturnType<typeof call>[]) => given(launch(), chose(...calls));
  const both = answered(call("a", "deploy"), call("b", "restart"));
  const begun = both.when(askedApproval("q1", "a")).when(approve("q1")).when(started("a"));
  const jobs = begun.when({ type: "job_begun", callId: "a", handle: {} });
  const ends = { type: "rest", until: "nothing" };
  const reads = answered(call("a", "fetch"), call("b", "look"));

  test.each([
    { is: "a change before another one", story: both, first: { type: "ask_approval", callId: "a" } },
    { is: "one that was begun", story: begun, first: { type: "reconcile", callId: "a" } },
    { is: "one at work outside", story: jobs, first: { type: "poll_job", callId: "a" } },
    {
      is: "one at work outside, to be stopped",
      story: jobs.when(cancel),
      first: { type: "cancel_job", callId: "a" },
    },
    { is: "a read before another one", story: reads, first: { type: "run_calls", callIds: ["a"] } },
  ])("take turns in the order of the answer: $is", ({ story, first }) => {
    expect(wants(story, one)).toEqual(first);
    expect(wants(story, other)).toEqual(leave);
    const next = story.when(finished("a"));
    const isStopped = story.state.phase.at === "cancelling";
    expect(wants(next, one)).toEqual(isStopped ? ends : { type: "leave", callId: "b" });
    expect(wants(next, other)).toEqual(isStopped ? ends : { type: "run_calls", callIds: ["b"] });
  });

  test("the one before which people are asked goes on with a read that is its own alone", () => {
    const story = answered(ask("a", "Which?"), call("b", "look"), call("c", "fetch"));
    expect(story.state.questions).toHaveLength(1);
    expect(wants(story, one)).toEqual({ type: "leave", callId: "b" });
    expect(wants(story, other)).toEqual({ type: "run_calls", callIds: ["b"] });
  });
});

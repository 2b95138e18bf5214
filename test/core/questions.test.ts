/** An approval: asked before the call, for whom it is, edited, refused, voided, by two, withdrawn at the end. */
import { describe, expect, test } from "vitest";
import type { Actor } from "../../src/core/actor.ts";
import type { ToolSpec } from "../../src/core/agent.ts";
import type { EventBody } from "../../src/core/event.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { openRights } from "../support/bot.ts";
import {
  answer,
  approve,
  cancel,
  edit,
  launch,
  pause,
  refuse,
  resume,
  say,
} from "../support/core/commands.ts";
import {
  ask,
  askedApproval,
  call,
  chose,
  doubted,
  finished,
  heard,
  started,
} from "../support/core/events.ts";
import { dana, oncall, person, policyWith } from "../support/core/policy.ts";
import { given, nobody, type Story, under } from "../support/given.ts";

/** The question that an edit asks: never the one that was open. */
function anewIn({ state }: Story): string {
  const id = state.questions[0]?.id ?? "q";
  expect(id).not.toBe("q");
  return id;
}

const deploys = () => given(chose(call("a", "deploy")), askedApproval("q", "a"));

describe("an approval", () => {
  test("is asked before the call, and only then does it run", () => {
    given(chose(call("a", "deploy"))).wants({ type: "ask_approval", callId: "a" });
    deploys().is("waiting_human_input").wants({ type: "rest" });
    const approved = deploys().when(approve("q")).then({ type: "approval_granted", edited: false });
    approved.is("running").wants({ type: "run_calls", callIds: ["a"] });
    expect(approved.state.phase).toMatchObject({ calls: [{ approvedHash: "shown" }] });
  });

  test("that is refused shows the model the reason", () => {
    const run = deploys().when(refuse("q", "not on Fridays"));
    expect(run.results.a).toContain("oncall refused this call: not on Fridays");
    run.wants({ type: "call_model" });
  });

  test("is no matter for words, nor for machines, nor for tokens without the scope", () => {
    deploys().when(answer("yes", "q")).refused("answer_invalid", "approve it or refuse it");
    deploys().when(say("yes")).refused("answer_invalid", "Words don't approve anything");
    deploys()
      .when(approve("q", person("ci", { kind: "machine" })))
      .refused("not_an_approver");
    deploys()
      .when(approve("q", person("ci", { scopes: ["answer"] })))
      .refused("insufficient_scope", '"approve"');
  });

  test("is for listed approvers, as they are listed now", () => {
    const rights = { ...openRights, approve: ["slack:T1/oncall"] };
    const run = under(policyWith({}, rights), chose(call("a", "deploy")), askedApproval("q", "a"));
    run.when(approve("q", dana)).refused("not_an_approver", "slack:T1/oncall");
    run.when(refuse("q", "no", dana)).refused("not_an_approver");
    run.when(approve("q", oncall)).then("approval_granted");
  });

  test("of edited arguments is another one: shown anew, approved by nobody, and the editor must press as well", () => {
    const run = deploys()
      .when(edit("q", { version: "v2" }))
      .then("call_edited", "question_asked");
    run.is("waiting_human_input").wants({ type: "rest" });
    expect(run.state.questions).toMatchObject([
      {
        approvedBy: [],
        context: "oncall changed version. Nobody has approved this yet.",
        call: { input: { version: "v2" }, hash: 'of {"version":"v2"}' },
      },
    ]);
    expect(run.state.settled).toMatchObject([
      { id: "q", call: { input: { version: "v1" } }, outcome: { kind: "changed" }, from: { name: "oncall" } },
    ]);
    run.when(approve("q")).refused("already_answered", "changed by you");
    run.when(approve(anewIn(run))).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("of edited arguments runs them, bound anew, and the model is told", () => {
    const asked = deploys().when(edit("q", { version: "v2" }));
    const run = asked.when(approve(anewIn(asked)));
    const approvedHash = 'of {"version":"v2"}';
    expect(run.state.phase).toMatchObject({ calls: [{ input: { version: "v2" }, approvedHash }] });
    const [, , result] = run.when(started("a"), finished("a", "v2 is out")).request.input;
    expect(result).toMatchObject({
      output:
        '<notice>\noncall changed the arguments before approving. It ran with: {"version":"v2"}\n</notice>\nv2 is out',
    });
  });

  test("an edit is for those who may approve, and for a call that is still waited for", () => {
    const rights = { ...openRights, approve: ["slack:T1/oncall"] };
    const run = under(policyWith({}, rights), chose(call("a", "deploy")), askedApproval("q", "a"));
    run.when(edit("q", { version: "v2" }, dana)).refused("not_an_approver", "slack:T1/oncall");
    run.when(edit("q", { version: "v2" }, oncall)).then("call_edited", "question_asked");
    const done = run.when(finished("a"));
    done.when(edit("q", { version: "v2" }, oncall)).refused("question_closed", "has its result already");
  });

  test("an edit that changes nothing is refused, and so is one of a tool that is gone", () => {
    const same = { ...edit("q", { version: "v1" }), shown: { hash: "shown", preview: null } };
    deploys().when(same).refused("answer_invalid", "Nothing is different");
    const { shown: _, ...unshown } = edit("q", { version: "v2" });
    deploys().when(unshown).refused("answer_invalid", "This bot has no tool deploy now");
  });

  test("an edit outlives words that came before it", () => {
    const asked = deploys().when(heard("hurry"), edit("q", { version: "v2" }));
    asked.when(approve(anewIn(asked))).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("with an edit in it, as logs up to 0.2.0 have them, still means what it meant", () => {
    const old: EventBody = {
      type: "approval_granted",
      questionId: "q",
      from: { principal: oncall.principal, name: oncall.name },
      via: { channel: "slack" },
      edited: true,
      input: { version: "v2" },
      hash: "h2",
    };
    const run = deploys()
      .when(old)
      .wants({ type: "run_calls", callIds: ["a"] });
    expect(run.state.phase).toMatchObject({ calls: [{ input: { version: "v2" }, approvedHash: "h2" }] });
    const half = given(chose(call("a", "destroy")), askedApproval("q", "a", "destroy", 2)).when(old);
    expect(half.state.questions).toMatchObject([{ approvedBy: [{ name: "oncall" }], call: { hash: "h2" } }]);
    half.when(approve("q", person("one"))).refused("already_answered");
  });

  test("granted while paused runs after the resume", () => {
    const run = deploys().when(pause, approve("q")).is("paused").wants({ type: "rest" });
    run.when(resume).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("is not given where it would run nothing any more, and whoever gives it is told so; a refusal is", () => {
    const asked = deploys().when(finished("a"));
    asked.when(approve("q")).refused("question_closed", "This call has its result already");
    asked.when(refuse("q", "too late")).then("approval_refused");
    const stopping = given(launch(), chose(call("b", "restart"), call("a", "deploy")), started("b"), {
      ...{ type: "job_begun", callId: "b", handle: {} },
    })
      .when(askedApproval("q", "a"))
      .when(cancel);
    const nothing = "The run is being stopped: nothing more of it is carried out.";
    stopping.when(approve("q")).refused("question_closed", nothing);
    stopping.when(edit("q", { version: "v2" })).refused("question_closed", nothing);
    stopping.when(refuse("q", "no")).then("approval_refused");
  });

  test("like an answer is not taken by a run that is being stopped; what became of a call is", () => {
    const inJob: EventBody[] = [started("b"), { type: "job_begun", callId: "b", handle: {} }];
    const asked = given(launch(), chose(ask("c", "Which?"), call("b", "restart")), inJob).when(cancel);
    asked.when(answer("blue")).refused("question_closed", "The run is being stopped");
    const two = chose(call("b", "restart"), call("a", "restart"));
    const inDoubt = given(launch(), two, inJob, doubted("d", "a")).when(cancel);
    inDoubt.when(answer("run", "d")).refused("question_closed", "The run is being stopped");
    inDoubt.when(answer("happened", "d")).then("question_answered");
  });

  test("while the run is paused is shown as waiting for the resume", () => {
    const line = (story: Story) => JSON.stringify(narrate(story.state)[0]?.body);
    const paused = deploys().when(pause, approve("q"));
    expect(line(paused)).toContain("waits for a resume");
    expect(line(paused.when(resume))).not.toContain("waits for a resume");
  });

  test("whose card was closed because something changed says so to whoever presses it late", () => {
    const closed = deploys().when({ type: "approval_voided", callId: "a", reason: "deploy has changed" });
    closed.when(approve("q")).refused("question_closed", "by the bot: deploy has changed.");
  });

  test("given twice counts once, and the second is told", () => {
    deploys().when(approve("q"), approve("q", dana)).refused("already_answered", "approved by oncall");
    deploys().when(approve("q"), approve("q")).refused("already_answered", "approved by you at");
  });

  test("is void when what was shown has changed: it is asked again", () => {
    const run = deploys().when(approve("q"), { type: "approval_voided", callId: "a", reason: "changed" });
    run.wants({ type: "ask_approval", callId: "a" });
    expect(run.state.phase).toMatchObject({ calls: [{ approvedHash: null }] });
  });

  test("is not given while the tool is gone: the question waits until it is back, or is refused", () => {
    const run = deploys();
    const { deploy: _, ...others } = run.policy.tools;
    const upgraded = run.under({ ...run.policy, tools: others });
    upgraded.when(approve("q")).refused("answer_invalid", "This bot has no tool deploy now");
    upgraded.when(say("yes")).refused("answer_invalid", "This bot has no tool deploy now");
    upgraded.when(refuse("q", "too late")).then("approval_refused");
    upgraded
      .under(run.policy)
      .when(approve("q"))
      .wants({ type: "run_calls", callIds: ["a"] });
  });

  test("that was given before the tool went is told to the model, not waited for", () => {
    const run = deploys().when(approve("q"));
    const { deploy: _, ...others } = run.policy.tools;
    expect(run.under({ ...run.policy, tools: others }).effect).toMatchObject({
      type: "record",
      events: [{ type: "call_failed", code: "unknown_tool" }],
    });
  });
});

describe("four eyes", () => {
  const both = () => given(chose(call("a", "destroy")), askedApproval("q", "a", "destroy", 2));
  const [one, two] = [person("one"), person("two")];

  test("the one who asked may not approve", () => {
    both().when(approve("q", dana)).refused("not_an_approver", "somebody else");
  });

  test("two different people must", () => {
    const half = both().when(approve("q", one)).is("waiting_human_input");
    half
      .when(approve("q", one))
      .refused("already_answered", "Already approved by you. 1 more must approve it");
    half.when(approve("q", two)).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("the owner's token and console are one of them", () => {
    const rights = { ...openRights, approve: ["*"] };
    const policy = policyWith({}, rights);
    const owner = ["token:local", "console:local"].map((principal) => person(principal, { principal }));
    const [token, browser] = owner as [Actor, Actor];
    const spec = policy.tools.destroy as ToolSpec;
    const open = { ...spec, approval: { by: ["*"], count: 2, ownRequest: false } };
    const wide = { ...policy, tools: { ...policy.tools, destroy: open } };
    const asked = under(wide, chose(call("a", "destroy")), askedApproval("q", "a", "destroy", 2));
    asked.when(approve("q", token)).when(approve("q", browser)).refused("already_answered", "1 more must");
    asked.when(approve("q", token), approve("q", two)).wants({ type: "run_calls" });
    const own = nobody(wide).when(
      launch({ actor: token }),
      chose(call("a", "destroy")),
      askedApproval("q", "a", "destroy", 2),
    );
    own.when(approve("q", browser)).refused("not_an_approver", "somebody else");
  });

  test("a refusal names who else may: without whoever may not, and no fewer than there are", () => {
    const policy = policyWith();
    const spec = policy.tools.destroy as ToolSpec;
    const by = ["slack:T1/dana", "slack:T1/one", "discord:42", "token:*"];
    const approval = { by, count: 2, ownRequest: false };
    const listed = { ...policy, tools: { ...policy.tools, destroy: { ...spec, approval } } };
    const asked = under(listed, chose(call("a", "destroy")), askedApproval("q", "a", "destroy", 2));
    asked
      .when(approve("q", dana))
      .refused("not_an_approver", "somebody else must approve it: slack:T1/one, people elsewhere.");
    asked
      .when(approve("q", two))
      .refused("not_an_approver", "Only slack:T1/dana, slack:T1/one, people elsewhere may");
  });

  test("an edit takes the former approvals away: both must approve what both are shown, the editor too", () => {
    const run = both().when(approve("q", one), edit("q", { version: "v2" }, two));
    const anew = anewIn(run);
    expect(run.state.questions).toMatchObject([{ approvedBy: [], call: { input: { version: "v2" } } }]);
    run.when(approve("q", one)).refused("already_answered");
    const half = run.when(approve(anew, one)).is("waiting_human_input");
    half.when(approve(anew, two)).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("one refusal is enough", () => {
    expect(both().when(approve("q", one), refuse("q", "no", two)).results.a).toContain("two refused");
  });
});

describe("questions at the end", () => {
  test("are withdrawn, however many were open", () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      call(`c${index}`, "ask_human", { question: `${index}?`, choices: null, context: null }),
    );
    const run = under(policyWith({ callsPerStep: 20 }), chose(...many)).when(cancel);
    expect(run.state.questions).toEqual([]);
    expect(run.state.settled.map((question) => question.outcome.kind)).toEqual(Array(12).fill("withdrawn"));
  });
});

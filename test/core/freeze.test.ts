/** While a freeze holds no call that it covers begins, but for what was approved on a card that names it. */
import { describe, expect, test } from "vitest";
import { admit } from "../../src/core/admit/admit.ts";
import type { ApprovalRule, Freeze, Policy } from "../../src/core/agent.ts";
import { askApproval } from "../../src/core/ask.ts";
import type { EventBody } from "../../src/core/event.ts";
import { approvalWanted } from "../../src/core/freeze.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { findCall } from "../../src/core/reduce/calls.ts";
import { answer, approve, edit, launch, pause, refuse, resume, undo } from "../support/core/commands.ts";
import {
  ask,
  askedApproval,
  call,
  chose,
  doubted,
  final,
  finished,
  started,
} from "../support/core/events.ts";
import { dana, oncall, person, policyWith } from "../support/core/policy.ts";
import { nobody, type Story, under } from "../support/given.ts";

const blackFriday: Freeze = {
  name: "black friday",
  until: Date.parse("2026-11-30T09:00+01:00"),
  left: 5_400_000,
  zone: "+01:00",
  reason: "the shop is full",
  tools: [],
  approval: null,
};
const managers: ApprovalRule = { by: ["slack:T1/manager", "slack:T1/deputy"], count: 1, ownRequest: true };
const manager = person("manager");
const asking: Freeze = { ...blackFriday, name: "weekend", approval: managers };

const open = policyWith();
const during = (...freezes: Freeze[]): Policy => ({ ...open, freezes });
const stopped = during(blackFriday);
const asked = during(asking);

const deploying = chose(call("a", "deploy"));
/** Approved before, and kept from running by a pause. */
const approvedBefore = under(open, deploying, askedApproval("q", "a"), pause, approve("q"));

/** The card as the engine asks it now. */
function card({ state, policy }: Story, id: string, callId = "a"): EventBody {
  const held = findCall(state, callId);
  const spec = policy.tools[held?.tool ?? ""];
  if (!held || !spec) throw new Error("no such call");
  const freeze = approvalWanted(held, spec, state, policy)?.freeze;
  const question = askApproval({ call: held, hash: "shown", preview: null, freeze }, { state, policy });
  return { type: "question_asked", question: { ...question, id } };
}

/** Its tool asks people before it goes on. */
function asksInTheMiddle(callId: string, id: string): EventBody[] {
  return [
    { type: "call_suspended", callId, held: null },
    {
      type: "question_asked",
      question: {
        ...{ id, kind: "ask", callId, text: "Sure?", context: null, choices: [], freeText: true },
        ...{ audience: ["*"], call: null, need: 1 },
      },
    },
  ];
}

describe("where nothing can be approved", () => {
  test("a call gets the freeze, its end with the zone and its reason in place of a result", () => {
    const run = under(stopped, deploying).then("launched", "model_answered", {
      type: "call_failed",
      code: "frozen",
    });
    const words =
      'Not run: the freeze "black friday" holds until 30 Nov 2026, 09:00 UTC+01:00 (the shop is full).';
    expect(JSON.parse(run.results.a ?? "")).toMatchObject({
      message: `${words} That is in 5,400 seconds: tell who asked, or sleep until then and choose the call again.`,
    });
    expect(JSON.stringify(narrate(run.state))).toContain(JSON.stringify(words).slice(1, -1));
    run.wants({ type: "call_model" });
  });

  test.each(["tag", "restart", "deploy", "destroy"])("%s does not begin", (tool) => {
    under(stopped, chose(call("a", tool))).then("launched", "model_answered", {
      type: "call_failed",
      code: "frozen",
    });
  });

  test("what only reads, asks people or answers goes on", () => {
    under(stopped, chose(call("a", "look"))).wants({ type: "run_calls", callIds: ["a"] });
    under(stopped, chose(ask("a", "Which?"))).is("waiting_human_input");
    under(stopped, chose(final("a", "42"))).is("complete");
    under(stopped, chose(call("a", "sleep_until", { seconds: 5400 }))).wants({ type: "begin_sleep" });
  });

  test("only the tools that it names are stopped", () => {
    const named = during({ ...blackFriday, tools: ["restart"] });
    under(named, chose(call("a", "tag"))).wants({ type: "run_calls" });
    under(named, chose(call("a", "restart"))).then("launched", "model_answered", {
      type: "call_failed",
      code: "frozen",
    });
  });

  test("an approval given before it does not run in it, and does after it", () => {
    const resumed = approvedBefore.under(stopped).when(resume);
    resumed.then("resumed", { type: "call_failed", code: "frozen" });
    expect(resumed.results.a).toContain("It was approved, but not for the freeze.");
    approvedBefore
      .under(open)
      .when(resume)
      .wants({ type: "run_calls", callIds: ["a"] });
  });

  test("a card that is open can be refused, and approved after it", () => {
    const card = under(open, deploying, askedApproval("q", "a"));
    const words = 'the freeze "black friday" holds until 30 Nov 2026, 09:00 UTC+01:00';
    card.under(stopped).when(approve("q")).refused("answer_invalid", words);
    card.under(stopped).when(refuse("q", "not now")).then("approval_refused");
    card.when(approve("q")).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("the call of a run that is exactly this call ends it", () => {
    nobody(stopped)
      .when(launch({ call: { tool: "restart", input: { version: "v1" } } }))
      .then("launched", { type: "call_failed", code: "frozen" }, { type: "failed", code: "call_failed" });
  });

  test("what was done may be undone by a press, and an undo as well", () => {
    const back = { tool: "deploy", input: { version: "v0" } };
    const done = { ...finished("a"), undo: back } as EventBody;
    const ran = under(open, deploying, askedApproval("q", "a"), approve("q"), started("a"), done);
    const pressed = ran.under(stopped).when(undo("q")).then("undo_asked").wants({ type: "ask_approval" });
    const [aside] = pressed.state.phase.at === "acting" ? pressed.state.phase.calls : [];
    const approvable = pressed.when(askedApproval("u", aside?.id ?? "")).when(approve("u"));
    const run = approvable.then("approval_granted").wants({ type: "run_calls" });
    const id = aside?.id ?? "";
    const anew = { ...finished(id), undo: { tool: "deploy", input: { version: "v1" } } } as EventBody;
    run.when(started(id), anew).when(undo("u")).wants({ type: "ask_approval" });
  });
});

describe("what was begun", () => {
  test("goes on where it is a job", () => {
    const run = under(open, chose(call("a", "restart")), started("a"), {
      type: "job_begun",
      callId: "a",
      handle: 1,
    });
    run.under(stopped).wants({ type: "poll_job", callId: "a" });
  });

  test("and was cut off is not tried again: its tool is asked, and then a person", () => {
    const cut = under(open, chose(call("a", "tag")), started("a"));
    cut.wants({ type: "run_calls", callIds: ["a"] });
    const held = cut.under(stopped).wants({ type: "reconcile", callId: "a" });
    held
      .when(...doubted("d", "a", "tag"))
      .when(answer("run", "d", oncall))
      .then("question_answered", { type: "call_failed", code: "frozen" });
    held.when({ type: "call_cleared", callId: "a", reason: "not done" }).then("call_cleared", {
      type: "call_failed",
      code: "frozen",
    });
  });

  test("and has asked people is not gone on with: what it did before is somebody's to say", () => {
    const suspended = [started("a"), ...asksInTheMiddle("a", "q")];
    const run = under(open, chose(call("a", "restart")), suspended);
    run.when(answer("yes", "q")).wants({ type: "run_calls", callIds: ["a"] });
    run.under(stopped).when(answer("yes", "q")).wants({ type: "reconcile", callId: "a" });
  });

  test("nor is it while people decide on an undo", () => {
    const back = { tool: "deploy", input: { version: "v0" } };
    const done = { ...finished("a"), undo: back } as EventBody;
    const ran = under(open, deploying, askedApproval("q", "a"), approve("q"), started("a"), done);
    const run = ran.when(chose(call("b", "restart")), started("b"), asksInTheMiddle("b", "sure"), undo("q"));
    const [aside] = run.state.phase.at === "acting" ? run.state.phase.calls : [];
    const answered = run.when(askedApproval("u", aside?.id ?? "")).when(answer("yes", "sure"));
    answered.wants({ type: "run_calls", callIds: ["b"] });
    answered.under(stopped).wants({ type: "reconcile", callId: "b" });
    answered
      .under(stopped)
      .when(approve("u"))
      .wants({ type: "run_calls", callIds: [aside?.id ?? ""] });
  });
});

describe("where people can approve", () => {
  const before = approvedBefore.under(asked).when(resume);

  test("what was approved before is asked about once more, of those whom the freeze names", () => {
    before.wants({ type: "ask_approval", callId: "a" });
    const shown = before.when(card(before, "f"));
    expect(shown.state.questions).toMatchObject([
      {
        text: "May I run deploy in spite of a freeze?",
        context: 'The freeze "weekend" holds until 30 Nov 2026, 09:00 UTC+01:00 (the shop is full).',
        audience: managers.by,
        freeze: { name: "weekend", until: asking.until },
      },
    ]);
    shown.when(approve("f", oncall)).refused("not_an_approver");
    shown.when(approve("f", manager)).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("the tool's own approval comes first", () => {
    const own = under(asked, deploying).wants({ type: "ask_approval" });
    const both = own.when(card(own, "q")).when(approve("q", oncall)).wants({ type: "ask_approval" });
    expect(both.state.settled[0]?.freeze).toBeUndefined();
    both
      .when(card(both, "f"))
      .when(approve("f", manager))
      .wants({ type: "run_calls", callIds: ["a"] });
  });

  test("a tool that needs no approval needs that of the freeze", () => {
    const run = under(asked, chose(call("a", "restart"))).wants({ type: "ask_approval" });
    run
      .when(card(run, "f"))
      .when(approve("f", manager))
      .wants({ type: "run_calls", callIds: ["a"] });
  });

  const cleared = before.when(card(before, "f")).when(pause, approve("f", manager));
  const inFreeze = (freeze: Partial<Freeze>) => cleared.under(during({ ...asking, ...freeze })).when(resume);

  test("it counts only for this freeze, this end of it and as many people as it takes", () => {
    inFreeze({}).wants({ type: "run_calls", callIds: ["a"] });
    inFreeze({ until: asking.until + 1 }).wants({ type: "ask_approval", callId: "a" });
    inFreeze({ name: "quarter end" }).wants({ type: "ask_approval", callId: "a" });
    inFreeze({ approval: { ...managers, count: 2 } }).wants({ type: "ask_approval", callId: "a" });
    inFreeze({ approval: null }).then("resumed", { type: "call_failed", code: "frozen" });
  });

  test("it counts only while the rule stands that let its giver approve", () => {
    inFreeze({ approval: { ...managers, by: ["slack:T1/deputy"] } }).wants({
      type: "ask_approval",
      callId: "a",
    });
    const own = before.when(card(before, "f")).when(approve("f", person("manager")));
    const same = { ...asking, approval: { ...managers, ownRequest: false } };
    own.under(during(same)).wants({ type: "run_calls" });
  });

  test("all who had to approve it must still be among those who may", () => {
    const { question } = card(before, "f") as Extract<EventBody, { type: "question_asked" }>;
    // One more than the rule says, since a value stands only in untrusted text.
    const more = before.when({ type: "question_asked", question: { ...question, need: 2 } });
    const given = more.when(pause, approve("f", manager), approve("f", person("deputy")), resume);
    given.wants({ type: "run_calls", callIds: ["a"] });
    const left = { ...asking, approval: { ...managers, by: ["slack:T1/manager"] } };
    given.under(during(left)).wants({ type: "ask_approval", callId: "a" });
  });

  test("who says of a doubt that it did not run lets it run in no freeze: it is asked about once more", () => {
    const plain = under(asked, chose(call("a", "restart")));
    const begun = plain.when(card(plain, "f"), approve("f", manager), started("a"));
    const cleared = begun.when(...doubted("d", "a"), answer("run", "d")).wants({ type: "ask_approval" });
    cleared.when(card(cleared, "f2"), approve("f2", manager)).wants({ type: "run_calls", callIds: ["a"] });
    // What may be repeated and was only cut off is tried again by the approval that it has.
    const free = under(asked, chose(call("a", "tag")));
    const tried = free.when(card(free, "f"), approve("f", manager), started("a"));
    tried.wants({ type: "run_calls", callIds: ["a"] });
  });

  test("each of two freezes is asked about", () => {
    const two = cleared.under(during(asking, { ...asking, name: "quarter end" })).when(resume);
    two.wants({ type: "ask_approval" });
    const second = two.when(card(two, "g"));
    expect(second.state.questions[0]?.freeze?.name).toBe("quarter end");
    second.when(approve("g", manager)).wants({ type: "run_calls", callIds: ["a"] });
  });

  test("the next call is asked about anew, though it has the id, the name and the arguments of this one", () => {
    const again = cleared.when(resume, started("a"), finished("a"), deploying);
    const own = again
      .when(card(again, "q2"))
      .when(approve("q2"))
      .wants({ type: "ask_approval", callId: "a" });
    expect(own.when(card(own, "f2")).state.questions[0]?.freeze?.name).toBe("weekend");
  });

  test("it counts only for the bytes that were shown", () => {
    const voided = cleared.when(resume, { type: "approval_voided", callId: "a", reason: "another preview" });
    const { question, ...rest } = card(voided, "q2") as Extract<EventBody, { type: "question_asked" }>;
    const other = { ...question, call: question.call && { ...question.call, hash: "of another preview" } };
    const own = voided.when({ ...rest, question: other }).when(approve("q2"));
    own.wants({ type: "ask_approval", callId: "a" });
  });

  test("arguments that are changed take both approvals", () => {
    const shown = before.when(card(before, "f"));
    const edited = shown.when(edit("f", { version: "v2" }, manager)).then("call_edited", "question_asked");
    expect(edited.state.questions[0]).toMatchObject({ audience: open.rights.approve });
    expect(edited.state.questions[0]?.freeze).toBeUndefined();
    const plain = under(asked, chose(call("a", "restart")));
    const changed = plain.when(card(plain, "f")).when(edit("f", { version: "v2" }, manager));
    expect(changed.state.questions[0]?.freeze?.name).toBe("weekend");
    expect(changed.state.questions[0]?.context).toMatch(/^manager changed version\. .*The freeze "weekend"/);
  });

  test("once it is over the tool's own approvers settle its card, and a freeze without approval closes it", () => {
    const shown = before.when(card(before, "f"));
    shown
      .under(open)
      .when(approve("f", oncall))
      .wants({ type: "run_calls", callIds: ["a"] });
    const closed = during(asking, blackFriday);
    shown.under(closed).when(approve("f", manager)).refused("answer_invalid", "black friday");
  });

  test("who started the run may not approve where the freeze says so", () => {
    const strict = during({ ...asking, approval: { by: ["slack:T1/*"], count: 1, ownRequest: false } });
    const run = approvedBefore.under(strict).when(resume);
    const shown = run.when(card(run, "f"));
    const { state, policy } = shown;
    expect(admit(state, approve("f", dana), policy)).toMatchObject({ ok: false });
    expect(admit(state, approve("f", oncall), policy)).toMatchObject({ ok: true });
  });
});

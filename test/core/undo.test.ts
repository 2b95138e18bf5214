/** The way back from an approved call: offered once, asked like any call, and told where the approval stood. */
import { describe, expect, test } from "vitest";
import type { Actor } from "../../src/core/actor.ts";
import { authorize } from "../../src/core/admit/authorize.ts";
import { denyUndo } from "../../src/core/admit/undo.ts";
import type { EventBody } from "../../src/core/event.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import type { State } from "../../src/core/state.ts";
import { endOfUndo } from "../../src/core/undo.ts";
import { openRights } from "../support/bot.ts";
import { answer, approve, cancel, launch, pause, refuse, resume, undo } from "../support/core/commands.ts";
import { ask, askedApproval, call, chose, failed, final, finished, started } from "../support/core/events.ts";
import { oncall, person, policyWith } from "../support/core/policy.ts";
import { given, nobody, type Story } from "../support/given.ts";

const wayBack = { tool: "deploy", input: { version: "v0" } };
const undoable = (id: string): EventBody => ({ ...finished(id, "deployed v1"), undo: wayBack }) as EventBody;

/** v1 was deployed with oncall's approval (`q1`), and can be undone. */
const deployed = given(
  chose(call("a", "deploy")),
  askedApproval("q1", "a"),
  approve("q1"),
  started("a"),
  undoable("a"),
);
const undoId = "undo:q1";
const askedUndo = askedApproval("q2", undoId);

const own = launch({
  runId: "run_2",
  task: "Undo deploy v1",
  call: wayBack,
  undoes: { runId: "run_1", questionId: "q1", tool: "deploy" },
});

/** What stands at the place of the approval, in one line. */
function cardOf({ state }: Story, question = "q1"): string {
  const card = narrate(state).find(({ key }) => key === `question:${question}`);
  return JSON.stringify(card?.body.blocks);
}

const undoOf = ({ state }: Story) => state.settled.find(({ id }) => id === "q1")?.undo;

describe("while the run goes on, an undo", () => {
  test("is offered on the card once the call has run, and asks people before it does anything", () => {
    expect(cardOf(deployed)).toContain('"action":"undo"');
    const asked = deployed.when(undo("q1"));
    asked.then({ type: "undo_asked", runId: null }).wants({ type: "ask_approval", callId: undoId });
    expect(cardOf(asked)).not.toContain('"action":"undo"');
    expect(cardOf(asked)).toContain("asked by");
    asked.when(askedUndo).is("waiting_human_input").wants({ type: "rest", until: "someone_speaks" });
  });

  test("runs as it was approved, and the model hears of it without a result of a call that it never made", () => {
    const done = deployed.when(undo("q1"), askedUndo, approve("q2"), started(undoId), finished(undoId, "v0"));
    done.wants({ type: "call_model" });
    expect(Object.keys(done.results)).toEqual(["a"]);
    expect(entriesOf(done.state).at(-1)).toMatchObject({ type: "data", trusted: true });
    expect(JSON.stringify(done.request.input.at(-1))).toContain("dana asked for it: Undo deploy v1.");
    expect(undoOf(done)).toMatchObject({ ended: { outcome: "undone", words: "v0" } });
    expect(cardOf(done)).toContain("Undone");
  });

  test("that is refused, or fails, says so where the approval stood", () => {
    const asked = deployed.when(undo("q1"), askedUndo);
    const refused = asked.when(refuse("q2", "v0 is worse"));
    expect(undoOf(refused)?.ended).toEqual({ outcome: "refused", words: "by oncall: v0 is worse" });
    expect(cardOf(refused)).toContain("Undo refused");
    const broken = asked.when(approve("q2"), started(undoId), failed(undoId, "no such version"));
    expect(undoOf(broken)?.ended).toEqual({ outcome: "failed", words: "no such version" });
    expect(cardOf(broken)).toContain("Undo failed");
  });

  test("is taken once: whoever presses second is told of the first", () => {
    const asked = deployed.when(undo("q1"));
    asked.when(undo("q1", oncall)).refused("undo_asked", "dana asked to undo this at");
    const ended = asked.when(askedUndo, refuse("q2", "no"));
    ended.when(undo("q1")).refused("undo_asked");
    expect(ended.when(undo("q9")).refused("not_undoable").news).toEqual([]);
  });

  test("that the model took by a call of its own is offered no more, and the card says so", () => {
    const again = deployed.when(
      chose(call("b", "deploy", { version: "v0" })),
      askedApproval("q3", "b"),
      approve("q3"),
      started("b"),
    );
    expect(cardOf(again)).toContain('"action":"undo"');
    expect(cardOf(again.when(failed("b", "no such version")))).toContain('"action":"undo"');
    const taken = again.when(finished("b", "v0 runs again"));
    expect(cardOf(taken)).not.toContain('"action":"undo"');
    expect(cardOf(taken)).toContain('" · by the run itself"," · v0 runs again"');
    taken.when(undo("q1")).refused("not_undoable", "The run has undone this itself");
    // What it did is its own to undo, and another version is no way back.
    expect(undoOf(deployed.when(chose(call("b", "deploy", { version: "v2" })), finished("b")))?.ended).toBe(
      null,
    );
  });

  test("comes before whatever waits, and what the model had chosen is thought over anew", () => {
    const waiting = deployed.when(chose(call("b", "restart"), final("c", "done")));
    const pressed = deployed.when(chose(ask("b", "and now?"), call("c", "restart")), undo("q1"));
    pressed.wants({ type: "ask_approval", callId: undoId });
    const done = pressed.when(
      askedUndo,
      approve("q2"),
      started(undoId),
      finished(undoId),
      answer("go on", null),
    );
    expect(done.results.c).toContain("somebody spoke meanwhile");
    waiting.wants({ type: "run_calls", callIds: ["b"] });
  });

  test("waits for nothing that was begun, and lets it go on while people decide", () => {
    const job: EventBody = { type: "job_begun", callId: "b", handle: {} };
    const working = deployed.when(chose(call("b", "restart")), started("b"), job, undo("q1"));
    working.wants({ type: "ask_approval", callId: undoId });
    const deciding = working.when(askedUndo);
    deciding.is("waiting_human_input").wants({ type: "poll_job", callId: "b" });
    deciding.when(approve("q2")).wants({ type: "run_calls", callIds: [undoId] });
  });

  test("drops what the model was about to choose", () => {
    expect(deployed.when(undo("q1")).state.heard).toBe(deployed.state.heard + 1);
  });

  test("leaves the run at the question that it rested at, and answers to that question do not undo the undo", () => {
    const limits = policyWith({ tokens: 1 });
    const stuck = deployed.under(limits).when({
      type: "question_asked",
      question: {
        id: "q8",
        kind: "stuck",
        callId: null,
        text: "I am stuck.",
        context: null,
        choices: [{ value: "continue", label: "Go on" }],
        freeText: true,
        audience: ["*"],
        call: null,
        need: 1,
      },
    });
    const asked = stuck.when(undo("q1"), askedUndo);
    const decided = asked.when(approve("q2"), started(undoId), finished(undoId));
    expect(decided.state.phase).toMatchObject({ at: "asking", questionId: "q8" });
    asked.when(answer("continue", "q8")).wants({ type: "rest", until: "someone_speaks" });
    expect(asked.when(answer("continue", "q8")).state.questions.map(({ id }) => id)).toEqual(["q2"]);
  });

  test("does not grant the agent new steps", () => {
    const done = deployed.when(undo("q1"), askedUndo, approve("q2"), started(undoId), finished(undoId));
    expect(done.state.stepsGranted).toBe(deployed.state.stepsGranted);
  });

  test("waits for a resume or an end that is under way, and says so", () => {
    deployed.when(pause, undo("q1")).refused("run_not_running", "Resume it");
    deployed.when(pause, undo("q1"), resume, undo("q1")).wants({ type: "ask_approval" });
    const started2 = deployed.when(chose(call("b", "restart")), started("b"), cancel);
    started2.when(undo("q1")).refused("run_not_running", "Wait until it has ended");
  });

  test("that never began when the run ended is offered again, and one that began is not", () => {
    const withdrawn = deployed.when(undo("q1"), askedUndo, cancel).is("cancelled");
    expect(undoOf(withdrawn)).toMatchObject({ asked: null, ended: null });
    expect(cardOf(withdrawn)).toContain('"action":"undo"');
    const begun = deployed.when(undo("q1"), askedUndo, approve("q2"), started(undoId), {
      type: "failed",
      code: "internal",
      message: "x",
    });
    expect(undoOf(begun)?.ended?.words).toContain("not known");
    expect(Object.keys(begun.results)).toEqual(["a"]);
  });

  test("stays on offer while many other calls are approved", () => {
    let story = deployed;
    for (let n = 0; n < 20; n++) {
      story = story.when(
        chose(call(`b${n}`, "deploy")),
        askedApproval(`p${n}`, `b${n}`),
        refuse(`p${n}`, "no"),
      );
    }
    expect(undoOf(story)).toMatchObject({ asked: null });
    expect(story.state.settled).toHaveLength(9);
  });
});

describe("after the end, an undo", () => {
  const ended = deployed.when(chose(final("z", "done"))).is("complete");

  test("is no question of the run that ended, which is told of it and stays as it ended", () => {
    ended.when(undo("q1")).refused("run_finished");
    const from = { principal: "slack:T1/dana", name: "dana" };
    const via = { channel: "slack" };
    const told = ended.when({
      type: "undo_asked",
      questionId: "q1",
      call: wayBack,
      runId: "run_2",
      from,
      via,
    });
    expect(undoOf(told)?.asked).toMatchObject({ runId: "run_2", from });
    expect(told.state.updatedAt).toBe(ended.state.updatedAt);
    const back = told.when({ type: "undo_ended", questionId: "q1", outcome: "undone", words: "v0" });
    expect(cardOf(back)).toContain("Undone");
    back.is("complete").wants({ type: "rest", until: "nothing" });
    expect(entriesOf(back.state)).toEqual(entriesOf(ended.state));
  });

  test("is a run of that one call, approved by people whatever its tool asks for", () => {
    for (const tool of ["tag", "look", "deploy"]) {
      const run = nobody().when({ ...own, call: { ...wayBack, tool } });
      run.wants({ type: "ask_approval", callId: "direct" });
    }
  });

  test("ends by telling the other run first", () => {
    const run = nobody().when(own, askedApproval("q2", "direct"), approve("q2"), started("direct"));
    const end = { type: "completed", answer: "v0" } as const;
    run.when(finished("direct", "v0")).wants({ type: "end_undo", end });
    nobody()
      .when(own, askedApproval("q2", "direct"), cancel)
      .wants({ type: "end_undo", end: { type: "cancelled", reason: "enough" } as EventBody });
  });
});

describe("what is told of a run that is one undo", () => {
  const begun = nobody().when(own, askedApproval("q2", "direct"), approve("q2"), started("direct"));
  const stopped = begun.when(cancel);
  const failed: EventBody = { type: "failed", code: "internal", message: "Something went wrong." };
  const cancelled: EventBody = {
    type: "cancelled",
    reason: "enough",
    from: { principal: "slack:T1/dana", name: "dana" },
  };
  const unknown = "it is not known whether it took effect: the run ended first";
  const cells: [what: string, state: State, end: EventBody, told: object][] = [
    [
      "stopped, and its call came to its end",
      stopped.when(finished("direct", "v0")).state,
      cancelled,
      { outcome: "undone", words: "v0" },
    ],
    ["broken while its call ran", begun.state, failed, { outcome: "failed", words: unknown }],
    [
      "broken before its call began",
      nobody().when(own).state,
      failed,
      { outcome: "failed", words: "Something went wrong." },
    ],
    [
      "stopped before its call began",
      nobody().when(own, askedApproval("q2", "direct")).state,
      cancelled,
      { outcome: "failed", words: "stopped by dana" },
    ],
  ];
  test.each(cells)("%s", (_, state, end, told) => {
    expect(endOfUndo(state, end)).toEqual(told);
  });
});

describe("who may take the way back", () => {
  const rights = { ...openRights, launch: ["slack:T1/dana", "slack:T1/group:S9", "token:ci"] };
  const policy = { ...policyWith(), rights };
  const cells: [who: string, actor: Actor, allowed: boolean][] = [
    ["a listed person", person("dana"), true],
    ["somebody of a listed group", person("erin", { groups: ["slack:T1/group:S9"] }), true],
    ["a guest of a listed group", person("gast", { groups: ["slack:T1/group:S9"], guest: true }), false],
    ["an approver who may launch nothing", oncall, false],
    ["a token with the scope", person("ci", { principal: "token:ci", scopes: ["launch"] }), true],
    ["a token without it", person("ci", { principal: "token:ci", scopes: ["read", "approve"] }), false],
    ["an unlisted machine", person("bot", { kind: "machine" }), false],
    ["the owner, whom no list names", person("me", { principal: "console:local" }), false],
  ];
  test.each(cells)("%s", (_, actor, allowed) => {
    expect(denyUndo(deployed.state, "q1", actor, policy) === null).toBe(allowed);
    expect(authorize("launch", actor, rights, null).allowed).toBe(allowed);
    const pressed = deployed.under(policy).when(undo("q1", actor));
    expect(pressed.news.map(({ type }) => type)).toEqual(allowed ? ["undo_asked"] : []);
  });
});

test("without its tool it is refused with what is missing, wherever it is pressed; another process may have it", () => {
  const policy = policyWith();
  const { deploy: _, ...tools } = policy.tools;
  const why = denyUndo(deployed.state, "q1", oncall, { ...policy, tools });
  expect(why).toMatchObject({ code: "not_undoable", message: expect.stringContaining("no tool deploy now") });
  const toolsElsewhere = { deploy: { effect: "once", approval: null } } as const;
  expect(denyUndo(deployed.state, "q1", oncall, { ...policy, tools, toolsElsewhere })).toBeNull();
  expect(denyUndo(deployed.state, "q1", oncall, policy)).toBeNull();
});

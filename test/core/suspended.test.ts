/** A call whose tool asked people in its middle: it goes on with their answer, whatever else is open in its run. */
import { describe, expect, test } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import { answer, approve, undo } from "../support/core/commands.ts";
import { askedApproval, call, chose, finished, started } from "../support/core/events.ts";
import { given, type Story } from "../support/given.ts";
import { toolQuestion } from "../support/tool-form.ts";

const wayBack = { tool: "deploy", input: { version: "v0" } };
const undoable: EventBody = { ...finished("a", "deployed v1"), undo: wayBack } as EventBody;
const undoId = "undo:q1";

/** v1 was deployed with oncall's approval (`q1`), and can be undone. */
const deployed = given(
  chose(call("a", "deploy")),
  askedApproval("q1", "a"),
  approve("q1"),
  started("a"),
  undoable,
);

function asks(id: string, callId: string): EventBody[] {
  return [
    { type: "call_suspended", callId, held: null },
    { type: "question_asked", question: { ...toolQuestion, id, callId } },
  ];
}

describe("a call that was answered", () => {
  test("goes on when it undoes another one", () => {
    const asked = deployed.when(undo("q1"), askedApproval("q2", undoId), approve("q2"), started(undoId));
    const waiting = asked.when(asks("t1", undoId)).wants({ type: "rest", until: "someone_speaks" });
    waiting.when(answer("region: eu", "t1")).wants({ type: "run_calls", callIds: [undoId] });
  });

  test("goes on while people decide on an undo", () => {
    const waiting = deployed.when(chose(call("b", "restart")), started("b"), asks("t1", "b"));
    const deciding = waiting.when(undo("q1"), askedApproval("q2", undoId));
    deciding.wants({ type: "rest", until: "someone_speaks" });
    deciding.when(answer("region: eu", "t1")).wants({ type: "run_calls", callIds: ["b"] });
  });

  test("begins anew, and is told no answer of before, when its tool says that it did not happen", () => {
    const answered = given(
      chose(call("b", "restart")),
      started("b"),
      asks("t1", "b"),
      answer("region: eu", "t1"),
    );
    expect(answered.state.phase).toMatchObject({ calls: [{ asks: { answer: '{"region":"eu"}' } }] });
    const cleared = answered.when(started("b", 2), {
      ...{ type: "call_cleared", callId: "b", reason: "it did not happen" },
    } as EventBody);
    expect(cleared.state.phase).toMatchObject({ calls: [{ is: { at: "chosen" }, asks: null }] });
  });

  test("is held to its approval however often it has asked", () => {
    let story: Story = given(chose(call("a", "deploy")), askedApproval("q1", "a"), approve("q1"));
    for (let n = 1; n <= 10; n++) {
      story = story.when(started("a", n), asks(`t${n}`, "a"), answer("region: eu", `t${n}`));
    }
    expect(story.state.settled.map(({ id }) => id)).toContain("q1");
    expect(
      story.when(started("a", 11), undoable).state.settled.find(({ id }) => id === "q1")?.undo,
    ).toBeDefined();
  });
});

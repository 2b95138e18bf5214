/** A doubt: whether a call took effect is said by a person before the run goes on. */
import { describe, expect, test } from "vitest";
import { openRights } from "../support/bot.ts";
import { answer, approve, say } from "../support/core/commands.ts";
import { askedApproval, call, chose, doubted, started } from "../support/core/events.ts";
import { dana, oncall, person, policyWith } from "../support/core/policy.ts";
import { given, under } from "../support/given.ts";

describe("a doubt", () => {
  const doubts = () => given(chose(call("a", "restart")), started("a"), doubted("q", "a"));

  test("waits for a person, and nothing runs until then", () => {
    doubts().is("waiting_human_input").wants({ type: "rest" });
    doubts().when(say("I think so")).then("heard").is("waiting_human_input");
  });

  test("it ran: the call has its result and is not repeated", () => {
    const run = doubts().when(answer("happened", "q"));
    expect(run.results.a).toContain("dana confirmed that this call took effect");
    run.wants({ type: "call_model" });
  });

  test("it did not: it runs now", () => {
    doubts()
      .when(answer("run", "q"))
      .wants({ type: "run_calls", callIds: ["a"] });
  });

  test("stop: the run ends and the doubt stays in the record", () => {
    const run = doubts().when(answer("stop", "q")).then("question_answered", "cancelled");
    expect(run.results.a).toContain("not known whether this call took effect");
  });

  test("of a call that needs approval takes an approver", () => {
    const rights = { ...openRights, approve: ["slack:T1/oncall"] };
    const run = under(
      policyWith({}, rights),
      chose(call("a", "deploy")),
      askedApproval("q", "a"),
      approve("q"),
      started("a"),
      doubted("d", "a", "deploy"),
    );
    run.when(answer("run", "d", dana)).refused("not_an_approver");
    run.when(answer("run", "d", oncall)).then("question_answered");
  });

  test("of a call that two must approve is not run on the word of one: both are asked again", () => {
    const run = given(
      chose(call("a", "destroy")),
      askedApproval("q", "a", "destroy", 2),
      approve("q", oncall),
      approve("q", person("other")),
      started("a"),
      doubted("d", "a", "destroy", 2),
    );
    run.when(answer("run", "d", oncall)).wants({ type: "ask_approval", callId: "a" });
  });
});

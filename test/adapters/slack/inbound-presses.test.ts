/** Buttons, forms and Slack's own Stop reach the engine as what they mean. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Refusal } from "../../../src/core/command.ts";
import { runRow } from "../../support/recording-inlet.ts";
import { approvalRow } from "../../support/slack/approval-row.ts";
import { card } from "../../support/slack/card.ts";
import { hearing, transports } from "../../support/slack/hearing.ts";

describe.each(transports)("over %s", (transport) => {
  const at = hearing(transport);

  test("buttons become presses, choices and approvals", async () => {
    for (const action of ["stop", "choose", "approve"]) await at.world.press(action, card(), "oncall");
    expect(at.inlet.accepted.map(({ intent }) => intent)).toEqual([
      { type: "press", action: "stop", runId: "run_7f3a" },
      { type: "choose", questionId: "q1", value: "yes" },
      { type: "approve", questionId: "q1", input: null },
    ]);
    expect(at.inlet.accepted[0]?.actor.principal).toBe(`slack:${at.world.team}/${at.world.id("oncall")}`);
  });

  test("Refuse asks for the reason first", async () => {
    at.inlet.questions.set("q1", approvalRow("q1", { service: "payments" }));
    await at.world.press("refuse", card());
    expect(at.inlet.accepted).toHaveLength(0);
    expect(await at.world.submit(at.world.modal(), { words: { text: { value: "not now" } } })).toBeNull();
    expect(at.inlet.accepted[0]).toMatchObject({
      key: "view:V1",
      address: at.world.address("1764000000.000100"),
      intent: { type: "refuse", questionId: "q1", reason: "not now" },
      replyTo: { channel: at.world.id("ops"), root: "1764000000.000100" },
    });
  });

  test("Edit shows the arguments; what is submitted is what will run", async () => {
    at.inlet.questions.set("q1", approvalRow("q1", { service: "payments", replicas: 2, drain: true }));
    await at.world.press("edit", card());
    const blocks = (at.world.modal().blocks as { block_id?: string }[]).map((block) => block.block_id);
    expect(blocks).toEqual([undefined, "arg:service", "arg:replicas", "arg:drain"]);
    const values = (replicas: string) => ({
      "arg:service": { string: { value: "billing" } },
      "arg:replicas": { number: { value: replicas } },
      "arg:drain": { boolean: { selected_option: { value: "false" } } },
    });
    expect(await at.world.submit(at.world.modal(), values("many"))).toEqual({
      response_action: "errors",
      errors: { "arg:replicas": "This must be a number." },
    });
    expect(at.inlet.accepted).toHaveLength(0);
    await at.world.submit(at.world.modal(), values("3"));
    expect(at.inlet.accepted[0]?.intent).toEqual({
      type: "approve",
      questionId: "q1",
      input: { service: "billing", replicas: 3, drain: false },
    });
  });

  describe("arguments that the tool does not take", () => {
    const values = {
      "arg:service": { string: { value: "billing" } },
      "arg:replicas": { number: { value: "300" } },
    };
    const wrong: Refusal = { code: "answer_invalid", message: "replicas: at most 10", argument: "replicas" };

    beforeEach(async () => {
      at.inlet.questions.set("q1", approvalRow("q1", { service: "payments", replicas: 2 }));
      await at.world.press("edit", card());
    });

    test("keep the window open, with the reason at the field; nothing is remembered", async () => {
      at.inlet.wrongEdit = async () => wrong;
      expect(await at.world.submit(at.world.modal(), values)).toEqual({
        response_action: "errors",
        errors: { "arg:replicas": "replicas: at most 10" },
      });
      expect(at.inlet.accepted).toEqual([]);
      at.inlet.wrongEdit = async () => null;
      expect(await at.world.submit(at.world.modal(), values)).toBeNull();
      expect(at.inlet.accepted).toHaveLength(1);
    });

    test("what is not about one field stands at the first", async () => {
      at.inlet.wrongEdit = async () => ({ code: "answer_invalid", message: "Nothing is different." });
      expect(await at.world.submit(at.world.modal(), values)).toMatchObject({
        errors: { "arg:service": "Nothing is different." },
      });
    });

    test("who may not, what is settled, and what could not be checked in time, is heard and refused as ever", async () => {
      const answers: (() => Promise<Refusal | null>)[] = [
        async () => ({ code: "not_an_approver", message: "no" }),
        async () => Promise.reject(new Error("the store is away")),
        () => new Promise(() => {}),
      ];
      for (const [index, answer] of answers.entries()) {
        at.inlet.wrongEdit = answer;
        expect(await at.world.submit(at.world.modal(), values, "dana", `V${index}`)).toBeNull();
      }
      expect(at.inlet.accepted).toHaveLength(3);
    });
  });

  test("a window that Slack no longer opens is told privately", async () => {
    at.world.edge.fail("views.open", { type: "error", code: "expired_trigger_id" });
    await at.world.press("reply", card());
    expect(at.world.edge.callsOf("chat.postEphemeral")[0]?.body.text).toContain("Press the button again");
  });

  test("Slack's own Stop presses stop for the run of that thread", async () => {
    at.inlet.runs.set(at.world.address("1764000000.000100"), "run_7f3a");
    await at.world.deliver(
      at.world.eventOf({
        type: "agent_session_stopped",
        channel: at.world.id("ops"),
        user: at.world.id("dana"),
        thread_ts: "1764000000.000100",
        streaming_message_ts: [],
      }),
    );
    expect(at.inlet.accepted[0]?.intent).toEqual({ type: "press", action: "stop", runId: "run_7f3a" });
  });

  test("Slack's own Stop in a thread where a child run spoke last stops the run at the top", async () => {
    const rows: Record<string, string | null> = { run_child: "run_top", run_top: null };
    at.inlet.store.run = async (runId) => runRow({ runId, parentId: rows[runId] ?? null });
    at.inlet.runs.set(at.world.address("1764000000.000100"), "run_child");
    const where = { channel: at.world.id("ops"), user: at.world.id("dana"), thread_ts: "1764000000.000100" };
    await at.world.deliver(at.world.eventOf({ type: "agent_session_stopped", ...where }));
    expect(at.inlet.accepted[0]?.intent).toMatchObject({ action: "stop", runId: "run_top" });
  });
});

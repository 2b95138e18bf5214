/** The way back from an approved call, with the real engine: in the run, after its end, twice, and by the wrong ones. */
import { expect, onTestFinished, test } from "vitest";
import type { State } from "../../src/core/state.ts";
import { type Bot, type BotOptions, openRights, operator, startBot } from "../support/bot.ts";
import { gate } from "../support/gate.ts";
import { answerWith, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { approveIn, deployed, deployment, deploysOnce, isAsking, offered } from "../support/undoable.ts";

const via = { channel: "console" };
const by = { actor: operator, via };

async function start(options: BotOptions): Promise<Bot> {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

const undoEnds = (state: State) => offered(state)?.undo?.ended;

test("after the end it is a run of that one call, asked with its own preview, told where the approval stood", async () => {
  const { done, tool } = deployment();
  const model = deploysOnce();
  const bot = await start({ model, tools: [tool] });
  const { runId, questionId } = await deployed(bot);
  const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
  if (!pressed.ok) throw new Error(pressed.refusal.message);
  expect(pressed.runId).not.toBe(runId);
  const question = await approveIn(bot, pressed.runId);
  expect(question).toMatchObject({
    text: "May I run deploy?",
    context: "dana asked for it: Undo deploy v1.",
    call: { input: { version: "v0" }, preview: "the plan of v0" },
  });
  await bot.untilEnd(pressed.runId);
  expect(done).toEqual(["v1", "v0"]);
  expect(model.requests).toHaveLength(2);
  const told = await bot.until(runId, (state) => undoEnds(state) !== null);
  expect(offered(told)?.undo).toMatchObject({
    asked: { from: { name: "dana" }, runId: pressed.runId },
    ended: { outcome: "undone", words: "deployed v0" },
  });
});

test("while the run goes on it is a question of that run, and its model is told", async () => {
  const { done, tool } = deployment();
  const held = gate();
  const model = scripted(
    calling(call("deploy", { version: "v1" })),
    async () => {
      await held.pass();
      return answerWith(finalAnswer("too early"));
    },
    finalAnswer("taken back"),
  );
  const bot = await start({ model, tools: [tool] });
  const runId = await bot.launch("deploy v1");
  await approveIn(bot, runId);
  const questionId = offered(await bot.until(runId, (state) => offered(state) !== undefined))?.id ?? "";
  await held.reached;
  const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
  expect(pressed).toMatchObject({ ok: true, runId });
  held.open();
  expect((await approveIn(bot, runId)).call).toMatchObject({ input: { version: "v0" } });
  const ended = await bot.untilEnd(runId);
  expect(ended.phase).toMatchObject({ answer: "taken back" });
  expect(done).toEqual(["v1", "v0"]);
  expect(JSON.stringify(model.requests.at(-1)?.input.at(-1))).toContain("came to: deployed v0");
});

test("pressed by two at once it is one run, and the second is told of the first", async () => {
  const { done, tool } = deployment();
  const bot = await start({ model: deploysOnce(), tools: [tool] });
  const { runId, questionId } = await deployed(bot);
  const erin = { ...operator, principal: "slack:T1/erin", name: "erin" };
  const presses = await Promise.all(
    [operator, erin, operator].map((actor) =>
      bot.engine.command(runId, { type: "undo", questionId, actor, via }, null),
    ),
  );
  const [first] = presses.filter(({ ok }) => ok);
  if (!first?.ok) throw new Error("nobody was heard");
  expect(presses.filter(({ ok }) => !ok)).toMatchObject([
    { refusal: { code: "undo_asked", runId: first.runId } },
    { refusal: { code: "undo_asked", runId: first.runId } },
  ]);
  await approveIn(bot, first.runId);
  await bot.untilEnd(first.runId);
  expect(done).toEqual(["v1", "v0"]);
  const late = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
  expect(late).toMatchObject({ ok: false, refusal: { code: "undo_asked", runId: first.runId } });
});

test.each([
  ["refuse", "refused", "by dana: v0 is worse"],
  ["cancel", "failed", "stopped by dana"],
] as const)("an undo that people %s has %s, where the approval stood", async (verb, outcome, words) => {
  const { done, tool } = deployment();
  const bot = await start({ model: deploysOnce(), tools: [tool] });
  const { runId, questionId } = await deployed(bot);
  const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
  if (!pressed.ok) throw new Error(pressed.refusal.message);
  const [question] = (await bot.until(pressed.runId, isAsking)).questions;
  const reason = "v0 is worse";
  await bot.engine.command(
    pressed.runId,
    verb === "refuse"
      ? { type: "refuse", questionId: question?.id ?? "", reason, ...by }
      : { type: "cancel", reason, ...by },
    null,
  );
  await bot.untilEnd(pressed.runId);
  expect(undoEnds(await bot.until(runId, (state) => undoEnds(state) !== null))).toEqual({ outcome, words });
  expect(done).toEqual(["v1"]);
});

test("who may launch nothing of this agent undoes nothing, and approval is still for approvers", async () => {
  const { done, tool } = deployment();
  const rights = { ...openRights, launch: ["console:*"], approve: ["console:*"] };
  const bot = await start({ model: deploysOnce(), tools: [tool], rights });
  const { runId, questionId } = await deployed(bot);
  const erin = { ...operator, principal: "slack:T1/erin", name: "erin" };
  expect(await bot.engine.command(runId, { type: "undo", questionId, actor: erin, via }, null)).toMatchObject(
    {
      refusal: { code: "not_allowed" },
    },
  );
  const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
  if (!pressed.ok) throw new Error(pressed.refusal.message);
  const [question] = (await bot.until(pressed.runId, isAsking)).questions;
  const approve = { type: "approve", questionId: question?.id ?? "", actor: erin, via } as const;
  expect(await bot.engine.command(pressed.runId, approve, null)).toMatchObject({
    refusal: { code: "not_an_approver" },
  });
  expect(done).toEqual(["v1"]);
});

test("people approve it even where its tool waives approval, and what strangers wrote marks it", async () => {
  const { tool } = deployment({ untrusted: true });
  const back = deployment({ requiresApproval: false });
  const waived = { ...back.tool, spec: { ...back.tool.spec, name: "go_back" } };
  const way = { ...tool, undo: () => ({ tool: "go_back", input: { version: "v0" } }) };
  const bot = await start({ model: deploysOnce(), tools: [way, waived] });
  const { runId, questionId } = await deployed(bot);
  const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
  if (!pressed.ok) throw new Error(pressed.refusal.message);
  const asking = await bot.until(pressed.runId, isAsking);
  expect(asking).toMatchObject({ readUntrusted: true, questions: [{ kind: "approval" }] });
  expect(back.done).toEqual([]);
});

test("a way back that its tool can't take any more is refused in the tool's words", async () => {
  const { tool } = deployment({ undo: () => ({ tool: "deploy", input: { version: 0 } }) });
  const bot = await start({ model: deploysOnce(), tools: [tool] });
  const { runId, questionId } = await deployed(bot);
  const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, null);
  expect(pressed).toMatchObject({
    refusal: { code: "answer_invalid", message: expect.stringContaining("input.version") },
  });
  expect(offered((await bot.engine.state(runId)) as State)?.undo?.asked).toBeNull();
});

test("a run of one call is checked like a model's choice before it is launched", async () => {
  const { tool } = deployment();
  const bot = await start({ model: deploysOnce(), tools: [tool], secrets: ["hunter2hunter2"] });
  const request = {
    task: "deploy",
    ...by,
    addresses: [],
    context: [],
    trusted: true,
    follows: null,
    parent: null,
  };
  const refusal = async (tool: string, input: unknown) => {
    const launched = await bot.engine.launch("default", { ...request, call: { tool, input } }, null);
    return launched.ok ? launched.runId : launched.refusal;
  };
  expect(await refusal("nonsense", {})).toMatchObject({ code: "answer_invalid" });
  expect(await refusal("deploy", { version: 1 })).toMatchObject({ code: "answer_invalid" });
  expect(await refusal("final_answer", { answer: "x" })).toMatchObject({ code: "answer_invalid" });
  expect(await refusal("deploy", { version: "hunter2hunter2" })).toMatchObject({ code: "answer_invalid" });
  expect(await refusal("deploy", { version: "v1" })).toMatch(/^run_/);
});

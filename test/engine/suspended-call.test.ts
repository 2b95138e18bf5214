/** A call that asked people has begun: when it can't go on, what it did before is a doubt, and no failure. */
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import type { Toolbox } from "../../src/core/ports/toolbox.ts";
import { hasEnded, type State } from "../../src/core/state.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { Asks } from "../../src/tools/endings.ts";
import { operator, startBot } from "../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { toolForm } from "../support/tool-form.ts";

const by = { actor: operator, via: { channel: "console" } } as const;

/** What the run comes to when the tool's question is answered after an upgrade, which changed the toolbox. */
async function answeredAfter(
  upgrade: (toolbox: Toolbox) => Partial<Toolbox>,
  requiresApproval: boolean,
): Promise<State> {
  let upgraded = false;
  const restart = defineTool({
    name: "restart",
    description: "Restarts.",
    input: z.object({}),
    effect: "once",
    requiresApproval,
    run: async () => new Asks({ text: "Where?", context: "restart asks this.", form: toolForm }, null),
  });
  const bot = await startBot({
    model: scripted(calling(call("restart", {})), finalAnswer("It failed.")),
    tools: [restart],
    toolbox: (toolbox) => {
      const newer = upgrade(toolbox);
      return {
        ...toolbox,
        run: (...given) => ((upgraded && newer.run) || toolbox.run)(...given),
        absence: (name) => ((upgraded && newer.absence) || toolbox.absence)(name),
      };
    },
  });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("restart it");
  const idOf = async (kind: string) => {
    const { questions } = await bot.until(runId, (state) => state.questions.some((one) => one.kind === kind));
    return questions[0]?.id ?? "";
  };
  if (requiresApproval) {
    await bot.engine.command(runId, { type: "approve", questionId: await idOf("approval"), ...by }, null);
  }
  const questionId = await idOf("ask");
  upgraded = true;
  await bot.engine.command(runId, { type: "provide_input", questionId, answer: "region: eu", ...by }, null);
  return bot.until(runId, (state) => hasEnded(state) || state.questions.some(({ kind }) => kind !== "ask"));
}

test("its tool has changed", async () => {
  const message = "restart has changed since this call was made";
  const run: Toolbox["run"] = async () => ({ type: "failed", code: "invalid_input", message, unrun: true });
  const { questions } = await answeredAfter(() => ({ run }), false);
  expect(questions.map(({ kind }) => kind)).toEqual(["doubt"]);
});

test("its approval does not hold any more", async () => {
  const absence: Toolbox["absence"] = (name) =>
    name === "restart" ? { code: "changed", words: "restart is not what it was" } : null;
  const { questions } = await answeredAfter(() => ({ absence }), true);
  expect(questions.map(({ kind, text }) => [kind, text])).toEqual([
    ["doubt", expect.stringContaining("restart is not what it was")],
  ]);
});

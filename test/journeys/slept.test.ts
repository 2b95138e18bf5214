/** A worker that slept between its intent and the effect: somebody else took the run over and settled it meanwhile. */
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { clock, operator, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { gate } from "../support/gate.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const by = { actor: operator, via: { channel: "console" } };

test("begins nothing when it wakes: what a person had done by another worker stays done once", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  let slept = 0;
  const asleep = gate();
  /** The process is stopped right after its intent is durable, as by SIGSTOP, and wakes when the gate opens. */
  const sleepy: Store = {
    ...store,
    commit: async (commit) => {
      const committed = await store.commit(commit);
      if (commit.events.some(({ type }) => type === "call_started")) await asleep.pass();
      return committed;
    },
    renew: async (renewal) => store.renew({ ...renewal, now: clock.now() + slept }),
  };
  const effects: string[] = [];
  const tool = (who: string) =>
    defineTool({
      name: "restart",
      description: "Restart.",
      input: z.object({}),
      effect: "once",
      requiresApproval: false,
      run: () => {
        effects.push(who);
        return "restarted";
      },
    });
  const model = () => scripted(calling(call("restart", {})), finalAnswer("done"));
  const first = await startBot({
    ...{ model: model(), tools: [tool("first")], store: sleepy },
    clock: clockOf(
      () => clock.now() + slept,
      () => clock.steady() + slept,
    ),
  });
  onTestFinished(() => first.stop());
  const runId = await first.launch("restart it");
  await asleep.reached;

  slept = 60_000;
  const ahead = clockOf(
    () => clock.now() + slept,
    () => clock.steady() + slept,
  );
  const second = await startBot({
    model: scripted(finalAnswer("done")),
    tools: [tool("second")],
    store,
    clock: ahead,
  });
  onTestFinished(() => second.stop());
  const asking = await second.until(runId, ({ questions }) => questions.length === 1);
  const [question] = asking.questions;
  expect(question?.kind).toBe("doubt");
  await second.engine.command(
    runId,
    { type: "provide_input", questionId: question?.id ?? "", answer: "run", ...by },
    null,
  );
  await second.untilEnd(runId);
  asleep.open();
  await first.stop();
  expect(effects).toEqual(["second"]);
});

/** A worker that slept between its intent and the effect: somebody else took the run over and settled it meanwhile. */
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Changed } from "../../src/core/ports/commit.ts";
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

test("hears first that the run has ended elsewhere, and lets it go instead of trying for ever", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const asleep = gate();
  const told = Promise.withResolvers<(change: Changed) => void>();
  const sleepy: Store = {
    ...store,
    commit: async (commit) => {
      const committed = await store.commit(commit);
      if (commit.events.some(({ type }) => type === "call_started")) await asleep.pass();
      return committed;
    },
    watch: async (tell) => told.resolve(tell),
  };
  const stuck = Promise.withResolvers<never>();
  stuck.promise.catch(() => {});
  let looks = 0;
  const work = defineTool({
    ...{ name: "work", description: "Work.", input: z.object({}), effect: "once", requiresApproval: false },
    run: (_, { signal }) => {
      if (signal.aborted) throw new Error("interrupted");
    },
  });
  const first = await startBot({
    ...{ model: scripted(calling(call("work", {})), finalAnswer("done")), tools: [work], store: sleepy },
    toolbox: (toolbox) => ({
      ...toolbox,
      reconcile: (tool, input, context) => {
        looks += 1;
        // Round and round without an end no timer of this test would ever fire again.
        return looks > 50 ? stuck.promise : toolbox.reconcile(tool, input, context);
      },
    }),
  });
  onTestFinished(() => {
    stuck.reject(new Error("over"));
    return first.stop();
  });
  const runId = await first.launch("work");
  await asleep.reached;
  const state = await first.engine.state(runId);
  const version = (state?.version ?? 0) + 1;
  // What another process does: the run ends, and this one is told so before it hears of its own commit.
  const row = (await store.run(runId)) ?? expect.fail();
  await store.commit({
    ...{ runId, expect: version - 1, epoch: null, release: true, wakeAt: null, posts: [], addresses: [] },
    ...{ questions: [], inbox: null, wake: [], row: { ...row, version, status: "complete" } },
    events: [{ type: "completed", answer: "elsewhere", at: clock.now() }],
  });
  (await told.promise)({ runId, version, ended: true, due: false });
  asleep.open();
  await first.untilEnd(await first.launch("something else"));
  expect(looks).toBeLessThan(3);
  expect(await store.read(runId)).toHaveLength(version);
});

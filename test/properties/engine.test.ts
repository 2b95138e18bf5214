/** What holds for the engine with real stores: one run per delivery, one winner per question, one writer per run. */
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { LaunchRequest } from "../../src/core/command.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import { hasEnded, statusOf } from "../../src/core/state.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { answerWith, ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const via = { channel: "console" };
const request: LaunchRequest = {
  task: "release v1",
  actor: operator,
  via,
  addresses: [],
  context: [],
  trusted: true,
  follows: null,
  parent: null,
};
const mention = (key: string): Inbound => ({
  key,
  actor: operator,
  channel: "slack",
  address: null,
  intent: { type: "message", text: `task ${key}`, addressed: true, agent: null },
  replyTo: {},
  context: [],
});

async function openStore() {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  return store;
}

test("a delivery repeated k times, at once and again after a restart, launches one run", async () => {
  const store = await openStore();
  let keys = 0;
  let bots: Bot[] = [];
  const model = () => scripted(finalAnswer("done"));
  const restart = async () => {
    await Promise.all(bots.map((bot) => bot.stop()));
    bots = [await startBot({ store, model: model() }), await startBot({ store, model: model() })];
  };
  await restart();
  onTestFinished(() => Promise.all(bots.map((bot) => bot.stop())).then(() => {}));
  const deliveries = fc.record({
    k: fc.integer({ min: 1, max: 8 }),
    restartAfter: fc.boolean(),
    source: fc.constantFrom("webhook:ci", "api:admin"),
  });
  await fc.assert(
    fc.asyncProperty(deliveries, async ({ k, restartAfter, source }) => {
      const key = `delivery-${++keys}`;
      const once = (n: number) => bots[n % 2]?.engine.launch("default", request, { source, key });
      const first = await Promise.all(Array.from({ length: k }, (_, n) => once(n)));
      if (restartAfter) await restart();
      const again = await Promise.all([once(0), once(1)]);
      const ids = new Set(
        [...first, ...again].map((submitted) => (submitted?.ok ? submitted.runId : "refused")),
      );
      expect(ids.size).toBe(1);
      expect([...first, ...again].filter((submitted) => submitted?.ok && !submitted.duplicate)).toHaveLength(
        1,
      );
    }),
    { numRuns: 60 },
  );
  expect(await store.runs({ limit: 1000 })).toHaveLength(keys);
});

test("an inbound message that arrives k times is worked off once", async () => {
  const store = await openStore();
  const bot = await startBot({ store, model: scripted(finalAnswer("done")) });
  onTestFinished(() => bot.stop());
  let keys = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 10 }), async (k) => {
      const inbound = mention(`event-${++keys}`);
      const taken = await Promise.all(Array.from({ length: k }, () => bot.engine.accept(inbound)));
      expect(taken.filter((answer) => answer === "new")).toHaveLength(1);
    }),
    { numRuns: 50 },
  );
  await bot.engine.drain(5_000);
  const runs = await store.runs({ limit: 1000 });
  const pending = await store.pendingInbox(1000);
  expect(new Set(runs.map((run) => run.task)).size + pending.length).toBe(keys);
  expect(runs.length + pending.length).toBe(keys);
});

test("of answers that race over two engines one wins, and each of the others is told who was faster", async () => {
  const store = await openStore();
  const script = () => scripted((r) => answered(r.input.some((item) => item.type === "result")));
  const bots = [
    await startBot({ store, model: script() }),
    await startBot({ store, model: script() }),
  ] as const;
  onTestFinished(() => Promise.all(bots.map((bot) => bot.stop())).then(() => {}));
  const answers = fc.array(fc.record({ who: fc.nat(1), word: fc.constantFrom("yes", "no", "later") }), {
    minLength: 2,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(answers, async (racing) => {
      const launched = await bots[0].engine.launch("default", request, null);
      if (!launched.ok) throw new Error(launched.refusal.message);
      const { runId } = launched;
      await Promise.race(bots.map((bot) => bot.untilStatus(runId, "waiting_human_input")));
      const questionId = (await bots[1].engine.state(runId))?.questions[0]?.id ?? "";
      const told = await Promise.all(
        racing.map(({ who, word }, n) => {
          const actor = { ...operator, principal: `slack:T1/U${n}`, name: `person ${n}` };
          const command = { type: "provide_input", questionId, answer: word, actor, via } as const;
          return bots[who === 0 ? 0 : 1].engine.command(runId, command, null);
        }),
      );
      const winners = told.flatMap((submitted, n) => (submitted.ok ? [n] : []));
      expect(winners).toHaveLength(1);
      const [winner = -1] = winners;
      for (const [n, submitted] of told.entries()) {
        if (n === winner) continue;
        expect(submitted).toMatchObject({
          ok: false,
          refusal: { code: "already_answered", message: expect.stringContaining(`by person ${winner} at`) },
        });
      }
      const end = await Promise.race(bots.map((bot) => bot.untilEnd(runId)));
      expect(statusOf(end)).toBe("complete");
      const results = entriesOf(end).flatMap((entry) => (entry.type === "result" ? [entry.output] : []));
      expect(results[0]).toBe(JSON.stringify({ answer: racing[winner]?.word }));
      const log = await store.read(runId);
      expect(log.filter((event) => event.type === "question_answered")).toHaveLength(1);
      expect(hasEnded(end)).toBe(true);
    }),
    { numRuns: 90 },
  );
});

function answered(isDone: boolean) {
  return answerWith(isDone ? finalAnswer("done") : calling(ask("Shall I?")));
}

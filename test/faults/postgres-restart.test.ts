/**
 * PostgreSQL dies and comes back while two bots work on it: nothing is lost, nothing happens
 * twice, nobody has to help.
 */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { hasEnded } from "../../src/core/state.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { answerWith, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** Pays, and is done when it reads that it has paid. */
const model = scripted((request) =>
  answerWith(JSON.stringify(request.input).includes("paid") ? finalAnswer("done") : calling(call("pay", {}))),
);

const restarts = 3;
const runsBetween = 20;

test("a database that is restarted in the middle of everything", async () => {
  const url = await server.database();
  const done: string[] = [];
  const pay = defineTool({
    name: "pay",
    description: "Pay once.",
    input: z.object({}),
    effect: "once",
    requiresApproval: false,
    run: async (_, { runId }) => {
      done.push(runId);
      return "paid";
    },
  });
  const start = async (): Promise<Bot> => {
    const store = await openPostgres({ url, clock });
    const bot = await startBot({
      store,
      model,
      tools: [pay],
    });
    onTestFinished(async () => {
      await bot.stop();
      await store.close();
    });
    return bot;
  };
  const bots = [await start(), await start()] as const;

  const launched: Promise<string>[] = [];
  for (let round = 0; round <= restarts; round++) {
    for (let n = 0; n < runsBetween; n++) launched.push(launch(bots[n % 2 === 0 ? 0 : 1], `${round}-${n}`));
    if (round < restarts) await server.restart();
  }
  const runIds = await Promise.all(launched);

  expect(new Set(runIds).size).toBe(runIds.length);
  const open = async () => {
    const rows = await bots[0].store.runs({ limit: 1000 }).catch(() => null);
    return rows
      ?.filter(({ status }) => status !== "complete")
      .map(({ runId, status }) => `${runId} ${status}`);
  };
  await expect.poll(open, { interval: 100 }).toEqual([]);
  expect(done.sort()).toEqual(runIds.sort());
  for (const id of runIds) expect(hasEnded((await bots[0].engine.state(id)) ?? expect.fail())).toBe(true);
});

/** As a sender that delivers again until it is taken: under the same key. */
async function launch(bot: Bot, key: string): Promise<string> {
  for (;;) {
    try {
      const submitted = await bot.engine.launch(
        "default",
        {
          ...{ task: "pay", actor: operator, via: { channel: "webhook" }, addresses: [] },
          ...{ context: [], trusted: true, follows: null, parent: null },
        },
        { source: "webhook:shop", key },
      );
      if (!submitted.ok) throw new Error(submitted.refusal.message);
      return submitted.runId;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
    }
  }
}

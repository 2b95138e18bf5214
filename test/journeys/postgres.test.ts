/** The newcomer's run on PostgreSQL, and a restart in the middle: the same engine, the other store. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const task = "What is (17 + 5) * 3, divided by a number you must ask me for?";

test("a question asked by one process is answered by the next, and the run completes", async () => {
  const url = await server.database();
  const on = async (work: (bot: Bot) => Promise<void>) => {
    const store = await openPostgres({ url, clock });
    const bot = await startBot({ model: demoModel(), store });
    await work(bot);
    await bot.stop();
    await store.close();
  };
  let runId = "";
  await on(async (bot) => {
    runId = await bot.launch(task);
    await bot.untilStatus(runId, "waiting_human_input");
  });
  await on(async (bot) => {
    const answer = { questionId: null, answer: "3", actor: operator, via: { channel: "console" } };
    const answered = await bot.engine.command(runId, { type: "provide_input", ...answer }, null);
    expect(answered.ok).toBe(true);
    const done = await bot.untilEnd(runId);
    expect(done.phase).toMatchObject({ at: "complete", answer: expect.stringContaining("22") });
  });
});

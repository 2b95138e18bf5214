/** How often PostgreSQL is asked for one run, from its launch to its end: what may not grow. */
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { openWakes } from "../../../adapters/postgres/wakes.ts";
import type { Role } from "../../../src/engine/options.ts";
import { clock, startBot } from "../../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../../support/model/scripted.ts";
import { countAsked } from "../../support/store/asked.ts";
import { startPostgres } from "../../support/store/postgres.ts";

const log = pino({ level: "silent" });

test("asks once to take a run with its log, once for each model answer and each result, and never again", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const url = await server.database();
  async function process(role: Role) {
    const opened = await openPostgres({ url, clock });
    const read = vi.fn(opened.read);
    const store = { ...opened, read };
    const model = scripted(
      calling(call("sum_numbers", { a: 1, b: 2 })),
      calling(call("sum_numbers", { a: 3, b: 4 })),
      finalAnswer("10"),
    );
    const bot = await startBot({ store, model, wakes: openWakes({ url, log }), role, log });
    onTestFinished(async () => {
      await bot.stop();
      await store.close();
    });
    return { bot, read };
  }
  const { bot: web } = await process({ works: false, speaks: true });
  const worker = await process({ works: true, speaks: false });

  const asked = countAsked();
  const runId = await web.launch("add");
  await web.untilEnd(runId);
  await expect.poll(() => asked("complete_job")).toBe(1);
  expect(asked("claim_and_read")).toBe(1);
  expect(worker.read).not.toHaveBeenCalled();
  // The launch, an answer and a result for each of two steps, and the last answer.
  expect(asked("commit_")).toBe(1 + 2 * 2 + 1);
  expect(await web.store.read(runId)).toHaveLength(7);
});

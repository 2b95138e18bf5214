/**
 * A bot in a process of its own, in the middle of a call that never comes back: to be killed. Argument: the database.
 */
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { clock, startBot } from "./bot.ts";
import { call, calling, scripted } from "./model/scripted.ts";

const path = process.argv[2];
const effect = process.argv[3];
if (path === undefined || (effect !== "idempotent" && effect !== "once")) {
  throw new Error("usage: bot-child.ts <database> idempotent|once");
}
const work = defineTool({
  name: "work",
  description: "Work for ever.",
  input: z.object({}),
  effect,
  requiresApproval: false,
  timeoutMs: 3_600_000,
  run: (_, context) => {
    process.stdout.write(`${context.runId}\n`);
    return new Promise(() => {
      // Holds the process until it is killed.
      setInterval(() => {}, 1_000);
    });
  },
});
const store = await openSqlite({ path, clock });
const bot = await startBot({ store, model: scripted(calling(call("work", {}, "w1"))), tools: [work] });
await bot.launch("work");

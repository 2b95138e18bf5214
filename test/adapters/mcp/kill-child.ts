/** A bot in the middle of one call of the odd server, killed at one named point. Arguments: folder, effect, mode, point. */
import { join } from "node:path";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { clock, startBot } from "../../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../../support/model/scripted.ts";
import { oddBot } from "./odd-bot.ts";

const [folder = "", effect = "", mode = "", dieAt = ""] = process.argv.slice(2);

/** A place where the process may die. Nothing is flushed, nobody is told. */
function point(name: string): void {
  if (name === dieAt) process.kill(process.pid, "SIGKILL");
}

// A bot whose run rests holds no process by itself.
setInterval(() => {}, 1_000);

const store = await openSqlite({ path: join(folder, "belay.db"), clock });
const bot = await startBot({
  model: scripted(calling(call("odd_work", { text: "this" })), finalAnswer("done")),
  tools: oddBot(folder, effect === "read" ? "read" : "once", mode).tools,
  store: {
    ...store,
    async commit(commit) {
      for (const { type } of commit.events) point(`before ${type}`);
      const committed = await store.commit(commit);
      for (const { type } of commit.events) point(`after ${type}`);
      return committed;
    },
  },
});
process.stdout.write(`launched ${await bot.launch("work")}\n`);

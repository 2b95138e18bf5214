/**
 * A bot that serves the MCP, on the database of a folder; it is killed at the n-th point: before or after a commit, or
 * in the middle of the call. People approve whatever is asked. Arguments: folder, port, n (0: it is not), and `knows`
 * when the tool can tell whether it ran, `asks` when the model asks people before it answers. Says how many points there
 * were when its standard input ends.
 */
import { join } from "node:path";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { createHttp } from "../../src/http/app.ts";
import { serve } from "../../src/http/serve.ts";
import { clock, operator, startBot } from "../support/bot.ts";
import { Doomed } from "../support/doomed.ts";
import { defaults } from "../support/http/server.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { deployment } from "../support/undoable.ts";

const [folder = "", port = "0", dieAt = "0", knows = ""] = process.argv.slice(2);
const life = new Doomed(folder, Number(dieAt));
const by = { actor: operator, via: { channel: "console" } };

const { tool } = deployment({
  undo: () => null,
  run: ({ version }) => {
    life.point();
    life.act(`deploy ${version}`);
    life.point();
    return `deployed ${version}`;
  },
  ...(knows === "knows"
    ? {
        reconcile: async ({ version }) =>
          life.hasHappened(`deploy ${version}`)
            ? { type: "done", output: `deployed ${version}` }
            : { type: "not_done" },
      }
    : {}),
});
const store = await openSqlite({ path: join(folder, "belay.db"), clock });
const question = calling(ask("Which version?"));
const model = knows === "asks" ? scripted(question) : scripted(finalAnswer("Deployed."));
const bot = await startBot({ store: life.dying(store, ["commit"]), model, tools: [tool] });

async function approve(runId: string): Promise<void> {
  for (const { id, kind } of (await bot.engine.state(runId))?.questions ?? [])
    if (kind === "approval")
      await bot.engine.command(runId, { type: "approve", questionId: id, ...by }, null);
}
bot.engine.watch(({ runId }) => void approve(runId));
// What the life before asked is asked still.
for (const { runId } of await store.runs({ limit: 5 })) void approve(runId);
const quiet = () => {};
const http = createHttp({
  engine: bot.engine,
  channels: [],
  clock,
  log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  config: { ...defaults(), mcp: { tools: ["deploy"], agent: "default", speaksAt: null } },
});
await serve(http, { host: "127.0.0.1", port: Number(port) });
process.stdout.write("listening\n");
process.stdin.resume().on("end", () => {
  process.stdout.write(`points: ${life.points}\n`, () => process.exit());
});

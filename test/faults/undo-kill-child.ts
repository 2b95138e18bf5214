/**
 * A bot on the database of a folder, whose approved call is undone; it is killed at the n-th point, before or after a
 * commit, from the press on. Arguments: folder, run, question, n (0: it is not). Prints the end as one line of JSON.
 */
import { join } from "node:path";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { State } from "../../src/core/state.ts";
import { clock, operator, startBot } from "../support/bot.ts";
import { Doomed } from "../support/doomed.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { deployment, offered } from "../support/undoable.ts";

const [folder = "", runId = "", questionId = "", dieAt = "0"] = process.argv.slice(2);
const life = new Doomed(folder, Number(dieAt));
const by = { actor: operator, via: { channel: "console" } };

const { tool } = deployment({
  run: ({ version }) => {
    life.act(`deploy ${version}`);
    return `deployed ${version}`;
  },
  reconcile: async ({ version }) =>
    life.hasHappened(`deploy ${version}`)
      ? { type: "done", output: `deployed ${version}` }
      : { type: "not_done" },
});
const store = await openSqlite({ path: join(folder, "belay.db"), clock });
const bot = await startBot({
  store: life.dying(store, ["commit"]),
  model: scripted(finalAnswer("done")),
  tools: [tool],
});
const inbox = { source: "slack", key: "the press" };
const pressed = await bot.engine.command(runId, { type: "undo", questionId, ...by }, inbox);
// A press that was killed after its commit is there already, and the next one is told where.
const undoRun = pressed.ok ? pressed.runId : (pressed.refusal.runId ?? "");

async function approve({ questions }: State): Promise<void> {
  for (const { id, kind } of questions) {
    if (kind === "approval")
      await bot.engine.command(undoRun, { type: "approve", questionId: id, ...by }, null);
  }
}

// It never ends: it approves as often as somebody is asked.
void bot.until(undoRun, (state) => {
  void approve(state);
  return false;
});
const end = await bot.until(runId, (state) => offered(state)?.undo?.ended != null);
const events = await store.read(undoRun);
await bot.stop();
await store.close();
process.stdout.write(
  `${JSON.stringify({ points: life.points, undo: offered(end)?.undo, events: events.map(({ type }) => type) })}\n`,
);

/** A run is stopped while it waits for a child that can't be read: one that is damaged keeps nobody from the stop. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { childRunId } from "../../src/engine/ids.ts";
import { agent, clock, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";

/** Stopped after this was done to the second event of its child. */
async function stopped(harm: string) {
  const home = mkdtempSync(join(tmpdir(), "belay-child-"));
  const path = join(home, "belay.db");
  const store = await openSqlite({ path, clock });
  const known = agent();
  const options = {
    store,
    model: twoModels(
      scripted(calling(call("hand_off", { agent: "helper", task: "find it" }, "h1"))),
      scripted(calling(ask("Which room?"))),
    ),
    agents: [
      { ...known, handOff: ["helper"] },
      { ...known, name: "helper", hash: "helper-1" },
    ],
  };
  const first = await startBot(options);
  const runId = await first.launch("where is it?");
  const child = childRunId(runId, "h1.1");
  await first.untilStatus(child, "waiting_human_input");
  await first.stop();
  const other = new Database(path);
  other.prepare(`UPDATE events SET ${harm} WHERE run_id = ? AND version = 2`).run(child);
  other.close();
  const bot = await startBot(options);
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
    rmSync(home, { recursive: true });
  });
  const stop = { type: "cancel", reason: "enough", actor: operator, via: { channel: "console" } } as const;
  expect(await bot.engine.command(runId, stop, null)).toMatchObject({ ok: true });
  return { bot, runId, child };
}

test("a damaged child: the run above it ends", async () => {
  const { bot, runId } = await stopped("data = '{'");
  expect((await bot.untilEnd(runId)).phase).toMatchObject({ at: "cancelled", reason: "enough" });
});

test("a child that a newer release wrote: its process stops both", async () => {
  const { bot, runId, child } = await stopped("v = 99, sum = NULL");
  await expect.poll(() => bot.engine.unreadable.left).toEqual([runId]);
  expect(bot.engine.unreadable.list()).toMatchObject([{ what: `run ${child}` }]);
  expect((await bot.engine.state(runId))?.phase.at).toBe("cancelling");
});

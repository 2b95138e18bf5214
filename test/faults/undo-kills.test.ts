/** An undo over SIGKILL at every commit from its press to its end: done once, and told where the approval stood. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { clock, startBot } from "../support/bot.ts";
import { startChild } from "../support/child.ts";
import { inLanes } from "../support/lanes.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { approveIn, deployment, offered } from "../support/undoable.ts";

const root = mkdtempSync(join(tmpdir(), "belay-undo-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Run {
  folder: string;
  runId: string;
  questionId: string;
}

/** A database with a deployment that can be undone, of a run that has ended or that waits for an answer. */
async function prepared(isOver: boolean): Promise<Run> {
  const folder = mkdtempSync(join(root, "prepared-"));
  const store = await openSqlite({ path: join(folder, "belay.db"), clock });
  const next = isOver ? finalAnswer("done") : calling(ask("And now?"));
  const model = scripted(calling(call("deploy", { version: "v1" })), next);
  const bot = await startBot({ store, model, tools: [deployment().tool] });
  const runId = await bot.launch("deploy v1");
  await approveIn(bot, runId);
  const rests = await bot.untilStatus(runId, "complete", "waiting_human_input");
  const questionId =
    offered(await bot.until(runId, (state) => state.steps === 2 && state.phase.at !== "thinking"))?.id ?? "";
  expect(rests.runId).toBe(runId);
  await bot.stop();
  await store.close();
  return { folder, runId, questionId };
}

interface Ending {
  points: number;
  undo: { ended: { outcome: string; words: string } };
  events: string[];
}

/** null: it was killed. */
async function life({ folder, runId, questionId }: Run, dieAt: number): Promise<Ending | null> {
  const child = startChild("test/faults/undo-kill-child.ts", [folder, runId, questionId, String(dieAt)]);
  const ended = await child.ended;
  if (ended.signal === "SIGKILL" && dieAt > 0 && ended.errors === "") return null;
  if (ended.code !== 0 || ended.errors !== "") throw child.failure(ended, `died at ${dieAt}`);
  return JSON.parse(ended.output) as Ending;
}

function copyOf(run: Run): Run {
  const folder = mkdtempSync(join(root, "life-"));
  cpSync(run.folder, folder, { recursive: true });
  return { ...run, folder };
}

const deploys = ({ folder }: Run) => readFileSync(join(folder, "world.log"), "utf8");

test.each([
  ["that has ended", true, 12],
  ["that goes on", false, 8],
])("of a run %s", async (_, isOver, least) => {
  const run = await prepared(isOver);
  const whole = await life(copyOf(run), 0);
  const points = Array.from({ length: whole?.points ?? 0 }, (_, index) => index + 1);
  expect(points.length).toBeGreaterThanOrEqual(least);
  await inLanes(2, points, async (next) => {
    for (let dieAt = next(); dieAt !== undefined; dieAt = next()) {
      const copy = copyOf(run);
      const ending = (await life(copy, dieAt)) ?? (await life(copy, 0));
      const { outcome, words } = ending?.undo.ended ?? {};
      const asked = ending?.events.filter((type) => type === "question_asked").length;
      expect({ dieAt, done: deploys(copy), outcome, words }).toEqual({
        dieAt,
        done: "deploy v0\n",
        outcome: "undone",
        words: "deployed v0",
      });
      // Of the run that went on there was one question before.
      expect(asked, `died at ${dieAt}`).toBe(isOver ? 1 : 3);
    }
  });
});

/**
 * Kill -9 of the bot at every point in the life of a job: its command ran exactly once, what became of it is known
 * where it can be known, and where it can't (the machine died) exactly one question is asked.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { JobFolders } from "../../adapters/command/job-folder.ts";
import type { Toolbox } from "../../src/core/ports/toolbox.ts";
import { hasEnded } from "../../src/core/state.ts";
import { until } from "../adapters/command/bench.ts";
import { operator } from "../support/bot.ts";
import { startChild } from "../support/child.ts";
import { letGo, startJobBot, traceIn } from "../support/job-bot.ts";

const points = [
  ...["before call_started", "after call_started"],
  ...["before the folder", "after the folder", "before the process", "before its order", "after its order"],
  ...["before job_begun", "after job_begun", "in its middle", "after its exit"],
  ...["before call_finished", "after call_finished"],
];

/** A bot that was killed at this point; its folder. */
async function killedAt(point: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "belay-jobs-"));
  onTestFinished(() => {
    letGo(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  const child = startChild("test/faults/job-kill-child.ts", [folder, point]);
  const ended = await child.ended;
  if (ended.signal !== "SIGKILL" || ended.errors !== "")
    throw child.failure(ended, `was not killed ${point}`);
  return folder;
}

/** The next bot on this folder, until its run has ended or asks something. */
async function carryOn(folder: string, mutant: (toolbox: Toolbox) => Toolbox = (toolbox) => toolbox) {
  const { bot, store, runId } = await startJobBot(folder, {
    toolbox: (toolbox) =>
      mutant({
        ...toolbox,
        async poll(...args) {
          const state = await toolbox.poll(...args);
          if (state.type === "running") letGo(folder);
          return state;
        },
      }),
  });
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
  });
  const rested = await bot.until(runId, (state) => hasEnded(state) || state.questions.length > 0);
  return { bot, runId, store, rested };
}

function runsOf(folder: string): number {
  return existsSync(traceIn(folder)) ? readFileSync(traceIn(folder), "utf8").split("\n").length - 1 : 0;
}

test.each(points)("killed %s, its command ran once and its outcome is known", async (point) => {
  const folder = await killedAt(point);
  const { rested, store, runId } = await carryOn(folder);
  expect(rested.phase).toEqual({ at: "complete", answer: "done" });
  expect(runsOf(folder)).toBe(1);
  const events = await store.read(runId);
  expect(events.filter(({ type }) => type === "call_doubted" || type === "question_asked")).toEqual([]);
  expect(events.filter(({ type }) => type === "call_finished")).toMatchObject([
    { output: "waiting for go\ngone on" },
  ]);
});

test("the same kill catches a bot that forgets under which key it began", async () => {
  const folder = await killedAt("before job_begun");
  await carryOn(folder, (toolbox) => ({
    ...toolbox,
    run: (name, input, context) => toolbox.run(name, input, { ...context, key: "another" }),
    reconcile: (name, input, context) => toolbox.reconcile(name, input, { ...context, key: "another" }),
  }));
  await until(() => runsOf(folder) === 2);
});

describe("where it can't be known, one question is asked, and nothing runs before its answer:", () => {
  test.each([
    ["the machine died before the job was in the log", "before job_begun", { bootId: "another" }],
    ["the machine died while it ran", "in its middle", { bootId: "another" }],
    ["everything of it was killed while it ran", "in its middle", {}],
  ])("%s", async (_, point, change) => {
    const folder = await killedAt(point);
    await die(folder, change);
    const { bot, runId, store, rested } = await carryOn(folder);
    expect(rested.questions).toMatchObject([{ kind: "doubt", call: { tool: "restart" } }]);
    const [question] = rested.questions;
    const by = { actor: operator, via: { channel: "console" }, questionId: question?.id ?? "" };
    await bot.engine.command(runId, { type: "provide_input", answer: "happened", ...by }, null);
    expect((await bot.untilEnd(runId)).phase).toEqual({ at: "complete", answer: "done" });
    expect(runsOf(folder)).toBe(1);
    const events = await store.read(runId);
    expect(events.filter(({ type }) => type === "question_asked")).toHaveLength(1);
  });
});

/** What runs for this folder dies as it dies with its machine. */
async function die(folder: string, change: { bootId?: string }): Promise<void> {
  const folders = new JobFolders(folder);
  const [job = ""] = readdirSync(folders.root);
  const seen = await until(() => {
    const now = folders.look(job);
    return now.at === "running" && now.wrapper && now.group && runsOf(folder) > 0 ? now : null;
  });
  for (const one of [seen.wrapper, seen.group]) if (one) process.kill(-one.pid, "SIGKILL");
  const claim = join(folders.path(job), "claim.json");
  writeFileSync(claim, JSON.stringify({ ...JSON.parse(readFileSync(claim, "utf8")), ...change }));
  await until(() => folders.look(job).at === "lost");
}

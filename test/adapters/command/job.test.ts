/** A command that runs once, as a job: with real processes, up to the loss of the machine. */
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { JobFolders } from "../../../adapters/command/job-folder.ts";
import { claimFile } from "../../../adapters/command/records.ts";
import { command } from "../../../adapters/command/tools.ts";
import type { Reconciled } from "../../../src/tools/contract.ts";
import { identify } from "../../../src/tools/process-id.ts";
import { startChild } from "../../support/child.ts";
import { contextOf, folder, node, program, toolboxOf, tracesIn, until } from "./bench.ts";

/** A bot's tools with one `once` command, and what its jobs leave behind. */
function setUp(what: string, more: { timeoutMs?: number; reconcile?: () => Promise<Known> } = {}) {
  const dataDir = folder();
  const trace = join(dataDir, "trace");
  const tool = command({
    name: "restart",
    description: "Restart it.",
    effect: "once",
    input: z.object({}),
    argv: [node, program, what, trace],
    dataDir,
    graceMs: 200,
    ...more,
  });
  const toolbox = toolboxOf(tool);
  const folders = new JobFolders(dataDir);
  return {
    trace,
    folders,
    job: folders.nameOf("r1:c1"),
    begin: () => toolbox.run("restart", {}, contextOf()),
    poll: (handle: unknown) => toolbox.poll("restart", {}, handle, contextOf()),
    cancel: (handle: unknown) => toolbox.cancel("restart", handle, contextOf()),
    reconcile: () => toolbox.reconcile("restart", {}, contextOf()),
  };
}

type Known = Exclude<Reconciled, { type: "begun" }>;
type Bot = ReturnType<typeof setUp>;

async function begun(bot: Bot): Promise<{ job: string }> {
  const outcome = await bot.begin();
  expect(outcome).toEqual({ type: "begun", handle: { job: bot.job } });
  return { job: bot.job };
}

async function untilEnd(bot: Bot) {
  for (;;) {
    const state = await bot.poll({ job: bot.job });
    if (state.type !== "running") return state;
  }
}

/** As after a start of the machine: its processes are gone and it says another boot id. */
async function loseMachine(bot: Bot): Promise<void> {
  const at = await running(bot);
  process.kill(-at.wrapper, "SIGKILL");
  process.kill(-at.group, "SIGKILL");
  const path = join(bot.folders.path(bot.job), "claim.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), bootId: "another" }));
  await until(() => bot.folders.look(bot.job).at === "lost");
}

function running(bot: Bot) {
  return until(() => {
    const seen = bot.folders.look(bot.job);
    return seen.at === "running" && seen.wrapper && seen.group && tracesIn(bot.trace) > 0
      ? { wrapper: seen.wrapper.pid, group: seen.group.pid }
      : null;
  });
}

describe("a job", () => {
  test("runs its command once, tells its progress, and its output is the result", async () => {
    const bot = setUp("wait");
    const handle = await begun(bot);
    await running(bot);
    expect(await bot.poll(handle)).toMatchObject({ type: "running", progress: "waiting for go" });
    writeFileSync(`${bot.trace}.go`, "");
    expect(await untilEnd(bot)).toMatchObject({ type: "finished", output: "waiting for go\ngone on" });
    expect(tracesIn(bot.trace)).toBe(1);
  });

  test("that is begun again under its key is found, whether it runs or has ended", async () => {
    const bot = setUp("wait");
    await begun(bot);
    await begun(bot);
    writeFileSync(`${bot.trace}.go`, "");
    await untilEnd(bot);
    await begun(bot);
    expect(await bot.reconcile()).toEqual({ type: "begun", handle: { job: bot.job } });
    expect(tracesIn(bot.trace)).toBe(1);
  });

  test.each([
    ["fail", {}, "ended with exit status 3. What it did until then stands"],
    ["for-ever", { timeoutMs: 1_500 }, "did not end within 1.5 s and was ended"],
  ])("that does not do it says why: %s", async (what, more, words) => {
    const bot = setUp(what, more);
    await begun(bot);
    const ended = await untilEnd(bot);
    expect(ended).toMatchObject({ type: "failed", message: expect.stringContaining(words) });
  });

  test("whose program does not exist has failed, and nobody is in doubt", async () => {
    const dataDir = folder();
    const argv = ["no-such-program-of-anybody"];
    const tool = command({ name: "x", description: "x", input: z.object({}), argv, dataDir });
    const begun = await toolboxOf(tool).run("x", {}, contextOf());
    if (begun.type !== "begun") throw new Error(JSON.stringify(begun));
    const state = await toolboxOf(tool).poll("x", {}, begun.handle, contextOf());
    expect(state).toMatchObject({ type: "failed", message: expect.stringContaining("It did not run") });
  });

  test("keeps no secret and no argument on the disk", async () => {
    const bot = setUp("leave");
    await begun(bot);
    await untilEnd(bot);
    const path = bot.folders.path(bot.job);
    expect(readdirSync(path).sort()).toEqual([
      ...["claim.json", "command.json", "exit.json", "stderr", "stdout", "wrapper.log"],
    ]);
    expect(readFileSync(join(path, "wrapper.log"), "utf8")).toBe("");
  });

  test("whose output is more than is kept says how much is missing", async () => {
    const bot = setUp("flood");
    await begun(bot);
    const state = await untilEnd(bot);
    const notice = "[704000 bytes at the end of its output were not kept; ask for less]";
    expect(state).toMatchObject({ type: "finished", output: expect.stringContaining(notice) });
  });

  test("goes on unharmed when whoever watches it is killed, and it writes", async () => {
    const bot = setUp("wait");
    await begun(bot);
    const pids = await running(bot);
    process.kill(pids.wrapper, "SIGKILL");
    await until(() => {
      const seen = bot.folders.look(bot.job);
      return seen.at === "running" && seen.wrapper === null;
    });
    writeFileSync(`${bot.trace}.go`, "");
    const path = join(bot.folders.path(bot.job), "stdout");
    await until(() => readFileSync(path, "utf8").includes("gone on"));
  });
});

describe("stopping a job", () => {
  test("ends its whole group, also what is deaf to being asked", async () => {
    const bot = setUp("for-ever");
    const handle = await begun(bot);
    await until(() => existsSync(bot.trace));
    expect(await bot.cancel(handle)).toMatchObject({
      stopped: true,
      words: expect.stringContaining("was stopped"),
    });
    const pids: number[] = JSON.parse(readFileSync(bot.trace, "utf8"));
    await until(() => pids.every((pid) => !existsSync(`/proc/${pid}/stat`)));
  });

  test("says that it had ended", async () => {
    const bot = setUp("leave");
    const handle = await begun(bot);
    await untilEnd(bot);
    const words = expect.stringContaining("had come to its end before it could be stopped (exit status 0)");
    expect(await bot.cancel(handle)).toEqual({ stopped: false, words });
  });

  test("does not know what became of one that was lost before", async () => {
    const bot = setUp("wait");
    const handle = await begun(bot);
    await loseMachine(bot);
    expect(await bot.cancel(handle)).toMatchObject({ stopped: null });
  });

  test("reaches the command also when nothing watches it any more", async () => {
    const bot = setUp("for-ever");
    const handle = await begun(bot);
    await until(() => existsSync(bot.trace));
    const seen = bot.folders.look(bot.job);
    if (seen.at !== "running" || !seen.wrapper) throw new Error(seen.at);
    process.kill(seen.wrapper.pid, "SIGKILL");
    await until(() => {
      const now = bot.folders.look(bot.job);
      return now.at === "running" && now.wrapper === null;
    });
    expect(await bot.cancel(handle)).toMatchObject({ stopped: true });
    expect(bot.folders.look(bot.job).at).toBe("lost");
  });
});

describe("after a crash", () => {
  test("before its folder it was not begun", async () => {
    expect(await setUp("leave").reconcile()).toEqual({ type: "not_done" });
  });

  test("between folder and claim it was not begun, and a wrapper that comes late may not begin it", async () => {
    const bot = setUp("leave");
    const path = bot.folders.path(bot.job);
    await bot.folders.make(bot.job);
    // Started already, and slow to read its order.
    const late = startChild("adapters/command/wrapper.ts", [], { cwd: path });
    expect(await bot.reconcile()).toEqual({ type: "not_done" });
    const order = {
      argv: [node, program, "leave", bot.trace],
      cwd: "/",
      env: {},
      timeoutMs: 9_000,
      graceMs: 9,
      maxBytes: 9,
    };
    late.process.stdin?.end(JSON.stringify(order));
    await late.ended;
    expect(tracesIn(bot.trace)).toBe(0);
    await begun(bot);
    await untilEnd(bot);
    expect(tracesIn(bot.trace)).toBe(1);
  });

  test.each<[string, Known, unknown]>([
    ["nobody knows", { type: "unknown" }, { type: "unknown" }],
    [
      "its own question is asked",
      { type: "done", output: "all new" },
      { type: "finished", output: "all new", omitted: 0 },
    ],
  ])("of the machine %s", async (_, known, found) => {
    const bot = setUp("wait", { reconcile: async () => known });
    const handle = await begun(bot);
    await loseMachine(bot);
    const reason = "the machine was started anew before it was noted how it ended";
    expect(await bot.poll(handle)).toEqual({ type: "lost", reason });
    expect(await bot.reconcile()).toEqual(found);
  });

  test("of the machine it runs again only on a person's word", async () => {
    const bot = setUp("wait");
    await begun(bot);
    await loseMachine(bot);
    writeFileSync(`${bot.trace}.go`, "");
    await begun(bot);
    expect(await untilEnd(bot)).toMatchObject({ type: "finished" });
    expect(tracesIn(bot.trace)).toBe(2);
  });

  test("of its wrapper alone it is known that the command goes on, and then that nobody knows how it ended", async () => {
    const bot = setUp("wait");
    const handle = await begun(bot);
    process.kill((await running(bot)).wrapper, "SIGKILL");
    expect(await bot.poll(handle)).toMatchObject({ type: "running" });
    writeFileSync(`${bot.trace}.go`, "");
    const reason = "the process that watched it was killed before it could note how it ended";
    expect(await untilEnd(bot)).toEqual({ type: "lost", reason });
    expect(await bot.reconcile()).toEqual({ type: "unknown" });
  });
});

describe("records", () => {
  test("of a month ago are forgotten, but not that they were begun; what runs is kept", async () => {
    const bot = setUp("leave");
    const handle = await begun(bot);
    await untilEnd(bot);
    const old = new Date("2020-01-01");
    utimesSync(bot.folders.path(bot.job), old, old);
    mkdirSync(bot.folders.path("running"));
    const self = identify(process.pid);
    if (!self) throw new Error("this process is not found");
    expect(claimFile(join(bot.folders.path("running"), "claim.json"), self)).toBe(true);
    utimesSync(bot.folders.path("running"), old, old);
    await bot.folders.prune(Date.now());
    expect(readdirSync(bot.folders.root).sort()).toEqual([`${bot.job}.pruned`, "running"].sort());
    expect(await bot.reconcile()).toEqual({ type: "unknown" });
    expect(await bot.poll(handle)).toMatchObject({ type: "lost" });
  });

  test("that somebody removed leave the doubt, and never a second run", async () => {
    const bot = setUp("leave");
    const handle = { job: bot.job };
    expect(await bot.poll(handle)).toEqual({ type: "lost", reason: "its record is gone" });
    expect(await bot.reconcile()).toEqual({ type: "unknown" });
  });
});

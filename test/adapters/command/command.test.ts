/**
 * Declared commands that may be repeated, with real processes: what they see, how they end, what the model is told.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { fine } from "../../../src/core/ports/finding.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { diagnosed } from "../../support/diagnosed.ts";
import { contextOf, folder, node, program, toolboxOf, until } from "./bench.ts";

const nothing = z.object({});
const base = { name: "work", description: "Work.", effect: "read", input: nothing } as const;
const run = (definition: Parameters<typeof command>[0]) =>
  toolboxOf(command(definition)).run("work", {}, contextOf());

describe("the doctor", () => {
  const at = (change: object) => diagnosed([command({ ...base, argv: [node], ...change })]);

  test("finds programs as the system does, by path and by name, those of the preview too", async () => {
    const given = { env: { PATH: dirname(node) }, preview: [basename(node), "--version"] };
    expect(await at(given)).toEqual([fine("command work", node), fine("command work", node)]);
  });

  test("says what is missing, and starts nothing", async () => {
    const gone = "there is no program no-such-program in ";
    expect(await at({ argv: ["no-such-program"] })).toMatchObject([
      { ok: false, detail: expect.stringContaining(gone), fix: expect.stringContaining("Install it") },
    ]);
    expect(await at({ argv: ["/nowhere/program"] })).toMatchObject([
      { ok: false, detail: "there is no program /nowhere/program" },
    ]);
    // There, and no program.
    expect(await at({ argv: [import.meta.filename] })).toMatchObject([{ ok: false }]);
    expect(await at({ cwd: "/nowhere" })).toMatchObject([
      { ok: false, detail: "there is no folder /nowhere" },
    ]);
  });
});

describe("a program", () => {
  test("gets PATH, HOME, LANG and what is listed, and nothing of the bot's environment", async () => {
    vi.stubEnv("OPENAI_API_KEY", "not-for-programs");
    const env = { REGION: "eu", TOKEN: secretOf("TOKEN", "s3cr3t-value") };
    const outcome = await run({ ...base, argv: [node, program], env, cwd: folder() });
    if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
    const seen = JSON.parse(outcome.output);
    expect(Object.keys(seen.env).sort()).toEqual(["HOME", "LANG", "PATH", "REGION", "TOKEN"]);
    expect(seen.env.TOKEN).toBe("[secret]");
    vi.unstubAllEnvs();
  });

  test("whose secret is not set makes no tool", () => {
    const env = { TOKEN: secretOf("TOKEN", null) };
    expect(command({ ...base, argv: ["x"], env }).missingSecrets).toEqual(["TOKEN"]);
  });

  test("is looked for in the PATH that is declared", async () => {
    const outcome = await run({ ...base, argv: ["ls"], env: { PATH: "/nowhere" } });
    expect(outcome).toMatchObject({ type: "failed", message: expect.stringContaining("no program ls") });
  });

  test("runs in its folder, and its output is from outside unless it is said otherwise", async () => {
    const cwd = folder();
    const outcome = await run({ ...base, argv: [node, program], cwd });
    expect(outcome).toMatchObject({ output: expect.stringContaining(JSON.stringify(cwd)) });
    expect(command({ ...base, argv: ["x"] }).spec.untrusted).toBe(true);
    expect(command({ ...base, argv: ["x"], untrusted: false }).spec.untrusted).toBe(false);
  });
});

describe("the model is told", () => {
  test.each([
    [["no-such-program-of-anybody"], "there is no program no-such-program-of-anybody"],
    [[node, program, "fail"], "ended with exit status 3. It said: no such thing: checkout"],
    [["/etc/passwd"], "/etc/passwd may not be run by this user, or is no program"],
    [["/etc"], "/etc is a folder, and no program"],
  ])("why %j failed", async (argv, words) => {
    expect(await run({ ...base, argv })).toMatchObject({ message: expect.stringContaining(words) });
  });

  test("that a folder is missing, not a program", async () => {
    const outcome = await run({ ...base, argv: [node], cwd: "/no/such/folder" });
    expect(outcome).toMatchObject({
      message: expect.stringContaining("folder /no/such/folder does not exist"),
    });
  });

  test("that what failed may have done a part of it, when it is no read", async () => {
    const outcome = await run({ ...base, effect: "idempotent", argv: [node, program, "fail"] });
    expect(outcome).toMatchObject({ message: expect.stringContaining("What it did until then stands") });
  });

  test("the result of an exit status that is declared to be none of failure", async () => {
    const outcome = await run({ ...base, argv: [node, program, "fail"], okExits: [0, 3] });
    const output = "what it said before\n[stderr]\nno such thing: checkout";
    expect(outcome).toEqual({ type: "finished", output, omitted: 0 });
  });

  test("that there is more than it gets", async () => {
    const outcome = await run({ ...base, argv: [node, program, "flood"], maxOutput: 1_000 });
    if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
    expect(outcome.output.length).toBeLessThan(1_300);
    expect(outcome.output).toContain("[956000 bytes at the end of its output were not kept; ask for less]");
    expect(outcome.output).toContain("characters are left out");
  });
});

test("a program that does not end in time is ended with all that it started", async () => {
  const trace = join(folder(), "pids");
  const outcome = await run({
    ...base,
    argv: [node, program, "for-ever", trace],
    timeoutMs: 3_000,
    graceMs: 100,
  });
  expect(outcome).toMatchObject({ message: expect.stringContaining("did not end within 3 s and was ended") });
  const pids: number[] = JSON.parse(readFileSync(trace, "utf8"));
  expect(pids).toHaveLength(2);
  await until(() => pids.every((pid) => !isThere(pid)));
});

test("a call that is interrupted ends its program", async () => {
  const trace = join(folder(), "pids");
  const stop = new AbortController();
  const tool = command({ ...base, argv: [node, program, "for-ever", trace], graceMs: 100 });
  const outcome = toolboxOf(tool).run("work", {}, contextOf("k", stop.signal));
  const text = await until(() => existsSync(trace) && readFileSync(trace, "utf8"));
  stop.abort();
  expect(await outcome).toMatchObject({ type: "failed", code: "interrupted" });
  const pids: number[] = JSON.parse(text);
  await until(() => pids.every((pid) => !isThere(pid)));
});

test("the approver sees the command, the look at what it would change, and what the pinned files hold", async () => {
  const cwd = folder();
  writeFileSync(join(cwd, "web.tfplan"), "a plan");
  const tool = command({
    ...base,
    input: z.object({ plan: z.string() }),
    argv: ["terraform", "apply", "{plan}.tfplan"],
    preview: [node, "-p", "'would change ' + process.argv[1]", "--", "{plan}"],
    pinned: ["{plan}.tfplan"],
    cwd,
  });
  const shown = await toolboxOf(tool).preview("work", { plan: "web" }, contextOf());
  expect(shown?.split("\n")).toEqual([
    "$ terraform apply web.tfplan",
    expect.stringMatching(/^web\.tfplan sha256:[0-9a-f]{64}$/),
    "would change web",
  ]);
  writeFileSync(join(cwd, "web.tfplan"), "another plan");
  expect(await toolboxOf(tool).preview("work", { plan: "web" }, contextOf())).not.toBe(shown);
});

test("what would change is not shown without its end", async () => {
  const tool = command({ ...base, argv: ["apply"], preview: [node, program, "flood"], maxOutput: 1_000 });
  await expect(toolboxOf(tool).preview("work", {}, contextOf())).rejects.toThrow("shown at most 64000");
});

test("a value that can't be an argument is told before anybody is asked", () => {
  const tool = command({ ...base, input: z.object({ name: z.string() }), argv: ["x", "{name}"] });
  const checked = toolboxOf(tool).check("work", JSON.stringify({ name: "--kubeconfig=/tmp/x" }));
  expect(checked.error).toMatchObject({
    code: "invalid_input",
    message: expect.stringContaining('input.name: "--kubeconfig=/tmp/x" begins with a dash'),
  });
  expect(toolboxOf(tool).check("work", '{"name":"a","more":1}').error?.message).toContain("more");
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

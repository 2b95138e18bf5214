/** The tools that come with the bot. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { restartService, serviceStatus } from "../../adapters/demo/tools.ts";
import type { CallContext } from "../../src/core/ports/toolbox.ts";
import { controlTools } from "../../src/tools/control-tools.ts";
import { currentTime } from "../../src/tools/current-time.ts";
import { mathTools } from "../../src/tools/math.ts";
import { createToolbox } from "../../src/tools/toolbox.ts";

function context(signal: AbortSignal = new AbortController().signal): CallContext {
  return { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal };
}

describe("the math tools", () => {
  const toolbox = createToolbox(mathTools, { redact: String });

  it.each([
    ["sum_numbers", { a: 17, b: 5 }, "22"],
    ["subtract_numbers", { a: 1, b: 3 }, "-2"],
    ["multiply_numbers", { a: 22, b: 3 }, "66"],
    ["divide_numbers", { a: 66, b: 4 }, "16.5"],
    ["power", { base: 2, exponent: -1 }, "0.5"],
    ["square_root", { number: 2.25 }, "1.5"],
  ])("%s%j is %s", async (tool, input, output) => {
    expect(toolbox.check(tool, JSON.stringify(input))).toEqual({ input });
    expect(await toolbox.run(tool, input, context())).toEqual({ type: "finished", output, omitted: 0 });
  });

  it.each([
    ["divide_numbers", { a: 1, b: 0 }, "zero"],
    ["square_root", { number: -1 }, "negative"],
    ["power", { base: -8, exponent: 0.5 }, "not a real number"],
    ["power", { base: 10, exponent: 999 }, "too large"],
    ["multiply_numbers", { a: 1e308, b: 10 }, "too large"],
  ])("%s%j is an error that says why", async (tool, input, message) => {
    expect(await toolbox.run(tool, input, context())).toMatchObject({
      type: "failed",
      message: expect.stringContaining(message),
    });
  });

  it("take numbers, not strings that look like them", () => {
    const { error } = toolbox.check("sum_numbers", '{"a":"1","b":"2"}');
    expect(error?.message).toContain("input.a: must be a number; found text");
    expect(error?.message).toContain("input.b");
  });
});

describe("the control tools", () => {
  const toolbox = createToolbox(controlTools, { redact: String });

  it("are checked like any other and carried out by nobody here", async () => {
    expect(Object.values(toolbox.specs).map((spec) => [spec.name, spec.control])).toEqual([
      ["ask_human", "ask"],
      ["final_answer", "finish"],
      ["hand_off", "hand_off"],
      ["sleep_until", "sleep"],
      ["wait_for_event", "wait_for_event"],
    ]);
    expect(toolbox.check("ask_human", '{"question":"Which?","choices":["a","b"],"context":null}').error).toBe(
      undefined,
    );
    expect(toolbox.check("ask_human", '{"question":"","choices":[],"context":null}').error?.message).toMatch(
      /input\.question.*input\.choices/,
    );
    expect(toolbox.check("sleep_until", '{"seconds":0}').error?.message).toContain("input.seconds");
    expect(await toolbox.run("final_answer", { answer: "x" }, context())).toMatchObject({ type: "failed" });
  });

  it("never need approval", () => {
    expect(Object.values(toolbox.specs).every((spec) => spec.approval === null)).toBe(true);
  });
});

describe("current_time", () => {
  it("is the time in UTC with its weekday, and needs no input", async () => {
    const toolbox = createToolbox([currentTime], { redact: String });
    const outcome = await toolbox.run("current_time", {}, context());
    expect(outcome).toMatchObject({
      output: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z \(\w+day, UTC\)$/),
    });
  });
});

describe("restart_service", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "belay-restart-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const input = { service: "payments", environment: "staging" };

  it("leaves one line with its key, which service_status reads back", async () => {
    const file = join(folder, "data", "restarts.log");
    const toolbox = createToolbox([restartService({ file, seconds: 0 }), serviceStatus({ file })], {
      redact: String,
    });
    const before = await toolbox.run("service_status", input, context());
    expect(before).toMatchObject({ output: "payments in staging is up; no restart is on record" });
    expect(await toolbox.run("restart_service", input, context())).toMatchObject({ type: "finished" });
    const line: unknown = JSON.parse(readFileSync(file, "utf8"));
    expect(line).toMatchObject({ key: "r1:c1", service: "payments", environment: "staging" });
    const after = await toolbox.run("service_status", input, context());
    expect(after).toMatchObject({
      output: expect.stringMatching(/^payments in staging is up; last restarted at 2/),
    });
  });

  it("happens once, with approval, and nobody but a person can settle a doubt about it", async () => {
    const tool = restartService({ file: join(folder, "x"), seconds: 60 });
    const toolbox = createToolbox([tool], { redact: String });
    expect(tool.spec).toMatchObject({ effect: "once", approval: { count: 1 } });
    expect(await toolbox.reconcile("restart_service", input, context())).toEqual({ type: "unknown" });
    const stop = new AbortController();
    const outcome = toolbox.run("restart_service", input, context(stop.signal));
    stop.abort();
    expect(await outcome).toMatchObject({ type: "in_doubt" });
  });

  it("refuses an environment that it does not know", () => {
    const toolbox = createToolbox([restartService({ file: "x" })], { redact: String });
    const { error } = toolbox.check("restart_service", '{"service":"payments","environment":"prod"}');
    expect(error?.message).toContain('must be one of "staging", "production"; found "prod"');
  });
});

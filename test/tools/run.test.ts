/** What comes out of a call: its output within its limits, or how it ended otherwise. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ToolEffect } from "../../src/core/agent.ts";
import type { CallContext } from "../../src/core/ports/toolbox.ts";
import { createRedactor } from "../../src/core/text/redact.ts";
import {
  OutcomeUnknown,
  type PlainTool,
  type ToolAttachment,
  WithAttachments,
} from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { createToolbox } from "../../src/tools/toolbox.ts";

const secret = "hunter2-hunter2";
const redact = createRedactor([secret]);

type Definition = PlainTool<{ text: string }>;

function box(definition: Partial<Definition>) {
  const input = z.object({ text: z.string() });
  return createToolbox(
    [defineTool({ name: "act", description: "Act.", effect: "read", input, run: () => "", ...definition })],
    { redact },
  );
}

function context(signal: AbortSignal = new AbortController().signal): CallContext {
  return { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal };
}

const run = (definition: Partial<Definition>, given: CallContext = context()) =>
  box(definition).run("act", { text: "x" }, given);

const hangs = () => new Promise<never>(() => {});

describe("output", () => {
  it.each([
    ["text", "as it is", "as it is"],
    ["an object", { a: [1, null] }, '{"a":[1,null]}'],
    ["a number", 4, "4"],
    ["nothing", undefined, "(no output)"],
    ["half a character", "a\ud800", "a\ufffd"],
  ])("%s is told as text", async (_what, result, output) => {
    expect(await run({ run: () => result })).toEqual({ type: "finished", output, omitted: 0 });
  });

  it("that can't be written as JSON is no failure: the call has happened", async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(await run({ effect: "once", run: () => circle })).toMatchObject({ type: "finished" });
  });

  it("that an undo can't read is no failure either: the call has happened, and no way back is offered", async () => {
    const undo = (_: unknown, output: string) => ({ tool: "act", input: JSON.parse(output) });
    expect(await run({ effect: "once", run: () => "done", undo })).toEqual({
      ...{ type: "finished", output: "done", omitted: 0 },
    });
    expect(await run({ effect: "once", run: () => ({ text: "y" }), undo })).toMatchObject({
      undo: { tool: "act", input: { text: "y" } },
    });
  });

  it("with a file that can't be kept is no failure either", async () => {
    const file: ToolAttachment = JSON.parse('{"name":"a.png","bytes":"none","alt":""}');
    const outcome = await run({ run: () => new WithAttachments("restarted", [file]) });
    expect(outcome).toEqual({
      type: "finished",
      output: "restarted\n[left out: a file that can't be kept: its name, type, bytes or words]",
      omitted: 0,
    });
  });

  it("is cut at the tool's limit, with a notice that says how much and what to do", async () => {
    const outcome = await run({ maxOutput: 100, run: () => "x".repeat(250) });
    expect(outcome).toEqual({
      type: "finished",
      output: `${"x".repeat(100)}\n[cut: 150 of 250 characters are left out; ask for less, or for a smaller part, to see them]`,
      omitted: 150,
    });
  });

  it("exactly at the limit is whole, and a cut never halves a character", async () => {
    expect(await run({ maxOutput: 10, run: () => "x".repeat(10) })).toMatchObject({ omitted: 0 });
    const outcome = await run({ maxOutput: 10, run: () => `${"x".repeat(9)}😀😀` });
    expect(outcome).toMatchObject({ output: expect.stringMatching(/^x{9}\n\[cut: 4 of 13/), omitted: 4 });
  });

  it("of 50 MB is cut at 64,000 characters", async () => {
    const outcome = await run({ run: () => "y".repeat(50_000_000) });
    expect(outcome).toMatchObject({ type: "finished", omitted: 49_936_000 });
    expect(outcome.type === "finished" && outcome.output.length).toBeLessThan(64_200);
  });

  it("holds no secret, also not the half of one at the cut", async () => {
    const outcome = await run({ maxOutput: 20, run: () => `0123456789 ${secret} end of it` });
    expect(outcome.type === "finished" && outcome.output).toMatch(/^0123456789 \[secret\] /);
    expect(JSON.stringify(outcome)).not.toContain("hunter");
  });
});

describe("an error", () => {
  it("is told without stack and secrets, in at most 500 characters", async () => {
    const outcome = await run({
      run: () => {
        throw new Error(
          `login with ${secret} failed\n    at connect (/srv/app/db.ts:7:1)\n${"z".repeat(2000)}`,
        );
      },
    });
    expect(outcome).toMatchObject({ type: "failed", code: "tool_error" });
    const message = outcome.type === "failed" ? outcome.message : "";
    expect(message).toMatch(/^login with \[secret\] failed\nz+…$/);
    expect(message.length).toBeLessThanOrEqual(500);
  });

  it("holds no half of a secret at its end", async () => {
    const outcome = await run({ run: () => Promise.reject(new Error(`${"z".repeat(492)} ${secret}`)) });
    expect(outcome).toMatchObject({ message: expect.stringMatching(/^z+ \[/) });
    expect(JSON.stringify(outcome)).not.toContain("hunt");
  });

  it.each([
    ["a string", "broken", "broken"],
    ["nothing", undefined, "undefined"],
    ["an empty error", new Error(""), "it failed without saying why"],
  ])("thrown as %s is told too", async (_what, thrown, message) => {
    const outcome = await run({ run: () => Promise.reject(thrown) });
    expect(outcome).toEqual({ type: "failed", code: "tool_error", message });
  });

  it("of a tool whose request may have arrived leaves the call in doubt", async () => {
    const lost = () => Promise.reject(new OutcomeUnknown("the reply was lost"));
    expect(await run({ effect: "once", run: lost })).toEqual({
      type: "in_doubt",
      reason: "the reply was lost",
    });
  });
});

describe("a call that does not come back in time", () => {
  it.each<[ToolEffect, object]>([
    ["read", { type: "failed", code: "timeout", message: "act did not come back within 0.02 s" }],
    ["idempotent", { type: "failed", code: "timeout" }],
    ["once", { type: "in_doubt", reason: expect.stringContaining("may have happened all the same") }],
  ])("of effect %s ends as it must", async (effect, expected) => {
    expect(await run({ effect, timeoutMs: 20, run: hangs })).toMatchObject(expected);
  });

  it("gets the signal, and its own error about it does not count", async () => {
    const outcome = await run({
      effect: "once",
      timeoutMs: 20,
      run: (_input, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    });
    expect(outcome.type).toBe("in_doubt");
  });
});

describe("a call that is interrupted", () => {
  it.each<[ToolEffect, object]>([
    ["read", { type: "failed", code: "interrupted" }],
    ["idempotent", { type: "failed", code: "interrupted" }],
    ["once", { type: "in_doubt" }],
  ])("of effect %s ends as it must", async (effect, expected) => {
    const stop = new AbortController();
    const outcome = run({ effect, run: hangs }, context(stop.signal));
    stop.abort();
    expect(await outcome).toMatchObject(expected);
  });

  it("before it began does not begin", async () => {
    let began = false;
    const outcome = await run(
      {
        run: () => {
          began = true;
        },
      },
      context(AbortSignal.abort()),
    );
    expect(outcome).toMatchObject({ type: "failed", code: "interrupted" });
    expect(began).toBe(false);
  });
});

describe("what runs is what was stored", () => {
  it("so an input that the schema would change now does not run", async () => {
    let ran = false;
    const definition: Partial<Definition> = {
      input: z.object({ text: z.string().trim() }),
      run: () => {
        ran = true;
      },
    };
    const outcome = await box(definition).run("act", { text: " rm " }, context());
    expect(outcome).toMatchObject({ type: "failed", code: "invalid_input" });
    expect(await box(definition).run("act", { text: 5 }, context())).toMatchObject({ type: "failed" });
    expect(await box(definition).run("gone", {}, context())).toMatchObject({ code: "unknown_tool" });
    expect(ran).toBe(false);
  });
});

describe("the progress of a job", () => {
  it("is brief, and holds no half of a secret at its end", async () => {
    const job = {
      handle: z.null(),
      begin: async () => null,
      poll: async () => ({ type: "running", progress: `${"z".repeat(112)} ${secret} and more` }) as const,
    };
    const input = z.object({});
    const tool = defineTool({ name: "act", description: "Act.", effect: "once", input, job });
    const state = await createToolbox([tool], { redact }).poll("act", {}, null, context());
    expect(state).toMatchObject({ progress: expect.stringMatching(/^z{112} \[s.*…$/) });
    expect(JSON.stringify(state).length).toBeLessThan(200);
  });
});

describe("reconcile and preview", () => {
  it("tell what the tool knows, without secrets", async () => {
    const tools = box({
      effect: "once",
      reconcile: async () => ({ type: "done", output: `it ran with ${secret}` }),
      preview: async () => `now: ${secret}`,
    });
    expect(await tools.reconcile("act", { text: "x" }, context())).toEqual({
      type: "finished",
      output: "it ran with [secret]",
      omitted: 0,
    });
    expect(await tools.preview("act", { text: "x" }, context())).toBe("now: [secret]");
    expect(tools.specs.act?.preview).toBe(true);
  });

  it("are whole or none: nobody approves what is not shown", async () => {
    const shown = (length: number) => box({ maxOutput: 10, preview: async () => "x".repeat(length) });
    expect(await shown(64_000).preview("act", { text: "x" }, context())).toHaveLength(64_000);
    await expect(shown(64_001).preview("act", { text: "x" }, context())).rejects.toThrow(
      "it is 64001 characters long, and people are shown at most 64000",
    );
  });

  it("of a tool without them: unknown, and nothing to show", async () => {
    expect(await box({}).reconcile("act", { text: "x" }, context())).toEqual({ type: "unknown" });
    expect(await box({}).preview("act", { text: "x" }, context())).toBeNull();
    expect(box({}).specs.act?.preview).toBe(false);
  });
});

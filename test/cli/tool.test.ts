/** One tool by hand: the same checks, limits and redaction, a yes for what must happen once, and jobs to their end. */
import { expect, test } from "vitest";
import { z } from "zod";
import { runByHand } from "../../src/cli/tool.ts";
import type { Polled, Tool, Verified } from "../../src/tools/contract.ts";
import { controlTools } from "../../src/tools/control-tools.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { startChild } from "../support/child.ts";

const base = { input: z.object({ what: z.string() }), maxOutput: 100 };
const look = defineTool({
  ...base,
  name: "look",
  description: "Look at it.\nMore about it.",
  effect: "read",
  run: ({ what }) => `saw ${what} with s3cr3t-value \u001b[2J`,
});

function restart(looks: Polled[], began: string[] = []): Tool {
  return defineTool({
    ...base,
    name: "restart",
    description: "Restart it.",
    effect: "once",
    preview: async ({ what }) => `${what} is at v1`,
    job: {
      handle: z.object({ id: z.string() }),
      begin: async ({ what }) => {
        began.push(what);
        return { id: what };
      },
      poll: async () => looks.shift() ?? { type: "done", result: "restarted" },
      cancel: async () => ({ stopped: true, words: "It was stopped." }),
      everyMs: 1,
    },
    verify: { check: async () => ({ verdict: "better", words: "no errors" }), everyMs: 1 },
    undo: ({ what }) => ({ tool: "restart", input: { what } }),
  });
}

async function byHand(
  args: string[],
  tools: Tool[],
  answer: string | null = null,
  signal = new AbortController().signal,
) {
  const printed: string[] = [];
  const asked: string[] = [];
  const config = {
    tools: [...controlTools, ...tools],
    secrets: ["s3cr3t-value"],
    warnings: ["tools.x: left out"],
    toolsOff: [{ names: ["am_silence"], reason: "set ALERTMANAGER_URL" }],
  };
  const code = await runByHand(config, {
    args,
    print: (line) => printed.push(line),
    ask: async (question) => {
      asked.push(question);
      return answer;
    },
    signal,
  });
  return { code, text: printed.join("\n"), asked };
}

test("a read runs at once; secrets and control characters of its output are not shown", async () => {
  const { code, text, asked } = await byHand(["look", '{"what":"it"}'], [look]);
  expect({ code, text, asked }).toEqual({ code: 0, text: "saw it with [secret] \\u{1b}[2J", asked: [] });
});

test.each([
  [[], "usage: npm run tool"],
  [["loook"], "There is no tool loook; did you mean look?"],
  [["deploy"], "There is no tool deploy.\nusage"],
  [["am_silence"], "There is no tool am_silence.\ntools: off: am_silence; set ALERTMANAGER_URL"],
  [["look", "{}", "more"], "usage: npm run tool"],
])("%j says what there is", async (args, words) => {
  const { code, text } = await byHand(args, [look]);
  expect(code).toBe(2);
  const leftOut = ["tools: off: am_silence; set ALERTMANAGER_URL", "tools.x: left out"];
  for (const line of [words, "look (read): Look at it.", ...leftOut]) expect(text).toContain(line);
  expect(text).not.toContain("ask_human");
});

test.each([
  ["{what:1}", "look takes what"],
  ["{what:1}", "Put the JSON into single quotes: npm run tool -- look '{…}'"],
  ['{"what":1}', "input.what"],
  ['{"what":"a","more":1}', "more"],
])("an input that does not fit is told with its form: %s", async (json, words) => {
  const { code, text } = await byHand(["look", json], [look]);
  expect(code).toBe(2);
  expect(text).toContain(words);
  expect(text).toContain('Its input: {"what":{"type":"string"}}');
});

test.each([["n"], [""], [null]])("what must happen once is shown, and does not run on %j", async (answer) => {
  const began: string[] = [];
  const { code, text, asked } = await byHand(["restart", '{"what":"web"}'], [restart([], began)], answer);
  expect(code).toBe(1);
  expect(asked).toEqual(["Run it, once? (y/N) "]);
  for (const words of ["web is at v1", "Nothing was run."]) expect(text).toContain(words);
  expect(began).toEqual([]);
});

test("what can't be shown does not run, and a secret in the reason is not shown", async () => {
  const began: string[] = [];
  const preview = () => Promise.reject(new Error("s3cr3t-value is not valid"));
  const { code, text } = await byHand(
    ["restart", '{"what":"web"}'],
    [{ ...restart([], began), preview }],
    "y",
  );
  expect({ code, began }).toEqual({ code: 1, began: [] });
  expect(text).toContain("What it would change can't be shown: [secret] is not valid");
});

test("a job is followed to its end, over what can't be looked at, and then it is told whether it helped", async () => {
  const running = (progress: string): Polled => ({ type: "running", progress });
  const tool = restart([running("1 of 2"), running("1 of 2"), running("2 of 2")]);
  const { code, text } = await byHand(["restart", '{"what":"web"}'], [tool], "y");
  expect(code).toBe(0);
  expect(text.split("\n").slice(-5)).toEqual([
    "… 1 of 2",
    "… 2 of 2",
    "restarted",
    "better: no errors",
    `To undo it: npm run tool -- restart '{"what":"web"}'`,
  ]);
});

test.each<[Polled, string]>([
  [{ type: "failed", message: "no quota" }, "tool_error: no quota"],
  [
    { type: "lost", reason: "the machine was started anew" },
    "It is not known whether it happened: the machine",
  ],
])("a job that ends as %j ends so here", async (polled, words) => {
  const { code, text } = await byHand(["restart", '{"what":"web"}'], [restart([polled])], "yes");
  expect(code).toBe(1);
  expect(text).toContain(words);
});

test("Ctrl-C stops the work, and says whether it did", async () => {
  const stop = new AbortController();
  const tool = restart([]);
  const stopping: Tool = {
    ...tool,
    poll: async () => {
      stop.abort();
      return { type: "running", progress: "1 of 2" };
    },
  };
  const { code, text } = await byHand(["restart", '{"what":"web"}'], [stopping], "y", stop.signal);
  expect(code).toBe(1);
  expect(text).toContain("It was stopped.");
});

test("Ctrl-C at the question is a no", async () => {
  const input = '{"service":"payments","environment":"staging"}';
  const child = startChild("src/cli/tool.ts", ["restart_service", input]);
  await child.says("(y/N)");
  child.process.kill("SIGINT");
  expect(await child.ended).toMatchObject({ code: 1, output: expect.stringContaining("Nothing was run.") });
});

test("what has not helped yet is looked at again, and it is said until when", async () => {
  const verdicts: Verified["verdict"][] = ["better", "not_yet", "not_yet"];
  const check = async () => ({ verdict: verdicts.pop() ?? "worse", words: "look" });
  const mend = defineTool({
    ...{ ...base, name: "mend", description: "Mend it.", effect: "idempotent", run: () => "mended" },
    verify: { check, everyMs: 1, withinMs: 60_000 },
  });
  const { code, text } = await byHand(["mend", '{"what":"it"}'], [mend], "y");
  expect(code).toBe(0);
  const again =
    /^not yet: look; it is looked at again until \d+ \w+ \d+, \d\d:\d\d UTC \(Ctrl-C ends that\)$/;
  expect(text.split("\n")).toEqual([
    ...["mended", expect.stringMatching(again), expect.stringMatching(again), "better: look"],
  ]);
});

test("--check shows all declared tools, runs none, and takes no name", async () => {
  const table = await startChild("src/cli/tool.ts", ["--check"]).ended;
  expect(table).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^restart_service +belay.config.ts +once /m),
  });
  const named = await startChild("src/cli/tool.ts", ["--check", "look"]).ended;
  expect(named.code).toBe(2);
});

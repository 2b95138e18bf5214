/** What the toolbox answers to what a model may write as arguments. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/tools/define-tool.ts";
import { createToolbox } from "../../src/tools/toolbox.ts";

const deploy = defineTool({
  name: "deploy",
  description: "Deploy.",
  effect: "read",
  input: z.object({
    service: z.string().trim().min(1),
    targets: z.array(z.object({ region: z.string(), count: z.int() })),
  }),
  run: () => "",
});
const anything = defineTool({
  name: "note",
  description: "Note.",
  effect: "read",
  input: z.object({ text: z.string() }),
  run: () => "",
});
const toolbox = createToolbox([deploy, anything], { redact: (text) => text });
const note = (value: unknown) => toolbox.check("note", JSON.stringify({ text: value }));

describe("arguments that fit", () => {
  it("come back canonical: keys in the schema's order, strings trimmed", () => {
    const args = '{"targets":[{"count":2,"region":"eu"}],"service":" api "}';
    const checked = toolbox.check("deploy", args);
    expect(checked.error).toBeUndefined();
    expect(JSON.stringify(checked.input)).toBe('{"service":"api","targets":[{"region":"eu","count":2}]}');
  });

  it("are checked the same when a person edited them", () => {
    const edited = toolbox.checkInput("deploy", { service: "api", targets: [{ region: "eu", count: "2" }] });
    expect(edited.error?.message).toContain("input.targets.0.count");
    expect(toolbox.checkInput("note", { text: "ok" })).toEqual({ input: { text: "ok" } });
  });
});

describe("arguments that do not fit", () => {
  it.each([
    ['{"service":"a",', "at byte 15"],
    ['{"service":', "at byte 11"],
    ["{'a':1}", "at byte 1"],
    ["not json", "not valid JSON"],
  ])("%j is no JSON: the model is told where, and what the tool takes", (args, where) => {
    const { error } = toolbox.check("deploy", args);
    expect(error?.code).toBe("invalid_json");
    expect(error?.message).toContain(where);
    expect(error?.message).toContain("deploy takes service, targets");
  });

  it.each<[string, string, string]>([
    ["{}", "input.service", "input.targets"],
    [
      '{"service":"a","targets":[{"region":"eu","count":1.5}]}',
      "input.targets.0.count",
      "must be a whole number",
    ],
    [
      '{"service":"a","targets":[{"region":7,"count":1}]}',
      "input.targets.0.region",
      "must be text; found the number 7",
    ],
    ['{"service":"a","targets":[],"force":true}', "input.force", "is not known"],
    [
      '{"service":"a","targets":[{"region":"eu","count":1,"dry":true}]}',
      "input.targets.0.dry",
      "is not known",
    ],
    ["[]", "input", "must be an object; found a list"],
    ["null", "input.service", "input.targets"],
    ["", "input.service", "input.targets"],
    ['"1"', "input", "must be an object; found text"],
  ])("%s is told with its path and what was expected", (args, path, expected) => {
    const { error } = toolbox.check("deploy", args);
    expect(error?.code).toBe("invalid_input");
    expect(error?.message).toContain(path);
    expect(error?.message).toContain(expected);
  });

  it("are told of briefly, however many there are", () => {
    const targets = Array.from({ length: 500 }, () => ({}));
    const { error } = toolbox.check("deploy", JSON.stringify({ service: "a", targets }));
    expect(error?.message).toContain("more");
    expect(error?.message.length).toBeLessThan(2000);
  });

  it.each<[string, (text: string) => unknown, string]>([
    ["throws", (text) => new URL(text).host === "shop.example", "Invalid URL"],
    ["takes its time", async () => true, "parseAsync"],
  ])("by a check of the author's own that %s are told as such", (_, check, words) => {
    const input = z.object({ url: z.string().refine(check) });
    const open = defineTool({ name: "open", description: "Open.", effect: "read", input, run: () => "" });
    const { error } = createToolbox([open], { redact: String }).check("open", '{"url":"x"}');
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining(words) });
  });

  it("for a tool that does not exist list the tools that do", () => {
    const { error } = toolbox.check("destroy\u{d800}", "{}");
    expect(error).toEqual({
      code: "unknown_tool",
      message: 'There is no tool "destroy\ufffd". The tools: deploy, note.',
    });
  });

  it.each(["__proto__", "constructor", "toString"])("for a tool named %s do not find one", (name) => {
    expect(toolbox.check(name, "{}").error?.code).toBe("unknown_tool");
  });
});

describe("arguments that would do harm", () => {
  it.each(["__proto__", "constructor", "prototype"])("with the key %s are refused", (key) => {
    const { error, input } = toolbox.check("note", `{"text":"a","x":{"${key}":{"admin":true}}}`);
    expect(error?.message).toContain(`input.x.${key}: the key ${key} is forbidden`);
    expect(typeof input).toBe("string");
  });

  it("with half a character are refused with their path", () => {
    const { error } = toolbox.check("note", '{"text":"a\\ud800"}');
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining("input.text") });
  });

  it("nested 100,000 deep, of a megabyte, or of 50,000 values are refused without a crash", () => {
    const deep = `{"text":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(toolbox.check("note", deep).error?.code).toBe("input_too_large");
    expect(note(Array.from({ length: 40 }).reduce<unknown>((inner) => [inner], 1)).error?.message).toContain(
      "deeper than 32",
    );
    expect(note("x".repeat(1_000_000)).error?.code).toBe("input_too_large");
    expect(note(Array.from({ length: 50_000 }, () => 1)).error?.message).toContain("more than 20000 values");
  });
});

describe("a toolbox", () => {
  it("refuses two tools of one name", () => {
    expect(() => createToolbox([deploy, deploy], { redact: String })).toThrow("two tools are named deploy");
  });

  it("keys a call by run and call unless the tool has a key of its own", () => {
    const keyed = defineTool({
      name: "pay",
      description: "Pay.",
      effect: "idempotent",
      input: z.object({ invoice: z.string() }),
      idempotencyKey: ({ invoice }, callId) => `${invoice}/${callId}`,
      run: () => "",
    });
    const box = createToolbox([keyed, anything], { redact: String });
    expect(box.key("pay", { invoice: "7" }, { runId: "r1", callId: "c1" })).toBe("7/c1");
    expect(box.key("note", { text: "" }, { runId: "r1", callId: "c1" })).toBe("r1:c1");
  });
});

/** Inputs that their schema converts are stored as they were written, and converted once: for the tool when it runs. */
import { expect, it } from "vitest";
import { z } from "zod";
import { command } from "../../adapters/command/tools.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { createToolbox } from "../../src/tools/toolbox.ts";

const context = { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal: new AbortController().signal };
const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

function box(input: z.ZodObject) {
  const given: unknown[] = [];
  const say = (value: unknown) => void given.push(value);
  const tool = defineTool<unknown>({
    ...{ name: "act", description: "Act.", effect: "read", input, run: say },
    preview: async (value) => String(say(value)),
    idempotencyKey: (value) => String(say(value)),
  });
  return { toolbox: createToolbox([tool], { redact: String }), given };
}

it.each<[string, z.ZodObject, Record<string, unknown>, Record<string, unknown>]>([
  [
    "a codec",
    z.object({ a: isoDate }),
    { a: "2026-11-28T00:00:00Z" },
    { a: new Date(Date.UTC(2026, 10, 28)) },
  ],
  ["a stringbool", z.object({ a: z.stringbool() }), { a: "yes" }, { a: true }],
  ["a transform to another type", z.object({ a: z.string().transform(Number) }), { a: "7" }, { a: 7 }],
  [
    "a transform within a list",
    z.object({ a: z.array(z.string().transform(BigInt)) }),
    { a: ["7"] },
    { a: [7n] },
  ],
  [
    "a transform that adds each time",
    z.object({ a: z.string().transform((text) => `${text}!`) }),
    { a: "x" },
    { a: "x!" },
  ],
  [
    "a preprocess",
    z.object({ a: z.preprocess(Number, z.number()), b: z.stringbool() }),
    { a: "7", b: "no" },
    { a: 7, b: false },
  ],
])("%s runs as it was written, and the tool gets what becomes of it", async (_, schema, written, got) => {
  const { toolbox, given } = box(schema);
  const { input, error } = toolbox.check("act", JSON.stringify(written));
  expect({ input, error }).toEqual({ input: written, error: undefined });
  const stored = JSON.parse(JSON.stringify(input));
  expect(await toolbox.run("act", stored, context)).toMatchObject({ type: "finished" });
  await toolbox.preview("act", stored, context);
  toolbox.key("act", stored, context);
  expect(given).toEqual([got, got, got]);
  expect(toolbox.checkInput("act", stored)).toEqual({ input: written });
});

it("what a schema only tidies is stored tidied, as it is shown", () => {
  const { toolbox } = box(z.object({ a: z.string().trim(), b: z.coerce.number() }));
  expect(toolbox.check("act", '{"b":"7","a":" x "}').input).toEqual({ a: "x", b: 7 });
});

it("keys that a converted input would let fall are refused", () => {
  const { toolbox } = box(z.object({ list: z.array(z.object({ a: z.stringbool() })) }));
  expect(toolbox.check("act", '{"list":[{"a":"yes","b":1}]}').error?.message).toContain(
    "input.list.0.b: is not known; leave it out",
  );
});

it("a call that an upgrade would run otherwise than it was shown does not run", async () => {
  const { toolbox, given } = box(z.object({ a: z.string().trim() }));
  expect(await toolbox.run("act", { a: " x " }, context)).toMatchObject({ type: "failed", unrun: true });
  expect(given).toEqual([]);
});

it("a declared command takes what becomes of its input", async () => {
  const say = command({
    ...{ name: "say", description: "Say.", effect: "read", argv: ["echo", "{loud}"] },
    input: z.object({ loud: z.stringbool() }),
  });
  const toolbox = createToolbox([say], { redact: String });
  const { input, error } = toolbox.check("say", '{"loud":"on"}');
  expect(error).toBeUndefined();
  expect(await toolbox.run("say", input, context)).toMatchObject({ output: "true" });
});

/** What a tool must declare, and what its definition refuses. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/tools/define-tool.ts";

const plain = { name: "look", description: "Look.", effect: "read", run: () => "" } as const;
const define = (input: z.ZodObject) => defineTool({ ...plain, input });

describe("the schema told to the model", () => {
  it("lists every key as required and allows no others, at every depth", () => {
    const { schema } = define(
      z.object({
        service: z.string().describe("Its name."),
        limit: z.int().min(1).max(9).nullable(),
        filters: z.array(z.object({ key: z.enum(["a", "b"]) })).nullable(),
      }),
    ).spec;
    expect(schema).toEqual({
      type: "object",
      properties: {
        service: { type: "string", description: "Its name." },
        limit: {
          anyOf: [{ type: "integer", minimum: 1, maximum: 9 }, { type: "null" }],
        },
        filters: {
          anyOf: [
            {
              type: "array",
              items: {
                type: "object",
                properties: { key: { type: "string", enum: ["a", "b"] } },
                required: ["key"],
                additionalProperties: false,
              },
            },
            { type: "null" },
          ],
        },
      },
      required: ["service", "limit", "filters"],
      additionalProperties: false,
    });
  });

  it("of a tool without input is an empty strict object", () => {
    expect(define(z.object({})).spec.schema).toEqual({
      type: "object",
      properties: {},
      required: [],
      additionalProperties: false,
    });
  });

  it("turns a discriminated union into anyOf, since providers know no oneOf", () => {
    const either = z.discriminatedUnion("by", [
      z.object({ by: z.literal("id"), id: z.string() }),
      z.object({ by: z.literal("name"), name: z.string() }),
    ]);
    const text = JSON.stringify(define(z.object({ either })).spec.schema);
    expect(text).toContain('"anyOf"');
    expect(text).not.toContain('"oneOf"');
  });

  it("of a codec and of a transform is what the model writes, and not what the tool gets", () => {
    const { schema } = define(
      z.object({
        dry: z.stringbool(),
        count: z.string().regex(/^\d+$/).transform(Number),
        size: z.coerce.number(),
      }),
    ).spec;
    expect(schema.properties).toMatchObject({
      dry: { type: "string" },
      count: { type: "string", pattern: "^\\d+$" },
      size: { type: "number" },
    });
  });

  it.each([
    ["an optional key", z.object({ a: z.string().optional() }), "tool look: input.a is .optional()"],
    [
      "an optional key deep inside",
      z.object({ list: z.array(z.object({ b: z.string().optional() })) }),
      "tool look: input.list[].b is .optional()",
    ],
    ["a default", z.object({ a: z.string().default("x") }), "tool look: input.a has .default()"],
    ["a record", z.object({ a: z.record(z.string(), z.string()) }), "tool look: input.a allows any keys"],
    ["a loose object", z.looseObject({ a: z.string() }), "tool look: input allows any keys"],
    ["a date", z.object({ when: z.date() }), "tool look: input.when has no type that JSON knows"],
    ["anything", z.object({ a: z.object({ b: z.any() }) }), "tool look: input.a.b has no type"],
    [
      "a transform of an object, whose result tells no more what was dropped",
      z.object({ a: z.object({ b: z.string() }).transform(({ b }) => b) }),
      "tool look: input.a has no type",
    ],
    [
      "a codec of a list within a union",
      z.object({
        a: z
          .array(z.string())
          .transform((all) => new Set(all))
          .nullable(),
      }),
      "tool look: input.a has no type that JSON knows (z.any, z.date, a transform of an object or a list)",
    ],
    ["a tuple", z.object({ pair: z.tuple([z.string(), z.number()]) }), "tool look: input.pair is a tuple"],
    [
      "a bad member of a union",
      z.object({ a: z.union([z.string(), z.date()]) }),
      "tool look: input.a has no",
    ],
  ])("refuses %s and names the key", (_what, input, message) => {
    expect(() => define(input)).toThrow(message);
  });
});

describe("a definition", () => {
  const input = z.object({});
  const run = () => "";

  it.each(["", "Restart", "1st", "a-b", "a b", "a".repeat(64)])("refuses the name %j", (name) => {
    expect(() => defineTool({ ...plain, name, input })).toThrow(
      "name: is lower-case letters, digits and _, at most 63, a letter first",
    );
  });

  it("without an effect counts as once and needs approval", () => {
    const { spec } = defineTool({ name: "mystery", description: "?", input, run });
    expect(spec).toMatchObject({ effect: "once", approval: { by: [], count: 1, ownRequest: true } });
  });

  it("of effect once needs approval unless that is waived in so many words", () => {
    const once = { name: "act", description: "Act.", effect: "once", input, run } as const;
    expect(defineTool(once).spec.approval).not.toBeNull();
    expect(defineTool({ ...once, requiresApproval: false }).spec.approval).toBeNull();
    expect(() =>
      defineTool({ name: "act", description: "Act.", input, run, requiresApproval: false }),
    ).toThrow('say effect: "once"');
  });

  it("of a read needs none unless it asks for one", () => {
    expect(defineTool({ ...plain, input }).spec.approval).toBeNull();
    expect(defineTool({ ...plain, input, requiresApproval: true }).spec.approval).not.toBeNull();
  });

  it.each([
    [0, "more than 0; found the number 0"],
    [-1, "more than 0; found the number -1"],
    [Number.NaN, "a number; found no number"],
    [Number.POSITIVE_INFINITY, "a number; found an infinite one"],
    [2 ** 31, "at most 2073600000; found the number 2147483648"],
  ])("refuses to end after %s ms", (timeoutMs, words) => {
    expect(() => defineTool({ ...plain, input, timeoutMs })).toThrow(
      `tool look: timeoutMs: must be ${words}`,
    );
  });

  it("may say who approves and how many", () => {
    const rule = { by: ["slack:T1/U1"], count: 2, ownRequest: false };
    expect(defineTool({ ...plain, input, requiresApproval: rule }).spec.approval).toEqual(rule);
    expect(defineTool({ ...plain, input, requiresApproval: { count: 2 } }).spec.approval).toEqual({
      by: [],
      count: 2,
      ownRequest: true,
    });
  });
});

/** What does not fit a schema is said as people say it: which field, what belongs there, what was found. */
import { expect, test } from "vitest";
import { z } from "zod";
import { checkedBy, lineOf } from "../../src/core/misfits.ts";

function linesOf(schema: z.ZodType, value: unknown): string[] {
  const read = checkedBy(schema, value);
  return "misfits" in read ? read.misfits.map((misfit) => lineOf(misfit, "the whole")) : [];
}

const place = z.string();
const list = z.array(z.string());
const condition = z.union([
  z.strictObject({ place, in: list }),
  z.strictObject({ place, notIn: list }),
  z.strictObject({ place, startsWith: list }),
]);
const steps = z.strictObject({ steps: z.int().min(1).max(10), name: z.string().optional() });

test.each<[string, z.ZodType, unknown, string[]]>([
  ["what is left out", z.object({ id: z.string() }), {}, ["id: is missing; give text"]],
  ["another kind", z.object({ id: z.string() }), { id: 7 }, ["id: must be text; found the number 7"]],
  ["null", z.object({ id: z.string() }), { id: null }, ["id: must be text; found null"]],
  ["text, of which nothing is shown", z.number(), "s3cret", ["the whole: must be a number; found text"]],
  ["no number in a query", z.coerce.number(), "x", ["the whole: must be a number; found no number"]],
  ["no object", steps, [], ["the whole: must be an object; found a list"]],
  ["half of a number", steps, { steps: 1.5 }, ["steps: must be a whole number; found the number 1.5"]],
  ["too few", steps, { steps: 0 }, ["steps: must be at least 1; found the number 0"]],
  ["too many", steps, { steps: 11 }, ["steps: must be at most 10; found the number 11"]],
  ["zero", z.number().positive(), 0, ["the whole: must be more than 0; found the number 0"]],
  ["an odd one", z.number().multipleOf(2), 3, ["the whole: must be a multiple of 2; found the number 3"]],
  ["an empty text", z.string().min(1), "", ["the whole: must not be empty"]],
  ["a short text", z.string().min(16), "abc", ["the whole: must have at least 16 characters; found 3"]],
  ["a long list", z.array(z.any()).max(1), [1, 2], ["the whole: must have at most 1 element; found 2"]],
  ["a pair", z.string().length(2), "abc", ["the whole: must have exactly 2 characters; found 3"]],
  [
    "a word of few",
    z.object({ at: z.enum(["staging", "production"]) }),
    { at: "moon\u202e" },
    ['at: must be one of "staging", "production"; found "moon\\u{202e}"'],
  ],
  ["a word of one", z.literal("2.0"), undefined, ['the whole: is missing; give "2.0"']],
  ["a form", z.url(), "x", ["the whole: must be a URL; found text"]],
  [
    "a beginning",
    z.string().startsWith("/"),
    "x",
    ['the whole: must be text that begins with "/"; found text'],
  ],
  ["a pattern", z.string().regex(/^a+$/), "b", ["the whole: must be text of the form /^a+$/; found text"]],
  [
    "keys that nothing reads, each by itself",
    steps,
    { steps: 1, step: 1, nmae: "x" },
    [
      "step: is not known (did you mean steps?); known are steps, name",
      "nmae: is not known (did you mean name?); known are steps, name",
    ],
  ],
  [
    "one of several kinds",
    z.union([z.string(), z.array(z.string())]),
    7,
    ["the whole: must be text or a list; found the number 7"],
  ],
  [
    "in the form that was meant",
    z.union([z.string(), z.object({ id: z.string() })]),
    { id: 7 },
    ["id: must be text; found the number 7"],
  ],
  [
    "a word or a list",
    z.union([z.literal("*"), list]),
    "s3cret",
    ['the whole: must be "*" or a list; found text'],
  ],
  [
    "of several forms the nearest, and what is wrong with it",
    condition,
    { place: "x", in: "s3cret" },
    ["in: must be a list; found text (read as { place, in }, the nearest of 3 forms)"],
  ],
  [
    "a misspelt key of one of several forms",
    condition,
    { place: "x", notin: ["a"] },
    [
      "notIn: is missing; give a list (read as { place, notIn }, the nearest of 3 forms)",
      "notin: is not known (did you mean notIn?); known are place, notIn",
    ],
  ],
  [
    "what is like none of several forms",
    condition,
    { place: "x", equals: "s3cret" },
    ["the whole: fits none of the forms { place, in }, { place, notIn }, { place, startsWith }"],
  ],
  [
    "a form that a word names, however much of it is missing",
    z.union([
      z.strictObject({ kind: z.literal("page"), url: z.string() }),
      z.strictObject({ kind: z.literal("form"), text: z.string(), fields: list, limit: z.number() }),
    ]),
    { kind: "form", text: "x" },
    [
      "fields: is missing; give a list (read as { kind, text, fields, limit }, the nearest of 2 forms)",
      "limit: is missing; give a number",
    ],
  ],
  [
    "true, false or an object with a misspelt key",
    z.union([z.boolean(), steps]),
    { step: 1 },
    ["steps: is missing; give a number", "step: is not known (did you mean steps?); known are steps, name"],
  ],
  [
    "a form that is chosen by a field",
    z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") }), z.object({ kind: z.literal("b") })]),
    { kind: "c" },
    ['kind: must be one of "a", "b"; found "c"'],
  ],
  [
    "a key",
    z.record(z.string().min(2), z.any()),
    { a: 1 },
    ["a: has a key that does not fit: it must have at least 2 characters; found 1"],
  ],
  ["words of the schema's own", z.string({ error: "is five words" }), 1, ["the whole: is five words"]],
  [
    "a check without words",
    z.string().refine(() => false),
    "a",
    ["the whole: is not what belongs here; found text"],
  ],
])("%s", (_, schema, value, lines) => {
  expect(linesOf(schema, value)).toEqual(lines);
});

test("what fits comes as the schema makes it", () => {
  expect(checkedBy(z.object({ limit: z.coerce.number().default(5) }), {})).toEqual({ data: { limit: 5 } });
});

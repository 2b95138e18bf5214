/** Values of a tool's options are given back sign for sign, whatever they look like. */
import { expect, test } from "vitest";
import { answerTo } from "../../src/core/admit/answer.ts";
import { fillIn, forTool } from "../../src/core/fill-in.ts";
import type { Form, FormField } from "../../src/core/form.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { formAnswer } from "../../src/core/text/form-answer.ts";
import { askForTool } from "../../src/core/tool-question.ts";
import { policyWith } from "../support/core/policy.ts";

const odd = ["{", '{"a": 1}', "name: x", "where: here", " padded ", "a,b", "1", "TRUE"];

function choice(kind: "one" | "many"): Form {
  const field: FormField = { name: "where", label: "Where", about: null, kind, required: true, options: [] };
  return {
    fields: [{ ...field, options: odd.map((value, index) => ({ value, label: `Option ${index}` })) }],
  };
}

test.each(odd)("a press of a button whose value is %j is that value", (value) => {
  const form = choice("one");
  const asking = { state: { ...initial, runId: "r" }, policy: policyWith() };
  const question = askForTool("c1", { text: "Where?", context: "A tool asks.", form }, asking);
  const label = `Option ${odd.indexOf(value)}`;
  // As a button, or by its label: what is recorded is the option's value.
  for (const words of [value, label]) expect(answerTo(question, words)).toBe(value);
  expect(formAnswer(forTool(form, value))).toEqual({ action: "accept", content: { where: value } });
});

test("so is each of several that a form sends as JSON", () => {
  const words = JSON.stringify({ where: odd });
  expect(fillIn(choice("many"), words)).toEqual({ ok: true, values: { where: odd } });
});

test("written words mean the option that has this label, though another has it as its value", () => {
  const options = [
    { value: "eu", label: "us" },
    { value: "us", label: "eu" },
  ];
  const field = (name: string, kind: "one" | "many"): FormField => {
    return { ...{ name, label: name, about: null, kind, required: true }, options };
  };
  const form = { fields: [field("first", "one"), field("others", "many")] };
  expect(fillIn(form, "first: us\nothers: EU, us")).toEqual({
    ok: true,
    values: { first: "eu", others: ["us", "eu"] },
  });
  expect(fillIn(form, '{"first":"us","others":["us"]}')).toEqual({
    ok: true,
    values: { first: "us", others: ["us"] },
  });
  expect(fillIn(form, "first: us\nothers: ")).toMatchObject({ ok: false, field: "others" });
});

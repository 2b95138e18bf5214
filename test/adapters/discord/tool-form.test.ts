/** The form of a tool as a modal of Discord: what is typed comes back, field by field. */
import { expect, test } from "vitest";
import { filledIn, formInputs } from "../../../adapters/discord/draw/form.ts";
import { answerModal } from "../../../adapters/discord/draw/modals.ts";
import { fillIn } from "../../../src/core/fill-in.ts";
import { crossedForm, toolForm, toolQuestion } from "../../support/tool-form.ts";

test("each field has its input, and says what may stand there", () => {
  const answer = answerModal(toolQuestion);
  if (!("modal" in answer)) throw new Error(answer.instead);
  expect(answer.modal.components).toHaveLength(4);
  expect(answer.modal.components[1]).toMatchObject({
    label: "replicas",
    description: "a whole number; at least 1, at most 5; may be empty",
    component: { custom_id: "field:replicas", required: false },
  });
});

test("what is typed in a form is the answer", () => {
  const words = filledIn({
    "field:region": "Europe",
    "field:replicas": "2",
    "field:hosts": "a, b",
    "field:drain": "",
  });
  expect(fillIn(toolForm, words?.text ?? "", words?.typed)).toEqual({
    ok: true,
    values: { region: "eu", replicas: 2, hosts: ["a", "b"] },
  });
  expect(filledIn({ text: "yes" })).toBeNull();
});

test("what is typed means what was shown, also where a label is the value of another option", () => {
  const [shown] = formInputs(crossedForm);
  expect(shown).toMatchObject({ value: "us" });
  const words = filledIn({ "field:region": shown?.value ?? "", "field:others": "EU, us" });
  expect(fillIn(crossedForm, words?.text ?? "", words?.typed)).toEqual({
    ok: true,
    values: { region: "eu", others: ["us", "eu"] },
  });
});

test("a form of more than five fields is answered in words", () => {
  const [field] = toolForm.fields;
  if (field === undefined) throw new Error("no field");
  const fields = Array.from({ length: 6 }, (_, index) => ({ ...field, name: `f${index}` }));
  expect(answerModal({ ...toolQuestion, form: { fields } })).toMatchObject({
    instead: expect.stringContaining("one line for each field"),
  });
});

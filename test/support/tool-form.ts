/** A question of a tool with a form in which each kind of field stands. */
import type { Form } from "../../src/core/form.ts";
import type { Question } from "../../src/core/question.ts";

const plain = { about: null, required: false, options: [] };
const hosts = ["a", "b", "c"].map((value) => ({ value, label: value }));

export const toolForm: Form = {
  fields: [
    {
      ...{ name: "region", label: "Region", about: "Where it runs.", kind: "one", required: true },
      options: [
        { value: "eu", label: "Europe" },
        { value: "us", label: "America" },
      ],
    },
    { ...plain, name: "replicas", label: "replicas", kind: "integer", min: 1, max: 5 },
    { ...plain, name: "hosts", label: "hosts", kind: "many", options: hosts },
    { ...plain, name: "drain", label: "drain", kind: "boolean" },
  ],
};

const crossed = [
  { value: "eu", label: "us" },
  { value: "us", label: "eu" },
];

/** The label of one option is the value of another. */
export const crossedForm: Form = {
  fields: [
    { ...plain, name: "region", label: "region", kind: "one", options: crossed, initial: "eu" },
    { ...plain, name: "others", label: "others", kind: "many", options: crossed },
  ],
};

export const toolQuestion: Question = {
  ...{ id: "q1", kind: "ask", callId: "c1", text: "Where?", context: "The MCP server odd asks this." },
  choices: [
    { value: "decline", label: "Decline" },
    { value: "cancel", label: "Dismiss" },
  ],
  ...{ freeText: true, audience: ["*"], call: null, need: 1, form: toolForm },
};

/** A question of a run as the form that a client shows to its person: flat, in the words of the protocol's schema. */
import type { ElicitRequestFormParams } from "@modelcontextprotocol/server";
import type { FormField } from "../../core/form.ts";
import type { WireQuestion } from "../wire/questions.ts";

type Property = ElicitRequestFormParams["requestedSchema"]["properties"][string];

export function asked({ text, context, ...question }: WireQuestion): ElicitRequestFormParams {
  const message = [text, context].filter((part) => part !== null && part !== "").join("\n");
  const fields = question.form?.fields;
  const properties = fields
    ? Object.fromEntries(fields.map((field) => [field.name, propertyOf(field)]))
    : { answer: answerOf(question) };
  const required = fields ? fields.filter((field) => field.required).map(({ name }) => name) : ["answer"];
  return { mode: "form", message, requestedSchema: { type: "object", properties, required } };
}

/** One of the choices, or words of one's own where it takes them. */
function answerOf({ choices, free_text }: Pick<WireQuestion, "choices" | "free_text">): Property {
  const title = "Answer";
  if (choices.length === 0) return { type: "string", title };
  if (!free_text) return { type: "string", title, oneOf: choices.map(titled) };
  const words = choices.map(({ value }) => value).join(", ");
  return { type: "string", title, description: `One of: ${words}; or your own words.` };
}

function titled({ value, label }: { value: string; label: string }) {
  return { const: value, title: label };
}

function propertyOf({ label: title, about, kind, options, min, max, format }: FormField): Property {
  const shared = { title, ...(about === null ? {} : { description: about }) };
  switch (kind) {
    case "boolean":
      return { type: "boolean", ...shared };
    case "number":
    case "integer": {
      const bounds = {
        ...(min === undefined ? {} : { minimum: min }),
        ...(max === undefined ? {} : { maximum: max }),
      };
      return { type: kind, ...shared, ...bounds };
    }
    case "one":
      return { type: "string", ...shared, oneOf: options.map(titled) };
    case "many": {
      const bounds = {
        ...(min === undefined ? {} : { minItems: min }),
        ...(max === undefined ? {} : { maxItems: max }),
      };
      return { type: "array", ...shared, items: { anyOf: options.map(titled) }, ...bounds };
    }
    case "text": {
      const bounds = {
        ...(min === undefined ? {} : { minLength: min }),
        ...(max === undefined ? {} : { maxLength: max }),
      };
      return { type: "string", ...shared, ...bounds, ...(format === undefined ? {} : { format }) };
    }
  }
}

/** The form of a tool as inputs of a modal, and what was filled in as JSON. */
import type { types } from "@slack/bolt";
import type { Form, FormField } from "../../../src/core/form.ts";
import { cut } from "../../../src/core/text/brief.ts";
import { fieldInWords } from "../../../src/core/text/form-field.ts";
import { initialInWords } from "../../../src/core/text/options.ts";
import { at, textAt } from "../payload.ts";
import { harmless } from "./escape.ts";

type ViewBlock = types.View["blocks"][number];

const prefix = "field:";
/** Slack's limits: of one input, of an option's text and of its value. */
const longest = { input: 3_000, label: 75, value: 150, hint: 2_000 };

/** The block of the input for this field. */
export function fieldInput(name: string): string {
  return `${prefix}${name}`;
}

export function formBlocks({ fields }: Form): ViewBlock[] {
  return fields.map((field) => ({
    type: "input",
    block_id: fieldInput(field.name),
    optional: !field.required,
    label: { type: "plain_text", text: cut(harmless(field.label), 200), emoji: false },
    hint: { type: "plain_text", text: cut(harmless(fieldInWords(field)), longest.hint), emoji: false },
    element: elementOf(field),
  }));
}

function elementOf(field: FormField): Extract<ViewBlock, { type: "input" }>["element"] {
  const { kind, initial } = field;
  const choices = optionsOf(field);
  if (choices.length === 0) {
    return {
      type: "plain_text_input",
      action_id: "text",
      multiline: kind === "text" && field.format === undefined && (field.max ?? 200) > 100,
      max_length: longest.input,
      ...(initial === undefined || initial === ""
        ? {}
        : { initial_value: cut(initialInWords(field), longest.input) }),
    };
  }
  const options = choices.map(({ value, label }) => ({
    text: { type: "plain_text" as const, text: cut(harmless(label), longest.label) || "–", emoji: false },
    value,
  }));
  if (kind === "many") return { type: "multi_static_select", action_id: "many", options };
  const chosen = options.find(({ value }) => value === initial);
  return {
    ...{ type: "static_select", action_id: "one", options },
    ...(chosen === undefined ? {} : { initial_option: chosen }),
  };
}

/** None: it is typed. */
function optionsOf({ kind, options }: FormField): FormField["options"] {
  if (kind === "boolean") {
    return [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ];
  }
  return options.every(({ value }) => value.length > 0 && value.length <= longest.value) ? options : [];
}

/**
 * What was filled in as JSON, and the fields that were typed in. `values` is `view.state.values`; null: the modal had no
 * form of a tool.
 */
export function filledIn(values: unknown): { text: string; typed: readonly string[] } | null {
  const entries = Object.entries(values ?? {}).filter(([block]) => block.startsWith(prefix));
  if (entries.length === 0) return null;
  const read = entries.map(([block, states]) => ({
    name: block.slice(prefix.length),
    state: Object.values(states ?? {})[0] as unknown,
  }));
  const chosen = read.map(({ name, state }): [string, unknown] => [name, valueIn(state)]);
  const typed = read.filter(({ state }) => textAt(state, "value") !== null).map(({ name }) => name);
  return { text: JSON.stringify(Object.fromEntries(chosen)), typed };
}

function valueIn(state: unknown): unknown {
  const many = at(state, "selected_options");
  if (Array.isArray(many)) return many.map((option) => textAt(option, "value"));
  return textAt(state, "value") ?? textAt(state, "selected_option", "value");
}

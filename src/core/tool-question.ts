/** The question that a tool puts to people in the middle of its call. */
import { type Asking, plain } from "./ask.ts";
import type { Form, FormField } from "./form.ts";
import type { Question } from "./question.ts";
import { isWithoutValues } from "./text/form-answer.ts";

/** What a tool asks of people in the middle of its call: a form, or a page that they must open themselves. */
export interface ToolQuestion {
  /** Strangers' words, as all that the tool says. */
  text: string;
  /** Who asks, in our words. */
  context: string;
  form?: Form;
  link?: { url: string; host: string };
}

/** Asked by a tool in the middle of its call, in strangers' words. */
export function isAskedByTool({ form, link }: Pick<Question, "form" | "link">): boolean {
  return form !== undefined || link !== undefined;
}

const noAnswer = [
  { value: "decline", label: "Decline" },
  { value: "cancel", label: "Dismiss" },
];
/** More than that are chosen in the form. */
const mostButtons = 8;

/** The call waits for the answer, and goes on with it. */
export function askForTool(
  callId: string,
  { text, context, form, link }: ToolQuestion,
  asking: Asking,
): Question {
  const buttons = form === undefined ? [] : buttonsOf(form);
  const done = link === undefined ? [] : [{ value: "accept", label: "Done there" }];
  return {
    ...plain("ask", asking),
    ...{ callId, text, context },
    choices: [...buttons, ...done, ...noAnswer],
    freeText: form !== undefined && buttons.length === 0,
    ...(form === undefined ? {} : { form }),
    ...(link === undefined ? {} : { link }),
  };
}

/** A form that is one choice is answered by a press. */
function buttonsOf({ fields: [only, ...more] }: Form): Question["choices"] {
  if (only === undefined || more.length > 0) return [];
  const options = optionsOf(only);
  const isMistakable = options.some(({ value }) => isWithoutValues(value));
  return options.length > mostButtons || isMistakable ? [] : options;
}

function optionsOf({ kind, options }: FormField): FormField["options"] {
  if (kind === "boolean") {
    return [
      { value: "true", label: "Yes" },
      { value: "false", label: "No" },
    ];
  }
  return kind === "one" ? options : [];
}

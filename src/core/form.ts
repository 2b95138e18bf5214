/** A form that a tool puts to people, and the answer as the tool is told it. */
import { z } from "zod";
import { readJson } from "./text/json.ts";

const optionSchema = z.object({ value: z.string(), label: z.string() });

const fieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  about: z.string().nullable(),
  /** one, many: of its options */
  kind: z.enum(["text", "number", "integer", "boolean", "one", "many"]),
  required: z.boolean(),
  options: z.array(optionSchema),
  /** Least and most: characters of a text, a number itself, how many options. */
  min: z.number().optional(),
  max: z.number().optional(),
  format: z.enum(["email", "uri", "date", "date-time"]).optional(),
  /** What stands in the field before anybody types. */
  initial: z.string().optional(),
});
/** One field of a form. */
export type FormField = z.infer<typeof fieldSchema>;

export const formSchema = z.object({ fields: z.array(fieldSchema) });
/** What a tool asks of people, besides words. */
export type Form = z.infer<typeof formSchema>;

/** What the tool is answered. `content`: the fields' values; absent where it asked for none. */
export type FormAnswer =
  | { action: "accept"; content?: Record<string, unknown> | undefined }
  | { action: "decline" }
  | { action: "cancel" };

/** An answer that fills nothing in. */
export function isWithoutValues(answer: string): answer is FormAnswer["action"] {
  return answer === "decline" || answer === "cancel" || answer === "accept";
}

/** Reads what `forTool` wrote. */
export function formAnswer(answer: string): FormAnswer {
  if (isWithoutValues(answer)) return { action: answer };
  const read = readJson(answer);
  const content = "flaw" in read ? {} : Object.fromEntries(Object.entries(read.value ?? {}));
  return { action: "accept", content };
}

/** The recorded answer for people: one line for each field. */
export function answerInWords(form: Form, answer: string): string {
  const told = formAnswer(answer);
  if (told.action !== "accept") return answer;
  const { content = {} } = told;
  const lines = form.fields.flatMap(({ name, label }) =>
    Object.hasOwn(content, name) ? [`${label}: ${String(content[name])}`] : [],
  );
  return lines.join("\n") || "(nothing filled in)";
}

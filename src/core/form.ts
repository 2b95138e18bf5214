/** A form that a tool puts to people, and the answer as the tool is told it. */
import { z } from "zod";

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

/** ask_human: a question to a person; the run rests until it is answered. */
import { z } from "zod";
import { defineControlTool } from "./define-tool.ts";

export const askHuman = defineControlTool({
  name: "ask_human",
  description:
    "Ask a person when something is missing, unclear or theirs to decide. The work goes on with their answer, however long it takes.",
  input: z.object({
    question: z.string().trim().min(1).max(2000).describe("One question, complete in itself."),
    choices: z
      .array(z.string().trim().min(1).max(75))
      .min(1)
      .max(10)
      .nullable()
      .describe("The possible answers when they are few and known, else null."),
    context: z
      .string()
      .max(4000)
      .nullable()
      .describe("What the person must know to answer, when the question does not say it, else null."),
  }),
  control: "ask",
});

/** hand_off: another agent does a part of the task in a run of its own; this run rests until that one ends. */
import { z } from "zod";
import { defineControlTool } from "./define-tool.ts";

export const handOff = defineControlTool({
  name: "hand_off",
  description:
    "Let another agent do a task and get its outcome. It sees only the task as you write it, not this conversation.",
  input: z.object({
    agent: z.string().min(1).max(63).describe("The name of one of the agents that you can hand a task to."),
    task: z
      .string()
      .trim()
      .min(1)
      .max(8000)
      .describe("The whole task, with everything that is needed for it."),
  }),
  control: "hand_off",
});

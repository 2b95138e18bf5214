/** final_answer: the end of a run and its outcome. */
import { finalAnswerInput } from "../core/control-tools.ts";
import { defineControlTool } from "./define-tool.ts";

/** Carried out by the engine; `answer` becomes the final answer of the run. */
export const finalAnswer = defineControlTool({
  name: "final_answer",
  description:
    "Finish with the outcome, told to the person who asked: what was done, what came out, what failed.",
  input: finalAnswerInput,
  control: "finish",
});

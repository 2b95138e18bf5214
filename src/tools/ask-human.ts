/** ask_human: a question to a person; the run rests until it is answered. */
import { askHumanInput } from "../core/control-tools.ts";
import { defineControlTool } from "./define-tool.ts";

/** Carried out by the engine; the answer becomes the call's result. */
export const askHuman = defineControlTool({
  name: "ask_human",
  description:
    "Ask a person when something is missing, unclear or theirs to decide. The work goes on with their answer, however long it takes.",
  input: askHumanInput,
  control: "ask",
});

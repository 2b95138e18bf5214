/** hand_off: another agent does a part of the task in a run of its own; this run rests until that one ends. */
import { handOffInput } from "../core/control-tools.ts";
import { defineControlTool } from "./define-tool.ts";

/** Carried out by the engine, which checks that the agent may hand over to the named one. */
export const handOff = defineControlTool({
  name: "hand_off",
  description:
    "Let another agent do a task and get its outcome. It sees only the task as you write it, not this conversation.",
  input: handOffInput,
  control: "hand_off",
});

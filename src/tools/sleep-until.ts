/** sleep_until: the run rests for a while, over restarts and upgrades. */
import { sleepUntilInput } from "../core/control-tools.ts";
import { defineControlTool } from "./define-tool.ts";

/** Carried out by the engine; words to the run end the sleep early. */
export const sleepUntil = defineControlTool({
  name: "sleep_until",
  description: "Wait for some time before the next step, for instance until a deployment has settled.",
  input: sleepUntilInput,
  control: "sleep",
});

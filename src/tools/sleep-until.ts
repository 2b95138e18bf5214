/** sleep_until: the run rests for a while, over restarts and upgrades. */
import { z } from "zod";
import { defineControlTool } from "./define-tool.ts";

const thirtyDays = 30 * 24 * 60 * 60;

export const sleepUntil = defineControlTool({
  name: "sleep_until",
  description: "Wait for some time before the next step, for instance until a deployment has settled.",
  input: z.object({ seconds: z.int().min(1).max(thirtyDays).describe("How long to wait, in seconds.") }),
  control: "sleep",
});

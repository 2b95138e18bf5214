/** wait_for_event: the run gets a one-time URL and rests until somebody calls it or the time is over. */
import { z } from "zod";
import { defineControlTool } from "./define-tool.ts";

const sevenDays = 7 * 24 * 60 * 60;

export const waitForEvent = defineControlTool({
  name: "wait_for_event",
  description:
    "Wait until another system reports something, for instance that a CI job has finished. It gets a one-time URL to report to.",
  input: z.object({
    description: z.string().trim().min(1).max(500).describe("What is waited for, for the people who watch."),
    timeout_seconds: z.int().min(1).max(sevenDays).describe("Go on without it after this many seconds."),
  }),
  control: "wait_for_event",
});

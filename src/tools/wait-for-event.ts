/** wait_for_event: the run rests until somebody calls the one-time URL of an event, or the time is over. */
import { z } from "zod";
import { defineControlTool } from "./define-tool.ts";
import { eventName } from "./event-url.ts";

const sevenDays = 7 * 24 * 60 * 60;

export const waitForEvent = defineControlTool({
  name: "wait_for_event",
  description:
    "Wait until another system reports an event: hand out its URL first (event_url). If it was reported before, this does not wait.",
  input: z.object({
    event: eventName.describe("The name that the URL was made for."),
    timeout_seconds: z.int().min(1).max(sevenDays).describe("Go on without it after this many seconds."),
  }),
  control: "wait_for_event",
});

/** wait_for_event: the run rests until somebody calls the one-time URL of an event, or the time is over. */
import { waitForEventInput } from "../core/control-tools.ts";
import { defineControlTool } from "./define-tool.ts";

/** Carried out by the engine; the payload of the event is the result, as untrusted text. */
export const waitForEvent = defineControlTool({
  name: "wait_for_event",
  description:
    "Wait until another system reports an event: hand out its URL first (event_url). If it was reported before, this does not wait.",
  input: waitForEventInput,
  control: "wait_for_event",
});

/** event_url: a one-time URL that another system calls to report an event to this very run. */
import { z } from "zod";

import { eventName } from "../core/control-tools.ts";
import type { Tool } from "./contract.ts";
import { defineTool } from "./define-tool.ts";
/** `urlOf` signs: whoever holds the URL may report that event of that run, once. */
export function eventUrl(urlOf: (runId: string, event: string) => string): Tool {
  return defineTool({
    name: "event_url",
    description:
      "Get a one-time URL for an event, to hand to another system (a CI job, for instance) that will call it when it is done. Then wait with wait_for_event.",
    effect: "read",
    input: z.object({ event: eventName.describe("A name of your choice for the event.") }),
    run: ({ event }, { runId }) => urlOf(runId, event),
  });
}

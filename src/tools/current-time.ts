/** current_time: what time it is, which no model knows. */
import { z } from "zod";
import { defineTool } from "./define-tool.ts";

/** ISO 8601 in UTC, with the weekday in English. */
export const currentTime = defineTool({
  name: "current_time",
  description: "The current date, time and weekday, in UTC.",
  effect: "read",
  input: z.object({}),
  run: () => {
    const now = new Date();
    const weekday = now.toLocaleDateString("en-US", { weekday: "long", timeZone: "UTC" });
    return `${now.toISOString()} (${weekday}, UTC)`;
  },
});

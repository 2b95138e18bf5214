/** The card of an approval as it stands in a thread, with every button that there is. */
import type { SlackMessage } from "./world.ts";

export const card = (): SlackMessage => ({
  ts: "1764000002.000200",
  thread_ts: "1764000000.000100",
  user: "U0BOT",
  text: "Approval wanted",
  blocks: [
    {
      type: "actions",
      elements: ["approve", "refuse", "edit", "stop", "choose", "reply"].map((action) => ({
        type: "button",
        action_id: `belay:${action}:0.0`,
        value: JSON.stringify({ r: "run_7f3a", q: "q1", v: "yes" }),
      })),
    },
  ],
});

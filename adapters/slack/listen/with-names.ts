/** Puts people's names where Slack sends their ids. */
import type { Inbound, Intent } from "../../../src/core/ports/inbound.ts";
import type { People } from "../people.ts";

/** People by name in all that a model, or a person elsewhere, will read. */
export async function withNames(people: People, inbound: Inbound): Promise<Inbound> {
  const { intent, context } = inbound;
  if (intent.type !== "message" && intent.type !== "instruction") return inbound;
  const said = intent.type === "message" ? (intent.said ?? "") : "";
  const [text, own, ...around] = await people.named([intent.text, said, ...context.map((item) => item.text)]);
  return {
    ...inbound,
    intent: renamed(intent, text ?? intent.text, own ?? said),
    context: context.map((item, index) => ({ ...item, text: around[index] ?? item.text })),
  };
}

function renamed(
  intent: Extract<Intent, { type: "message" | "instruction" }>,
  text: string,
  said: string,
): Intent {
  if (intent.type === "instruction") return { ...intent, text };
  return { ...intent, text, ...(intent.said === undefined ? {} : { said }) };
}

/** Chapters of an incident: what was looked at, the curve, the question, the restart that helped, and the outcome. */
import type { Policy, ToolSpec } from "../../src/core/agent.ts";
import type { EventBody } from "../../src/core/event.ts";
import type { Message } from "../../src/core/message.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { answer, approve, launch } from "../support/core/commands.ts";
import { ask, askedApproval, call, chose, final, finished, started } from "../support/core/events.ts";
import { policyWith } from "../support/core/policy.ts";
import { nobody, type Story } from "../support/given.ts";

const curve = "Failed checkouts a second, from 0 to 12 since 09:31";
/** The shipped names, with what the policy of the tests knows of a read and of a restart. */
function policy(): Policy {
  const usual = policyWith();
  const as = (name: string, like: string) => ({ [name]: { ...must(usual.tools[like]), name } });
  const tools = {
    ...usual.tools,
    ...as("prom_graph", "look"),
    ...as("gh_compare", "look"),
    ...as("shop_log", "look"),
    ...as("restart_shop", "deploy"),
  };
  return { ...usual, agent: { ...usual.agent, tools: Object.keys(tools) }, tools };
}

function approval(): EventBody {
  const asked = askedApproval("q9", "r", "restart_shop", 1, "$ restart shop");
  if (asked.type !== "question_asked" || !asked.question.call) throw new Error("no approval");
  const input = { reason: "failing checkouts" };
  return { ...asked, question: { ...asked.question, call: { ...asked.question.call, input } } };
}

function must(spec: ToolSpec | undefined): ToolSpec {
  if (!spec) throw new Error("the policy of the tests lacks a tool");
  return spec;
}

const begun = nobody(policy()).when(
  launch({ task: "CheckoutFailing on shop:8080: find out why, and mend it" }),
);
const looked = begun.when(
  chose(
    call("m", "prom_graph", { query: "rate(shop_failing[5m])", start: "1h" }),
    call("g", "gh_compare", { repo: "shop/api", base: "v1", head: "main" }),
    call("l", "shop_log", {}),
  ),
  {
    ...{ type: "call_finished", callId: "m", omitted: 0, ms: 400, untrusted: true },
    output: '{"max":12}',
    attachments: [
      { hash: "c0".repeat(32), name: "graph.png", mediaType: "image/png", size: 48_000, alt: curve },
    ],
  },
  finished("g", "Fewer connections to payments (0123456789ab)", true),
  finished("l", "no connection to payments is left in the pool", true),
);
const asking = looked.when(chose(ask("q", "Was the shop changed?")));
const approving = asking.when(
  answer("No, nothing was changed."),
  chose(call("r", "restart_shop", { reason: "failing checkouts" })),
  approval(),
);
const restarted = approving.when(
  approve("q9"),
  started("r"),
  {
    ...{ type: "call_finished", callId: "r", omitted: 0, ms: 2_000 },
    untrusted: true,
    output: "restarted",
    verifyUntil: 99,
  },
  { type: "call_verified", callId: "r", verdict: "better", words: "rate(shop_failing[5m]) is 0", ms: 30_000 },
);
const over = restarted.when(
  chose(
    final(
      "f",
      "The pool of connections to payments ran out (0123456789ab). The restart helped: 12 became 0.",
    ),
  ),
);

function post({ state }: Story, key: string): Message {
  const found = narrate(state).find((one) => one.key.startsWith(key));
  if (!found) throw new Error(`nothing stands under ${key}: ${narrate(state).map((one) => one.key)}`);
  return found.body;
}

/** By the name of the chapter; `words`: what no channel may leave out. */
export const incidentChapters: Readonly<Record<string, { message: Message; words: readonly string[] }>> = {
  "incident, looked at": {
    message: post(looked, "progress"),
    words: ["CheckoutFailing", "prom_graph", "gh_compare", "shop_log", "no connection to payments"],
  },
  "incident, the curve": { message: post(looked, "picture:"), words: [curve, "graph.png"] },
  "incident, a question": { message: post(asking, "question:"), words: ["Was the shop changed?"] },
  "incident, an approval": {
    message: post(approving, "question:q9"),
    words: ["restart_shop", "failing checkouts", "$ restart shop"],
  },
  "incident, over": {
    message: post(over, "progress"),
    words: ["is 0", "The restart helped: 12 became 0."],
  },
};

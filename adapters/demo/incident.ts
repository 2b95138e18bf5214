/** The demo model's part in `npm run demo:incident`: each move is written down, each number is from a result. */
import type { Order, PastCall } from "./conversation.ts";
import type { Move } from "./solve.ts";

const metric = "max(shop_failing)";

/** Only the task of the demo speaks of this shop. */
export function isIncident(orders: readonly Order[]): boolean {
  return orders.some(({ text }) => text.startsWith("Checkouts fail in the demo shop."));
}

/** It looks, asks a person what no metric tells, acts once, and says what it saw. */
export function incidentMove(calls: readonly PastCall[]): Move {
  const last = (tool: string) => calls.findLast((call) => call.tool === tool);
  if (!last("prom_range"))
    return {
      calls: [
        { tool: "prom_range", input: { query: metric, start: "1m", end: null } },
        { tool: "firing_alerts", input: {} },
        { tool: "service_status", input: {} },
      ],
    };
  if (!last("ask_human"))
    return {
      calls: [
        {
          tool: "ask_human",
          input: { question: "Was the shop changed in the last minutes?", choices: null, context: null },
        },
      ],
    };
  const restart = last("restart_service");
  if (!restart) return { calls: [{ tool: "restart_service", input: { reason: "failing checkouts" } }] };
  return { done: outcome(calls, restart) };
}

/** What is not in the results can't be said. */
function outcome(calls: readonly PastCall[], restart: PastCall): string {
  const seen = (tool: string, pattern: RegExp) => {
    const result = calls.findLast((call) => call.tool === tool)?.outcome;
    return result?.ok ? (pattern.exec(result.output)?.[1] ?? "not known") : "not known";
  };
  const changed = calls.findLast((call) => call.tool === "ask_human")?.outcome;
  const looked = [
    `Firing: ${seen("firing_alerts", /(CheckoutFailing)/)}.`,
    `Highest value of ${metric} in the last minute: ${seen("prom_range", /"max":\{"value":([^,}]+)/)}.`,
    changed?.ok ? `You said: ${changed.output}` : "Nobody said whether the shop was changed.",
  ];
  if (!restart.outcome?.ok)
    return [...looked, `The shop was not restarted: ${restart.outcome?.message ?? "no result"}`].join("\n");
  return [
    ...looked,
    `Done: ${seen("restart_service", /(restarted: process \d+ ended, process \d+ serves)/)}.`,
    `After it: ${seen("restart_service", /(max\(shop_failing\) is [^;"\n]+)/)}.`,
  ].join("\n");
}

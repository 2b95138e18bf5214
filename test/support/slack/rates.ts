/** Slack's rates as Slack counts them, in any window of time: whoever is over them gets a 429. */
import type { Call } from "./edge.ts";

interface Rate {
  method: string;
  /** So many calls … */
  calls: number;
  /** … in any so many ms, for each … */
  windowMs: number;
  /** … of these. */
  per: (call: Call) => string;
}

/** docs.slack.dev/apis/web-api/rate-limits; tier 3 is "50+ a minute", with occasional bursts. */
const rates: Rate[] = [
  { method: "chat.postMessage", calls: 1, windowMs: 999, per: ({ body }) => body.channel ?? "" },
  { method: "chat.update", calls: 60, windowMs: 60_000, per: () => "workspace" },
  { method: "agents.sessions.setStatus", calls: 60, windowMs: 60_000, per: () => "workspace" },
];

/** Counts calls; answers with the seconds to wait, or null. Calls that were refused don't count. */
export function slackRates(): (call: Call) => number | null {
  const taken = new Map<string, number[]>();
  return (call) => {
    const rate = rates.find(({ method }) => method === call.method);
    if (rate === undefined) return null;
    const of = `${rate.method} ${rate.per(call)}`;
    const recent = (taken.get(of) ?? []).filter((at) => at > call.at - rate.windowMs);
    const [oldest] = recent;
    if (recent.length >= rate.calls && oldest !== undefined) {
      return Math.max(1, Math.ceil((oldest + rate.windowMs - call.at) / 1000));
    }
    taken.set(of, [...recent, call.at]);
    return null;
  };
}

/** What Alertmanager holds: alerts with what keeps them quiet, and who silenced what. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { labelsSchema } from "./answers.ts";
import { ask, type Server, toolTimeoutMs } from "./client.ts";
import { allSilences, type Matcher, matcherText, type Silence, shownSilence } from "./silences.ts";

const looking = { effect: "read", untrusted: true, timeoutMs: toolTimeoutMs, maxOutput: 16_000 } as const;
const maxShown = 40;

const alertSchema = z.object({
  labels: labelsSchema,
  annotations: labelsSchema.default({}),
  startsAt: z.string(),
  fingerprint: z.string(),
  status: z.object({
    /** `active`, `suppressed` or `unprocessed`. */
    state: z.string(),
    silencedBy: z.array(z.string()),
    inhibitedBy: z.array(z.string()),
  }),
});
type HeldAlert = z.infer<typeof alertSchema>;

/** The alerts that a silence with these matchers would keep quiet. Alertmanager itself matches. */
export function alertsMatching(
  server: Server,
  matchers: readonly Matcher[],
  signal: AbortSignal,
): Promise<HeldAlert[]> {
  const params = matchers.map((matcher) => ["filter", matcherText(matcher)] as const);
  return ask(server, "/api/v2/alerts", z.array(alertSchema), signal, { params });
}

export function amAlerts(server: Server): Tool {
  return defineTool({
    ...{ name: "am_alerts", off: server.off, ...looking },
    description: "The alerts that Alertmanager holds, and of the quiet ones what keeps them quiet.",
    input: z.object({
      search: z.string().max(200).nullable().describe("Words that must all stand in it; null: all."),
    }),
    run: async ({ search }, { signal }) => {
      const [alerts, silences] = await Promise.all([
        alertsMatching(server, [], signal),
        allSilences(server, signal),
      ]);
      const wanted = (search ?? "").toLowerCase().split(/\s+/);
      const found = alerts
        .map((alert) => shownAlert(alert, silences))
        .filter((one) => wanted.every((word) => JSON.stringify(one).toLowerCase().includes(word)));
      return bounded("alerts", found, alerts.length);
    },
  });
}

function shownAlert({ labels, annotations, startsAt, status }: HeldAlert, silences: readonly Silence[]) {
  const by = silences.filter(({ id }) => status.silencedBy.includes(id)).map(shownSilence);
  return {
    ...{ labels, annotations, since: startsAt, state: status.state },
    ...(status.silencedBy.length > 0 ? { silenced_by: by } : {}),
    ...(status.inhibitedBy.length > 0 ? { inhibited_by_alerts: status.inhibitedBy } : {}),
  };
}

export function amSilences(server: Server): Tool {
  return defineTool({
    ...{ name: "am_silences", off: server.off, ...looking },
    description: "The silences: who silenced what, until when, and why.",
    input: z.object({ expired: z.boolean().describe("true: also those that have ended.") }),
    run: async ({ expired }, { signal }) => {
      const all = await allSilences(server, signal);
      const found = all.filter(({ status }) => expired || status.state !== "expired").map(shownSilence);
      return bounded("silences", found, all.length);
    },
  });
}

function bounded(what: string, found: readonly unknown[], known: number): Record<string, unknown> {
  if (found.length === 0)
    return { [what]: [], notice: known === 0 ? `there are no ${what}` : `none of ${known} ${what} is meant` };
  const more = found.length - maxShown;
  return {
    [what]: found.slice(0, maxShown),
    ...(more > 0
      ? { notice: `${more} of ${found.length} ${what} are left out; search with more words` }
      : {}),
  };
}

/** What Prometheus watches: its rules, and the alerts that stand. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Alert, alertsSchema, type Rule, rulesSchema } from "./answers.ts";
import { ask, type Server, toolTimeoutMs } from "./client.ts";

const looking = { effect: "read", untrusted: true, timeoutMs: toolTimeoutMs, maxOutput: 16_000 } as const;
const maxShown = 40;
const search = z.string().max(200).nullable().describe("Words that must all stand in it; null: all.");

/** Without an input, so that an agent can have it looked up before it begins. */
export function firingAlerts(server: Server): Tool {
  return defineTool({
    ...{ name: "firing_alerts", off: server.off, ...looking },
    description:
      "The alerts that fire now, each in one line, the longest first. More about one: prom_alerts.",
    input: z.object({}),
    run: async (_, { signal }) => {
      const { data } = await ask(server, "/api/v1/alerts", alertsSchema, signal);
      const firing = data.alerts.filter(({ state }) => state === "firing").sort(bySince);
      if (firing.length === 0) return "No alert fires now.";
      const lines = firing.slice(0, maxShown).map(inOneLine);
      const more = firing.length - lines.length;
      return [...lines, ...(more > 0 ? [`and ${more} more; find them with prom_alerts`] : [])].join("\n");
    },
  });
}

function inOneLine({ labels: { alertname = "?", ...labels }, activeAt, annotations }: Alert): string {
  const about = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const said = annotations.summary ?? annotations.description;
  return `${alertname} {${about.join(", ")}} since ${activeAt ?? "an unknown time"}${said ? `: ${said.slice(0, 200)}` : ""}`;
}

function bySince(a: Alert, b: Alert): number {
  return (a.activeAt ?? "").localeCompare(b.activeAt ?? "");
}

export function promAlerts(server: Server): Tool {
  return defineTool({
    ...{ name: "prom_alerts", off: server.off, ...looking },
    description: "Alerts that fire or are pending, with all their labels, annotations and values.",
    input: z.object({ search }),
    run: async (input, { signal }) => {
      const { data } = await ask(server, "/api/v1/alerts", alertsSchema, signal);
      return bounded("alerts", matching(data.alerts.toSorted(bySince), input.search), data.alerts.length);
    },
  });
}

export function promRules(server: Server): Tool {
  return defineTool({
    ...{ name: "prom_rules", off: server.off, ...looking },
    description:
      "The rules that Prometheus evaluates: what makes an alert fire, after how long, and whether it works.",
    input: z.object({ search }),
    run: async (input, { signal }) => {
      const { data } = await ask(server, "/api/v1/rules", rulesSchema, signal);
      const rules = data.groups.flatMap((group) => group.rules.map((rule) => shown(group.name, rule)));
      return bounded("rules", matching(rules, input.search), rules.length);
    },
  });
}

function shown(group: string, { duration, health, lastError, ...rule }: Rule) {
  return {
    ...{ group, ...rule },
    ...(duration === undefined ? {} : { for_seconds: duration }),
    ...(health === "ok" ? {} : { health, last_error: lastError ?? "" }),
  };
}

function matching<T>(all: readonly T[], words: string | null): T[] {
  const wanted = (words ?? "").toLowerCase().split(/\s+/);
  return all.filter((one) => wanted.every((word) => JSON.stringify(one).toLowerCase().includes(word)));
}

function bounded(what: string, found: readonly unknown[], known: number): Record<string, unknown> {
  if (found.length === 0)
    return {
      [what]: [],
      notice: known === 0 ? `there are no ${what}` : `none of ${known} ${what} has these words`,
    };
  const more = found.length - maxShown;
  const notice = `${more} of ${found.length} ${what} are left out; search with more words`;
  return { [what]: found.slice(0, maxShown), ...(more > 0 ? { notice } : {}) };
}

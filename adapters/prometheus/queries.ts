/** PromQL as tools: the value now, and how it went over a time. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { instantSchema, rangeSchema } from "./answers.ts";
import { ask, type Server, toolTimeoutMs } from "./client.ts";
import { isoTime, moment, momentHint, stepFor } from "./span.ts";
import { type Series, summaryOf, type Window } from "./summary.ts";

const query = z
  .string()
  .trim()
  .min(1)
  .max(4_000)
  .describe("PromQL, e.g. sum by (job) (rate(http_requests_total[5m]))");
const maxValues = 50;

/** What a range is asked by. */
export const rangeInput = {
  query,
  start: z.string().describe(`${momentHint}.`),
  end: z.string().nullable().describe("null: now. Else as start."),
};

/** An empty answer is no zero. */
const nothing =
  "no series matches: that is not zero, and not good news. Check names and labels with prom_metrics and prom_labels";

/** Both only look, and what they bring comes from what was scraped: untrusted. */
export const looking = {
  effect: "read",
  untrusted: true,
  timeoutMs: toolTimeoutMs,
  maxOutput: 16_000,
} as const;

export function promQuery(server: Server): Tool {
  return defineTool({
    ...{ name: "prom_query", off: server.off, ...looking },
    description:
      "The value of a PromQL expression now, or at one time. For how it went over time: prom_range.",
    input: z.object({
      query,
      time: z.string().nullable().describe(`null: now. Else ${momentHint}.`),
    }),
    run: async (input, { signal }) => {
      const at = moment(input.time ?? "0s", Date.now() / 1000);
      const params = [
        ["query", input.query],
        ["time", String(at)],
      ] as const;
      const { data, warnings } = await ask(server, "/api/v1/query", instantSchema, signal, {
        method: "POST",
        params,
      });
      const told = { query: input.query, time: isoTime(at), ...(warnings ? { warnings } : {}) };
      if (data.resultType === "matrix") {
        throw new Error(
          "the query gives ranges; wrap it, e.g. rate(…[5m]), or ask prom_range without the [5m]",
        );
      }
      if (data.resultType !== "vector") return { ...told, value: numberOr(data.result[1]) };
      return { ...told, ...valuesOf(data.result) };
    },
  });
}

function valuesOf(
  result: readonly {
    metric: Readonly<Record<string, string>>;
    value?: readonly [number, string] | undefined;
  }[],
) {
  if (result.length === 0) return { series: [], notice: nothing };
  const series = result
    .map(({ metric, value }) => ({
      labels: metric,
      value: value ? numberOr(value[1]) : "a native histogram",
    }))
    .sort((a, b) => compare(rank(b.value), rank(a.value)));
  const more = series.length - maxValues;
  if (more <= 0) return { series };
  const notice = `${more} of ${series.length} series are left out, those with the smallest values; narrow it with labels, sum by (…) or topk(${maxValues}, …)`;
  return { series: series.slice(0, maxValues), notice };
}

/** What is no number counts as less than all that are. */
function rank(value: number | string): number {
  if (typeof value === "number") return value;
  return value === "+Inf" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

function compare(a: number, b: number): number {
  return a < b ? -1 : Number(a > b);
}

/** JSON has no NaN and no infinity: these stay words. */
function numberOr(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

export function promRange(server: Server): Tool {
  return defineTool({
    ...{ name: "prom_range", off: server.off, ...looking },
    description:
      "How a PromQL expression went over a time: for each series first, last, min, max and when it changed. The step is chosen by itself.",
    input: z.object(rangeInput),
    run: async (input, { signal }) => {
      return (await rangeOf(server, input, signal)).told;
    },
  });
}

/** What the model is told of a range, and what that was made of. */
export async function rangeOf(
  server: Server,
  { query, start: from, end: to }: { query: string; start: string; end: string | null },
  signal: AbortSignal,
): Promise<{ told: object; result: readonly Series[]; window: Window }> {
  const window = windowOf({ start: from, end: to }, Date.now() / 1000);
  const { start, end, step } = window;
  const params = [
    ["query", query],
    ["start", String(start)],
    ["end", String(end)],
    ["step", String(step)],
  ] as const;
  const asked = { method: "POST", params } as const;
  const { data, warnings } = await ask(server, "/api/v1/query_range", rangeSchema, signal, asked);
  const told = {
    ...{ query, start: isoTime(start), end: isoTime(end), step_seconds: step },
    ...(warnings ? { warnings } : {}),
    ...(data.result.length === 0 ? { series: [], notice: nothing } : summaryOf(data.result, window)),
  };
  return { told, result: data.result, window };
}

function windowOf({ start, end }: { start: string; end: string | null }, now: number) {
  const from = moment(start, now);
  const to = moment(end ?? "0s", now);
  if (from >= to) throw new Error(`start (${isoTime(from)}) is not before end (${isoTime(to)}); swap them`);
  return { start: from, end: to, step: stepFor(from, to) };
}

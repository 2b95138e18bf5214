/** Search in what Prometheus knows: the names of metrics, of labels, and their values. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { metadataSchema, namesSchema } from "./answers.ts";
import { ask, type Server, toolTimeoutMs } from "./client.ts";

const maxNames = 60;
const looking = { effect: "read", untrusted: true, timeoutMs: toolTimeoutMs, maxOutput: 16_000 } as const;
const search = z
  .string()
  .max(200)
  .nullable()
  .describe("Words that must all stand in it, e.g. checkout latency; null: all.");

export function promMetrics(server: Server): Tool {
  return defineTool({
    ...{ name: "prom_metrics", off: server.off, ...looking },
    description: "Finds metrics by words in their name, with their type and what they measure.",
    input: z.object({ search }),
    run: async (input, { signal }) => {
      const { data } = await ask(server, "/api/v1/label/__name__/values", namesSchema, signal);
      const found = matching(data, input.search);
      if (found.all === 0) {
        return {
          metrics: [],
          notice: `none of ${data.length} metrics has these words in its name; try one word of it`,
        };
      }
      const about = await metadata(server, signal);
      const metrics = found.names.map((name) => ({ name, ...aboutOf(about, name) }));
      return { metrics, ...noticeOf(found, "metrics") };
    },
  });
}

export function promLabels(server: Server): Tool {
  return defineTool({
    ...{ name: "prom_labels", off: server.off, ...looking },
    description: "The labels of a metric, or the values that one label has.",
    input: z.object({
      metric: z
        .string()
        .regex(/^[A-Za-z_:][\w:]{0,199}$/, "is a metric's name alone, without {…}")
        .nullable()
        .describe("null: of all metrics."),
      label: z
        .string()
        .regex(/^[A-Za-z_]\w{0,199}$/, "is a label's name")
        .nullable()
        .describe("null: the names of the labels. Else the values of this one."),
      search,
    }),
    run: async ({ metric, label, search: words }, { signal }) => {
      const params = metric === null ? [] : ([["match[]", `{__name__="${metric}"}`]] as const);
      const path = label === null ? "/api/v1/labels" : `/api/v1/label/${label}/values`;
      const { data } = await ask(server, path, namesSchema, signal, { params });
      const found = matching(data, words);
      const what = label === null ? "labels" : "values";
      if (found.all > 0) return { [what]: found.names, ...noticeOf(found, what) };
      return {
        [what]: [],
        notice:
          data.length === 0
            ? `there are none; check the metric's name`
            : `none of ${data.length} ${what} has these words`,
      };
    },
  });
}

interface Found {
  names: readonly string[];
  all: number;
}

function matching(names: readonly string[], words: string | null): Found {
  const wanted = (words ?? "").toLowerCase().split(/\s+/);
  const all = names.filter((name) => wanted.every((word) => name.toLowerCase().includes(word)));
  return { names: all.slice(0, maxNames), all: all.length };
}

function noticeOf({ names, all }: Found, what: string): { notice?: string } {
  if (all === names.length) return {};
  return { notice: `${all - names.length} of ${all} ${what} are left out; search with more words` };
}

type About = z.infer<typeof metadataSchema>["data"] | null;

/** null: it is not known. Names are of use without it. */
async function metadata(server: Server, signal: AbortSignal): Promise<About> {
  try {
    const params = [["limit_per_metric", "1"]] as const;
    return (await ask(server, "/api/v1/metadata", metadataSchema, signal, { params })).data;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

/** Parts of a histogram or a summary are described under its own name. */
function aboutOf(about: About, name: string): { type?: string; help?: string } {
  const [found] = about?.[name] ?? about?.[name.replace(/_(bucket|sum|count|total)$/, "")] ?? [];
  return found ? { type: found.type, help: found.help.slice(0, 200) } : {};
}

/** A range of values as a picture for people, beside the same numbers for the model. */
import { z } from "zod";
import { type Tool, type ToolAttachment, WithAttachments } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { chartSvg, heightOf, width } from "./chart.ts";
import type { Server } from "./client.ts";
import { chartInWords, drawn } from "./drawn.ts";
import { pngOf } from "./png.ts";
import { looking, rangeInput, rangeOf } from "./queries.ts";
import type { Series, Window } from "./summary.ts";

export function promGraph(server: Server): Tool {
  return defineTool({
    ...{ name: "prom_graph", off: server.off, ...looking },
    description:
      "Shows people how a PromQL expression went over a time, as a picture in the thread, and tells you what prom_range would. For the one curve that shows the point.",
    input: z.object({
      ...rangeInput,
      title: z
        .string()
        .trim()
        .min(1)
        .max(120)
        .describe("What it shows, for people: Failed checkouts a second."),
      unit: z.string().trim().max(40).nullable().describe("Of the values: seconds, bytes, %; null: none."),
    }),
    run: async ({ title, unit, ...asked }, { signal }) => {
      const { told, result, window } = await rangeOf(server, asked, signal);
      const picture = await pictureOf({ title, unit: unit || null }, result, window);
      return picture === null ? told : new WithAttachments(told, [picture]);
    },
  });
}

/** null: there is nothing to draw. Where nothing can draw PNG, the SVG is there to be opened. */
async function pictureOf(
  { title, unit }: { title: string; unit: string | null },
  result: readonly Series[],
  window: Window,
): Promise<ToolAttachment | null> {
  const found = drawn(result);
  if (found.total === 0) return null;
  const chart = { title, unit, ...found, ...window };
  const svg = chartSvg(chart);
  const alt = chartInWords(title, found, window);
  try {
    const bytes = await pngOf(svg, { width, height: heightOf(chart) });
    return { name: "graph.png", mediaType: "image/png", bytes, alt };
  } catch {
    return { name: "graph.svg", mediaType: "image/svg+xml", bytes: Buffer.from(svg), alt };
  }
}

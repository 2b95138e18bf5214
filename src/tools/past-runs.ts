/** past_runs: what came of runs like this one. */
import { z } from "zod";
import { type PastRun, type Recalled, recallTool, searchWords } from "../core/recall.ts";
import { argumentsInBrief, brief } from "../core/text/brief.ts";
import { count, plural } from "../core/text/count.ts";
import { durationInWords } from "../core/text/duration.ts";
import { statusWords } from "../core/text/status.ts";
import { timeInWords } from "../core/text/time.ts";
import type { Tool } from "./contract.ts";
import { defineTool } from "./define-tool.ts";

/** How the tool reaches the runs of this bot. */
export interface Past {
  /** Of those that whoever started this run may read. */
  find: (runId: string, words: readonly string[]) => Promise<Recalled>;
  /** The console's page of a run; null: nobody elsewhere reaches it. */
  urlOf: (runId: string) => string | null;
}

const mostCalls = 8;

/** Untrusted as a whole: what past runs were told may be anybody's words, and so may what they answered. */
export function pastRuns({ find, urlOf }: Past): Tool {
  return defineTool({
    name: recallTool,
    description:
      "Runs of the past that hold some of these words in their title, in what they were told at their launch, or in their outcome: when each ran, how it ended, what it did and whether that helped. The best five; only those that whoever started this run may read.",
    effect: "read",
    untrusted: true,
    input: z.object({
      words: z.string().describe("The alert's name, the service, what is seen: a few words, in any order."),
    }),
    run: async ({ words: asked }, { runId }) => {
      const words = searchWords(asked);
      if (words.length === 0) {
        throw new Error(
          `There is no word to look for in ${JSON.stringify(brief(asked, 60))}: give the alert's name, the service, what is seen. A word has three letters (two signs of Chinese, Japanese or Korean), or a digit and one more sign.`,
        );
      }
      return inWords(words, await find(runId, words), urlOf);
    },
  });
}

function inWords(
  words: readonly string[],
  { runs, titlesOf, outcomesOf, unreadable }: Recalled,
  urlOf: Past["urlOf"],
): string {
  const found = runs.length === 0 ? "No past run" : plural(runs.length, "past run");
  const scope = `Looked through: the titles of the newest ${count(titlesOf)} runs, and how the newest ${count(outcomesOf)} of those that may be read began and ended.`;
  const left = `${plural(unreadable, "run")} can't be read: what they hold is not known.`;
  return [
    `${found} with some of the words ${words.join(", ")}. ${scope}${unreadable > 0 ? ` ${left}` : ""}`,
    ...runs.map((run) => one(run, urlOf)),
  ].join("\n\n");
}

function one({ row, held, outcome, endedAt, done }: PastRun, urlOf: Past["urlOf"]): string {
  const took = durationInWords(endedAt - row.launchedAt);
  const calls = done.slice(-mostCalls).map(({ tool, input, words }) => {
    const given = argumentsInBrief(input);
    return `- did: ${tool}${given === "" ? "" : ` (${given})`}: ${brief(words, 160)}`;
  });
  const earlier = done.length - calls.length;
  const url = urlOf(row.runId);
  return [
    `${row.runId}: ${brief(row.task, 160)}`,
    `- ${timeInWords(row.launchedAt)}, started by ${brief(row.personName, 60)}, agent ${row.agent}, ${statusWords[row.status]} after ${took}`,
    `- holds: ${held.join(", ")}`,
    ...(earlier > 0 ? [`- did: ${plural(earlier, "call")} before these`] : []),
    ...calls,
    `- outcome: ${brief(outcome, 700) || "none was told"}`,
    ...(url === null ? [] : [`- ${url}`]),
  ].join("\n");
}

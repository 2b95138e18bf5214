/** The table of what was counted, and what of the promises was broken. */

import { type Door, onceTools } from "./ledger.ts";
import type { Seen } from "./oracle.ts";
import { type Broken, doubtsIn } from "./oracle.ts";
import { standstills } from "./takeovers.ts";

/** Counts by what they are of, in the order in which people read them. */
export function countsOf(seen: Seen): Record<string, number> {
  const { ledger, runs, posts } = seen;
  const items = [...ledger.items.values()];
  const through = (door: Door) => items.filter((item) => item.door === door).length;
  const became = (what: string) => items.filter((item) => item.became === what).length;
  const once = ledger.effects.filter(({ tool }) => onceTools.some((name) => name === tool));
  const { kills, killsWhileStarting, sleeps, databaseRestarts } = ledger.counts;
  return {
    "kill -9": kills,
    "  while it started": killsWhileStarting,
    "sleeps beyond the lease": sleeps,
    "immediate restarts of the database": databaseRestarts,
    sent: items.length,
    "  signed deliveries, each sent once": through("github") + through("alert"),
    "  launches by the API": through("api"),
    "  mentions in Slack": through("slack"),
    acknowledged: became("acknowledged"),
    "no connection": became("nobody"),
    "cut off before the answer": became("cut"),
    refused: became("refused"),
    runs: runs.length,
    "effects that must happen once": once.length,
    "  by jobs that outlive the bot": once.filter(({ tool }) => tool === "job").length,
    "late effects that the epoch kept away": ledger.fenced.length,
    ...doubtsIn(seen),
    ...standstills(seen),
    "answers by people": ledger.answers.size,
    "posts in Slack": posts.length,
  };
}

export function inWords(counts: Record<string, number>, broken: readonly Broken[]): string {
  const width = Math.max(...Object.keys(counts).map((name) => name.length));
  const rows = Object.entries(counts).map(
    ([name, count]) => `${name.padEnd(width)}  ${String(count).padStart(7)}`,
  );
  const verdict = broken.length === 0 ? "every promise was kept" : `${broken.length} promises were broken:`;
  return [...rows, "", verdict, ...broken.map((what) => `  ${what}`), ""].join("\n");
}

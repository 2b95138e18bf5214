/** What a reader in front of a browser is told in addition: titles, costs, the status of a run. */
import { dollars } from "../../core/text/money.ts";
import { audienceInWords, type Names, titleOf } from "../../core/text/rules.ts";
import { statusWords, stopping, waitingForApproval } from "../../core/text/status.ts";
import type { RunState } from "../../http/wire/runs.ts";
import { clock } from "./moment.ts";

/** Null where nothing was spent, or nobody knows what. */
export function cost(usd: number | null): string | null {
  return usd === null || usd === 0 ? null : dollars(usd);
}

/** Titles of what is no channel; those of the channels come with the session. */
const titles: Record<string, string> = {
  console: "Console",
  api: "API",
  mcp: "MCP",
  run: "Run",
  schedule: "Schedule",
};

export function learnTitles(channels: Readonly<Record<string, string>>): void {
  Object.assign(titles, channels);
}

export function channelName(channel: string): string {
  return titleOf(channel, titles);
}

/** What is known of the people in an audience: the name of whoever started the run, and the channels' titles. */
export function namesWith(requester: string | null): Names {
  return { requester, titles };
}

/** The status of one run, with for whom or until when. */
export function statusOfRun(run: RunState): string {
  if (run.phase === "cancelling") return stopping;
  const { waiting } = run;
  if (!waiting) return statusWords[run.status];
  if (waiting.for === "approval") return waitingForApproval;
  if (waiting.for === "person")
    return `waiting for ${audienceInWords(waiting.audience, namesWith(run.from.name))}`;
  if (waiting.for === "time" && waiting.until !== null) return `sleeping until ${clock(waiting.until)}`;
  if (waiting.for === "event") return "sleeping until an event";
  if (waiting.for === "run") return "waiting for another run";
  if (waiting.for === "model") return "waiting for the model";
  return statusWords[run.status];
}

/** What the client says of a model that fails: when it begins to, and how long it did when that is over. */
import { outageInParts } from "../core/text/outage.ts";
import type { RunState } from "../http/wire/runs.ts";

type Outage = RunState["outage"];

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** Lines, from one state of the run to the next; the tries in between are not told one by one. */
export function outageWords(before: Outage, now: Outage): string[] {
  if (before?.since === now?.since) return [];
  const over = before !== null && before.failures > 1 ? [`The model did not answer ${inWords(before)}`] : [];
  return now === null ? over : [...over, `The model did not answer: ${now.message} I try again.`];
}

function inWords(outage: NonNullable<Outage>): string {
  return outageInParts({ ...outage, retryAt: null })
    .map((part) => (typeof part === "string" ? part : clock.format(part.time)))
    .join("");
}

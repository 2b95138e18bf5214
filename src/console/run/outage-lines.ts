/** The line of a model that fails: one for all its failures until it answers or a person lets it go on. */
import type { EventBody } from "../../core/event.ts";
import { type Outage, outageAfter, outageInParts } from "../../core/text/outage.ts";
import type { WireEvent } from "../../http/wire/events.ts";
import { clockSeconds } from "../parts/moment.ts";
import type { LineBase, OutageLine } from "./line.ts";

/** The model's trouble up to the newest event, and the line that tells of it. */
export type Failing = { outage: Outage; line: OutageLine } | null;

/** The trouble after this event; its line is brought up to it. `base`: of the event, for the line that a first failure begins. */
export function failingAfter(failing: Failing, base: LineBase, { at, version, data }: WireEvent): Failing {
  const outage = outageAfter(failing?.outage ?? null, at, data);
  if (failing !== null && outage === null) end(failing.line, failing.outage, data);
  if (outage === null) return null;
  const line: OutageLine = failing?.line ?? {
    ...base,
    kind: "outage",
    shape: "failed",
    title: "the model did not answer",
    failures: [],
  };
  if (isOfOutage(data) && !line.versions.includes(version)) line.versions.push(version);
  if (data.type === "model_failed") {
    line.failures.push({ at, message: data.message });
    tell(line, outage);
  }
  return { outage, line };
}

/** The trouble's line tells of it: a failure, and that it woke up to try again. */
export function isOfOutage({ type }: EventBody): boolean {
  return type === "model_failed" || type === "woke";
}

function end(line: OutageLine, outage: Outage, { type }: EventBody): void {
  // No try of this trouble is to come any more.
  tell(line, { ...outage, retryAt: null });
  if (type === "model_answered" || type === "decision_dropped") {
    line.shape = "note";
  }
}

function tell(line: OutageLine, outage: Outage): void {
  line.ms = outage.failures === 1 ? null : outage.last - outage.since;
  line.detail = `· ${outageInParts(outage).map(inWords).join("")}`;
}

function inWords(part: string | { time: number }): string {
  return typeof part === "string" ? part : clockSeconds(part.time);
}

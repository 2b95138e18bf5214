/** Lines of tool calls: one a call, from its start to its result, over restarts and doubts. */
import type { ChosenCall } from "../../core/chosen-call.ts";
import type { EventBody } from "../../core/event.ts";
import { isPicture } from "../../core/text/attachment.ts";
import { argumentsInBrief, brief, outputInBrief } from "../../core/text/brief.ts";
import { verdictInWords } from "../../core/text/verdict.ts";
import type { WireEvent } from "../../http/wire/events.ts";
import { clock } from "../parts/moment.ts";
import type { CallLine, LineBase } from "./line.ts";

const callEvents = [
  "call_started",
  "call_finished",
  "call_failed",
  "call_doubted",
  "call_suspended",
  "call_cleared",
  "call_slept",
  "job_begun",
  "call_progressed",
  "job_cancelled",
  "call_verified",
  "child_launched",
] as const;
export type CallEvent = Extract<EventBody, { type: (typeof callEvents)[number] }>;

export function isCallEvent(data: EventBody): data is CallEvent {
  return callEvents.some((type) => type === data.type);
}

export function callLine(base: LineBase, call: ChosenCall): CallLine {
  return {
    ...base,
    key: call.id,
    kind: "call",
    call,
    shape: "running",
    title: call.tool,
    detail: `(${argumentsInBrief(call.input)})`,
    live: true,
    output: null,
    omitted: 0,
    attachments: [],
    error: null,
    childId: null,
    settled: false,
  };
}

/** Takes one more event of the call into its line. */
export function settle(line: CallLine, event: WireEvent, data: CallEvent): void {
  const called = `(${argumentsInBrief(line.call.input)})`;
  switch (data.type) {
    case "call_started":
      Object.assign(line, { shape: "running", live: true, at: event.at });
      line.detail = data.attempt > 1 ? `${called} · attempt ${data.attempt}` : called;
      return;
    case "call_finished":
      Object.assign(line, { shape: "done", live: false, settled: true, output: data.output, ms: data.ms });
      line.omitted = data.omitted;
      line.attachments = data.attachments ?? [];
      // A picture is there to be looked at.
      line.open ||= line.attachments.some(isPicture);
      line.detail = `${called} → ${outputInBrief(data.output)}`;
      return;
    case "call_failed":
      Object.assign(line, { shape: "failed", live: false, settled: true, open: true, ms: data.ms });
      line.error = { code: data.code, message: data.message };
      line.detail = `${called} failed`;
      return;
    case "call_doubted":
      Object.assign(line, { shape: "waiting", live: false, open: true });
      line.error = { code: "in_doubt", message: data.reason };
      line.detail = `${called} · not known whether it ran`;
      return;
    case "call_suspended":
      Object.assign(line, { shape: "waiting", live: true });
      line.detail = `${called} · its tool asks people`;
      return;
    case "call_cleared":
      line.error = null;
      line.detail = `${called} · did not run, may start again`;
      return;
    case "call_slept":
      Object.assign(line, { shape: "sleeping", live: true });
      line.detail = `${called} · ${sleepWords(data.event, data.until)}`;
      return;
    case "job_begun":
      line.detail = `${called} · its work goes on`;
      return;
    case "call_progressed":
      line.detail = `${called} · ${brief(data.progress, 120)}`;
      return;
    case "job_cancelled":
      Object.assign(line, { shape: "failed", live: false, settled: true, open: true });
      line.error = { code: "cancelled", message: data.words };
      line.detail = `${called} · ${brief(data.words, 120)}`;
      return;
    case "call_verified":
      Object.assign(line, { live: false, ms: (line.ms ?? 0) + data.ms });
      line.detail = `${line.detail} · ${brief(verdictInWords(data), 150)}`;
      return;
    case "child_launched":
      Object.assign(line, { shape: "waiting", live: true, open: true, childId: data.runId });
      line.detail = `${called} · waits for the run it started`;
  }
}

function sleepWords(event: string | null, until: number | null): string {
  const limit = until === null ? "" : ` until ${clock(until)}`;
  return event === null ? `sleeps${limit}` : `waits for the event ${event}${limit}`;
}

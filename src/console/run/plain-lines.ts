/** Lines of events that stand alone: who started it, what people said, troubles, pauses, restarts, the end. */
import type { EventBody } from "../../core/event.ts";
import { isPicture } from "../../core/text/attachment.ts";
import { brief } from "../../core/text/brief.ts";
import { plural } from "../../core/text/count.ts";
import { channelName } from "../parts/words.ts";
import type { CallEvent } from "./call-lines.ts";
import type { WordsLine } from "./line.ts";
import type { SettlingEvent } from "./question-lines.ts";

/** Told by a line of its own; every event that no other line tells of must have words here. */
type PlainEvent = Exclude<
  EventBody,
  CallEvent | SettlingEvent | { type: "model_answered" | "model_failed" | "question_asked" }
>;

type Words = Pick<WordsLine, "title" | "detail"> &
  Partial<Pick<WordsLine, "shape" | "text" | "open" | "live" | "ms" | "attachments">>;

export function wordsOf(data: PlainEvent): Words {
  switch (data.type) {
    case "launched":
      return launchedWords(data);
    case "heard":
      return person(
        data.from.name,
        `said: ${brief(data.text, 160)} (${channelName(data.via.channel)})`,
        data.text,
      );
    case "prefetched":
      return {
        shape: data.ok ? "done" : "failed",
        title: data.tool,
        detail: `looked up before the first step → ${brief(data.output, 100)}`,
        text: data.output,
        attachments: data.attachments ?? [],
        // A picture is there to be looked at.
        open: (data.attachments ?? []).some(isPicture),
      };
    case "event_arrived":
      return { title: "event", detail: `${data.event} arrived`, text: data.payload };
    case "decision_dropped":
      return { title: "asked again", detail: "somebody spoke while the model was thinking", ms: data.ms };
    case "approval_voided":
      return {
        shape: "failed",
        title: "approval no longer holds",
        detail: brief(data.reason, 160),
        text: data.reason,
      };
    case "post_returned":
      return { shape: "failed", title: "not reached", detail: `${data.to}: ${data.reason}` };
    case "tool_looked_for":
      if (data.elsewhere)
        return { title: "left to another process", detail: "this one has not the tool that the call needs" };
      return data.found
        ? { title: "tool is back", detail: "what waits for it can run again" }
        : { shape: "failed", title: "tool is gone", detail: "what waits for it can't run until it is back" };
    case "nudged":
      return { title: "reminded the model", detail: nudges[data.reason], text: data.text };
    case "compacted":
      return {
        title: "shortened the context",
        detail: "older steps are kept as a summary",
        text: data.summary,
      };
    default:
      return controlWords(data);
  }
}

const nudges = {
  no_call: "it answered without a tool",
  unparsed: "it wrote a tool call as text",
  empty: "its answer was empty",
  cut: "its answer was cut off",
  stuck: "it was going in circles",
} as const;

type ControlEvent = Extract<
  PlainEvent,
  {
    type:
      | "address_became"
      | "undo_asked"
      | "undo_ended"
      | "paused"
      | "resumed"
      | "woke"
      | "recovered"
      | "limit_reached"
      | "cancel_requested"
      | "completed"
      | "failed"
      | "cancelled"
      | "forgotten";
  }
>;

function controlWords(data: ControlEvent): Words {
  switch (data.type) {
    case "address_became":
      return {
        title: "thread opened",
        detail: `in ${channelName(data.address)}: from here on it speaks there`,
      };
    case "undo_asked":
      return person(
        data.from.name,
        `asked to undo it by ${data.call.tool} (${channelName(data.via.channel)})`,
      );
    case "undo_ended":
      return { ...undoEnds[data.outcome], detail: data.words };
    case "woke":
      return { title: "woke up", detail: "the time it waited for has come" };
    case "paused":
      return { ...person(data.from.name, `paused it (${channelName(data.via.channel)})`), shape: "paused" };
    case "resumed":
      return person(data.from.name, `let it go on (${channelName(data.via.channel)})`);
    case "cancel_requested":
      return person(data.from.name, `stopped it (${channelName(data.via.channel)})`, data.reason);
    case "limit_reached":
      return { shape: "limit", title: "step limit reached", detail: "resume grants as many steps again" };
    case "recovered":
      return { title: "restarted", detail: "carried on where it was" };
    case "completed":
      return { shape: "done", title: "complete", detail: "" };
    case "failed":
      return { shape: "failed", title: "failed", detail: "", text: data.message };
    case "cancelled":
      return { shape: "cancelled", title: "cancelled", detail: `by ${data.from.name}`, text: data.reason };
    case "forgotten":
      return person(data.from.name, "had it forgotten");
  }
}

const undoEnds = {
  undone: { shape: "done", title: "undone" },
  refused: { shape: "cancelled", title: "undo refused" },
  failed: { shape: "failed", title: "undo failed", open: true },
} as const;

function launchedWords(data: Extract<EventBody, { type: "launched" }>): Words {
  const source = data.follows ? " after an earlier run" : "";
  const context = data.context.length > 0 ? `, with ${plural(data.context.length, "text")} around it` : "";
  return person(data.from.name, `started the run (${channelName(data.via.channel)})${source}${context}`);
}

function person(name: string, detail: string, text = ""): Words {
  return { shape: "person", title: name, detail, text };
}

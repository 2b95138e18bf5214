/** What a run has seen, in the order it saw it, and from whom: the texts in which a value can have its origin. */
import type { Context } from "../command.ts";
import { isUntrustedTurn, type RunEvent } from "../event.ts";
import { changedNames } from "../text/brief.ts";
import { directCallId, undoCallId } from "../text/person-calls.ts";

export interface Source {
  /** Version of the event that brought the text. */
  version: number;
  /** Who or what it came from, for people: `said by dana`, `from prom_query`, `from webhook alerts`. */
  words: string;
  /** Who said it, by name; absent for what nobody said. */
  speaker?: string;
  /** False for what no listed person wrote: a webhook's body, a page, a guest. */
  trusted: boolean;
  text: string;
}

/** The texts of a run's log. What the model itself wrote is no source: it is what is to be traced. */
export function sourcesOf(events: readonly RunEvent[]): Source[] {
  const before = nothingBefore();
  return events.flatMap((event, index) => sourcesIn(event, index + 1, before));
}

/** What later events speak of by an id: the tools of calls, and what each approval showed. */
export interface Before {
  tools: Map<string, string>;
  shown: Map<string, unknown>;
}

/** Before the first event. */
export function nothingBefore(): Before {
  return { tools: new Map([[directCallId, "the call"]]), shown: new Map() };
}

/** The texts that one event brings; `before` takes in what it says of ids. */
export function sourcesIn(event: RunEvent, version: number, before: Before): Source[] {
  switch (event.type) {
    case "launched":
      if (event.call) before.tools.set(directCallId, event.call.tool);
      break;
    case "model_answered":
      for (const call of event.calls) before.tools.set(call.id, call.tool);
      break;
    case "undo_asked":
      before.tools.set(undoCallId(event.questionId), event.call.tool);
      break;
    case "question_asked":
      if (event.question.call) before.shown.set(event.question.id, event.question.call.input);
  }
  return textsOf(event, before).map((text) => ({ version, ...text }));
}

/** What somebody says who changes arguments: those that are others now, and none of those that they left as they were. */
export function changedText(name: string, before: unknown, after: unknown): Omit<Source, "version"> {
  const changed = new Set(changedNames(before, after));
  const entries = typeof after === "object" && after !== null ? Object.entries(after) : [];
  const values = entries.filter(([key]) => changed.has(key));
  return said(name, JSON.stringify(Object.fromEntries(values)));
}

type Text = Omit<Source, "version">;

function textsOf(event: RunEvent, { tools, shown }: Before): Text[] {
  switch (event.type) {
    case "launched":
      return launchTexts(event);
    case "heard":
      return [...pointedAt(event.context), said(event.from.name, event.text, event.trusted)];
    case "question_answered":
      return [...pointedAt(event.context), said(event.from.name, event.answer, event.trusted !== false)];
    case "approval_granted":
      return event.edited ? [changedText(event.from.name, shown.get(event.questionId), event.input)] : [];
    case "call_edited":
      return [changedText(event.from.name, shown.get(event.questionId), event.input)];
    case "approval_refused":
      return [said(event.from.name, event.reason)];
    case "prefetched":
      return [{ words: from(event.tool), trusted: !event.untrusted, text: event.output }];
    case "call_finished":
      return [
        result(tools.get(event.callId), event.output, event.untrusted),
        ...wayBack(tools.get(event.callId), event),
      ];
    case "call_failed":
      return [result(tools.get(event.callId), event.message, event.untrusted ?? false)];
    case "call_verified":
      return [result(tools.get(event.callId), event.words, false)];
    case "event_arrived":
      return [{ words: from(`event ${event.event}`), trusted: false, text: event.payload }];
    default:
      return [];
  }
}

/** What a tool offers to undo its call with, it has seen itself. */
function wayBack(
  tool: string | undefined,
  { undo, untrusted }: Extract<RunEvent, { type: "call_finished" }>,
): Text[] {
  return undo ? [result(tool, JSON.stringify(undo.input), untrusted)] : [];
}

function launchTexts(event: Extract<RunEvent, { type: "launched" }>): Text[] {
  const task = said(event.from.name, event.task);
  const before: Text[] = event.follows
    ? [
        {
          words: "from the turn before",
          trusted: !isUntrustedTurn(event.follows),
          text: `${event.follows.task}\n${event.follows.outcome}`,
        },
      ]
    : [];
  return [...chosenBy(event), ...before, ...pointedAt(event.context), task];
}

/** A run of one call: whoever launched it chose its arguments, or the tool whose call it undoes did. */
function chosenBy({ call, undoes, from: who, trusted }: Extract<RunEvent, { type: "launched" }>): Text[] {
  if (!call) return [];
  const text = JSON.stringify(call.input);
  return [undoes ? { words: from(undoes.tool), trusted, text } : said(who.name, text, trusted)];
}

function pointedAt(context: readonly Context[] = []): Text[] {
  return context.map(({ source, text, trusted }) => ({ words: from(source), trusted, text }));
}

function result(tool: string | undefined, text: string, untrusted: boolean): Text {
  return { words: from(tool ?? "the call"), trusted: !untrusted, text };
}

function said(name: string, text: string, trusted = true): Text {
  return { words: `said by ${plain(name)}`, speaker: name, trusted, text };
}

function from(name: string): string {
  return `from ${plain(name)}`;
}

/** Names are other people's text: what could be markup or a mention stays out of a card's label. */
function plain(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N}._-]+/gu, " ")
      .trim()
      .slice(0, 60) || "somebody"
  );
}

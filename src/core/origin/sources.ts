/** What a run has seen, in the order it saw it, and from whom: the texts in which a value can have its origin. */
import type { Context } from "../command.ts";
import { isUntrustedTurn, type RunEvent } from "../event.ts";

export interface Source {
  /** Version of the event that brought the text. */
  version: number;
  /** Who or what it came from, for people: `said by dana`, `from prom_query`, `from webhook alerts`. */
  words: string;
  /** False for what no listed person wrote: a webhook's body, a page, a guest. */
  trusted: boolean;
  text: string;
}

/** The texts of a run's log. What the model itself wrote is no source: it is what is to be traced. */
export function sourcesOf(events: readonly RunEvent[]): Source[] {
  const tools = new Map<string, string>();
  return events.flatMap((event, index) => {
    if (event.type === "model_answered") for (const call of event.calls) tools.set(call.id, call.tool);
    return textsOf(event, tools).map((text) => ({ version: index + 1, ...text }));
  });
}

type Text = Omit<Source, "version">;

function textsOf(event: RunEvent, tools: ReadonlyMap<string, string>): Text[] {
  switch (event.type) {
    case "launched":
      return launchTexts(event);
    case "heard":
      return [
        ...pointedAt(event.context),
        { words: saidBy(event.from.name), trusted: event.trusted, text: event.text },
      ];
    case "question_answered":
      return [
        ...pointedAt(event.context),
        { words: saidBy(event.from.name), trusted: event.trusted !== false, text: event.answer },
      ];
    case "approval_granted":
      return event.edited
        ? [{ words: saidBy(event.from.name), trusted: true, text: JSON.stringify(event.input) }]
        : [];
    case "call_edited":
      return [{ words: saidBy(event.from.name), trusted: true, text: JSON.stringify(event.input) }];
    case "approval_refused":
      return [{ words: saidBy(event.from.name), trusted: true, text: event.reason }];
    case "prefetched":
      return [{ words: from(event.tool), trusted: !event.untrusted, text: event.output }];
    case "call_finished":
      return [result(tools.get(event.callId), event.output, event.untrusted)];
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

function launchTexts(event: Extract<RunEvent, { type: "launched" }>): Text[] {
  const task: Text = { words: saidBy(event.from.name), trusted: true, text: event.task };
  const before: Text[] = event.follows
    ? [
        {
          words: "from the turn before",
          trusted: !isUntrustedTurn(event.follows),
          text: `${event.follows.task}\n${event.follows.outcome}`,
        },
      ]
    : [];
  return [...before, ...pointedAt(event.context), task];
}

function pointedAt(context: readonly Context[] = []): Text[] {
  return context.map(({ source, text, trusted }) => ({ words: from(source), trusted, text }));
}

function result(tool: string | undefined, text: string, untrusted: boolean): Text {
  return { words: from(tool ?? "the call"), trusted: !untrusted, text };
}

function saidBy(name: string): string {
  return `said by ${plain(name)}`;
}

function from(name: string): string {
  return `from ${plain(name)}`;
}

/** Names are other people's text: what could be markup or a mention stays out of a card's label. */
function plain(name: string): string {
  return (
    name
      .replace(/[^\p{L}\p{N} ._-]+/gu, " ")
      .trim()
      .slice(0, 60) || "somebody"
  );
}

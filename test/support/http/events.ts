/** Reads server-sent events from a response, one at a time. */

interface SentEvent {
  id: string | null;
  event: string;
  data: unknown;
}

export interface SentEvents extends AsyncDisposable {
  /** The next event; null at the end of the stream. Comments are left out. */
  next(): Promise<SentEvent | null>;
  take(count: number): Promise<SentEvent[]>;
}

export function sentEvents(response: Response): SentEvents {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error("the response has no body");
  const source = reader;
  let text = "";

  async function next(): Promise<SentEvent | null> {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const event = parse(text.slice(0, end));
        text = text.slice(end + 2);
        if (event) return event;
        continue;
      }
      const { value, done } = await source.read();
      if (done) return null;
      text += value;
    }
  }

  return {
    next,
    async take(count) {
      const events: SentEvent[] = [];
      while (events.length < count) {
        const event = await next();
        if (!event) break;
        events.push(event);
      }
      return events;
    },
    [Symbol.asyncDispose]: () => reader.cancel(),
  };
}

function parse(block: string): SentEvent | null {
  const lines = block.split("\n").filter((line) => !line.startsWith(":"));
  const field = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  const data = field("data");
  return data === null
    ? null
    : { id: field("id"), event: field("event") ?? "message", data: JSON.parse(data) };
}

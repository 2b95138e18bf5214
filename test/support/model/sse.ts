/** A raw HTTP server that answers model requests byte by byte as a test says: for what no mock product can do. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type Script = (response: ServerResponse, request: IncomingMessage) => void;

export interface SseServer extends AsyncDisposable {
  /** To be given as the base URL. */
  url: string;
  /** The bodies of the requests, oldest first. */
  bodies: Record<string, unknown>[];
}

/** Answers the n-th request by the n-th script, further ones by the last. */
export async function sseServer(...scripts: Script[]): Promise<SseServer> {
  const bodies: Record<string, unknown>[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    bodies.push(JSON.parse(text));
    scripts[Math.min(bodies.length, scripts.length) - 1]?.(response, request);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A stream of these events, ended cleanly. Strings go out as they are. */
export function stream(...events: (object | string)[]): Script {
  return (response) => {
    open(response, events);
    response.end();
  };
}

/** The same, and then the connection is torn down. */
export function tornStream(...events: object[]): Script {
  return (response) => {
    open(response, events);
    // Only what has left the process counts as sent: tear the connection after that.
    response.write(": last\n\n", () => response.destroy());
  };
}

/** The same, and then nothing more: the connection stays open. */
export function silentStream(...events: object[]): Script {
  return (response) => open(response, events);
}

/** No byte is ever sent. */
export const silence: Script = () => {};

/** An error with this body; a string goes out as it is. */
export function failure(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

function open(response: ServerResponse, events: readonly (object | string)[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of events) response.write(typeof event === "string" ? event : frame(event));
  response.flushHeaders();
}

function frame(event: object): string {
  const name = "type" in event ? `event: ${event.type}\n` : "";
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** A whole Responses stream that holds these items. */
export function responsesStream(items: readonly object[], response: object = {}): object[] {
  return [
    { type: "response.created", response: { id: "resp_1", status: "in_progress", output: [] } },
    ...items.map((item, index) => ({ type: "response.output_item.done", output_index: index, item })),
    {
      type: "response.completed",
      response: { id: "resp_1", model: "gpt-5-2025-08-07", status: "completed", output: items, ...response },
    },
  ];
}

/** A whole Chat stream of these deltas. */
export function chatStream(deltas: readonly object[], finish: string | null = "stop"): (object | string)[] {
  const chunk = (delta: object, finish_reason: string | null) => ({
    id: "chatcmpl_1",
    object: "chat.completion.chunk",
    model: "llama",
    choices: [{ index: 0, delta, finish_reason }],
  });
  return [...deltas.map((delta) => chunk(delta, null)), chunk({}, finish), "data: [DONE]\n\n"];
}

/** The answer in one piece, though a stream was asked for. */
export function whole(body: object): Script {
  return (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
}

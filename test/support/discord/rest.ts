/** The REST half of the Discord fake: the routes that discord.js calls, with faults. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, type Call, DiscordMemory, failed } from "./memory.ts";
import { bot, member } from "./payloads.ts";

/** A fault for the next matching call. `drop`: it is carried out, its answer never arrives. */
export interface Fault {
  method: string;
  path: RegExp;
  /** Matching calls that pass before it strikes. */
  after?: number;
  answer:
    | { status: number; body: Record<string, unknown>; headers?: Record<string, string> }
    /** Not Discord: a page of something in between. */
    | { status: number; raw: string; headers?: Record<string, string> }
    | "drop"
    | "refuse";
}

export class FakeRest extends DiscordMemory {
  readonly calls: Call[] = [];
  readonly faults: Fault[] = [];
  /** Called when a call was carried out, before it is answered; true: it never is. */
  interrupt: (call: Call) => boolean = () => false;

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    const path = decodeURIComponent(url.pathname.replace(/^\/api\/v10/, ""));
    const { body, files } = await bodyOf(request);
    const call: Call = { method: request.method ?? "GET", path, query: url.searchParams, body, files };
    this.calls.push(call);
    const fault = this.#faultOf(call);
    if (fault?.answer === "refuse") return void request.socket.destroy();
    if (fault && fault.answer !== "drop") {
      if ("raw" in fault.answer) {
        const { status, raw, headers = { "content-type": "text/html" } } = fault.answer;
        return void response.writeHead(status, headers).end(raw);
      }
      return send(response, fault.answer);
    }
    const answer = this.#answer(call);
    if (this.interrupt(call)) return;
    if (fault) return void request.socket.destroy();
    send(response, answer);
  }

  #faultOf(call: Call): Fault | null {
    const fault = this.faults.find((each) => each.method === call.method && each.path.test(call.path));
    if (!fault) return null;
    const passing = fault.after ?? 0;
    fault.after = passing - 1;
    if (passing > 0) return null;
    this.faults.splice(this.faults.indexOf(fault), 1);
    return fault;
  }

  #answer(call: Call): Answer {
    for (const [method, pattern, act] of routes) {
      const match = method === call.method ? pattern.exec(call.path) : null;
      if (match) return act(this, call, match.slice(1));
    }
    return failed(404, 0, "404: Not Found");
  }
}

type Route = readonly [string, RegExp, (rest: FakeRest, call: Call, ids: string[]) => Answer];

const routes: readonly Route[] = [
  ["GET", /^\/users\/@me$/, () => ({ status: 200, body: bot })],
  ["POST", /^\/users\/@me\/channels$/, (rest, call) => rest.openDirect(String(call.body.recipient_id))],
  ["GET", /^\/applications\/@me$/, (rest) => ({ status: 200, body: rest.application })],
  ["GET", /^\/users\/@me\/guilds$/, (rest) => ({ status: 200, body: rest.guilds })],
  [
    "PUT",
    /^\/applications\/\d+\/commands$/,
    (rest, call) => {
      rest.commands = Object.values(call.body);
      return { status: 200, body: rest.commands };
    },
  ],
  [
    "GET",
    /^\/channels\/(\d+)$/,
    (rest, _call, [id = ""]) => {
      const channel = rest.channels.get(id);
      return channel ? { status: 200, body: channel } : failed(404, 10_003, "Unknown Channel");
    },
  ],
  [
    "PATCH",
    /^\/channels\/(\d+)$/,
    (rest, call, [id = ""]) => {
      const channel = rest.channels.get(id);
      if (!channel) return failed(404, 10_003, "Unknown Channel");
      if (call.body.archived === false) channel.thread_metadata = { archived: false };
      return { status: 200, body: channel };
    },
  ],
  ["POST", /^\/channels\/(\d+)\/messages$/, (rest, call, [id = ""]) => rest.create(id, call)],
  ["GET", /^\/channels\/(\d+)\/messages$/, (rest, call, [id = ""]) => rest.list(id, call.query)],
  [
    "GET",
    /^\/channels\/(\d+)\/messages\/(\d+)$/,
    (rest, _call, [id = "", message = ""]) => rest.one(id, message),
  ],
  [
    "PATCH",
    /^\/channels\/(\d+)\/messages\/(\d+)$/,
    (rest, call, [id = "", message = ""]) => rest.edit(id, message, call),
  ],
  [
    "DELETE",
    /^\/channels\/(\d+)\/messages\/(\d+)$/,
    (rest, _call, [id = "", message = ""]) => {
      rest.messages.set(
        id,
        (rest.messages.get(id) ?? []).filter((each) => each.id !== message),
      );
      return { status: 204 };
    },
  ],
  [
    "POST",
    /^\/channels\/(\d+)\/messages\/(\d+)\/threads$/,
    (rest, call, [id = "", message = ""]) => rest.startThread(id, message, call.body.name),
  ],
  [
    "PUT",
    /^\/channels\/(\d+)\/messages\/(\d+)\/reactions\/(.+)\/@me$/,
    (rest, _call, [, message = "", emoji = ""]) => {
      rest.reactions.push(`${emoji} ${message}`);
      return { status: 204 };
    },
  ],
  [
    "GET",
    /^\/guilds\/(\d+)\/members\/(\d+)$/,
    (_rest, _call, [, id = ""]) => ({
      status: 200,
      body: { ...member(), user: { id } },
    }),
  ],
  [
    "POST",
    /^\/interactions\/(\d+)\/([^/]+)\/callback$/,
    (rest, call, [id = ""]) => rest.acknowledge(id, call.body),
  ],
  [
    "PATCH",
    /^\/webhooks\/\d+\/([^/]+)\/messages\/@original$/,
    (rest, call, [token = ""]) => {
      rest.replies.push({ token, kind: "edit", body: call.body });
      return { status: 200, body: {} };
    },
  ],
  [
    "POST",
    /^\/webhooks\/\d+\/([^/]+)$/,
    (rest, call, [token = ""]) => {
      rest.replies.push({ token, kind: "followup", body: call.body });
      return { status: 200, body: {} };
    },
  ],
];

function send(response: ServerResponse, answer: Answer): void {
  const json = answer.status === 204 ? null : JSON.stringify(answer.body ?? {});
  response.writeHead(answer.status, {
    ...(json === null ? {} : { "content-type": "application/json" }),
    ...answer.headers,
  });
  response.end(json);
}

async function bodyOf(request: IncomingMessage): Promise<Pick<Call, "body" | "files">> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("multipart/")) {
    return {
      body: bytes.length > 0 ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {},
      files: [],
    };
  }
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  const files = [...form.values()].filter((part) => part instanceof File);
  const body = JSON.parse(String(form.get("payload_json"))) as Record<string, unknown>;
  return { body, files: await Promise.all(files.map((file) => file.text())) };
}

/**
 * A server that asks people in the middle of a call, without any library. Arguments: its folder, which holds what it
 * asks (`asks.json`, a list of parameters of elicitation/create, in rounds also of an `error` to answer with), what was
 * called (`calls.log`), what it was answered (`answers.log`) and what it was told to end (`cancelled.log`); and how it asks: `over-connection` (2025-11-25), `in-rounds` (2026-07-28), `pages-first` (an error).
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [folder = ".", how = ""] = process.argv.slice(2);

interface Message {
  id?: number;
  method?: string;
  params?: {
    arguments?: { text?: string };
    protocolVersion?: string;
    inputResponses?: Record<string, unknown>;
    requestState?: string;
  };
  result?: unknown;
  error?: unknown;
}

const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const note = (file: string, value: unknown) =>
  appendFileSync(join(folder, file), `${JSON.stringify(value)}\n`);
const asks: object[] = JSON.parse(readFileSync(join(folder, "asks.json"), "utf8"));
const inputSchema = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
const tools = [{ name: "work", description: "Works.", inputSchema }];
const done = (text: unknown) => ({
  resultType: "complete",
  content: [{ type: "text", text: `did ${text}` }],
});

/** The call that waits for an answer over the connection: its id, its text, and what it was answered. */
let open: { id: number; text: string; answers: unknown[] } | null = null;

function askNext(): void {
  if (open === null) return;
  const ask = asks[open.answers.length];
  if (ask !== undefined)
    return void send({ id: 900 + open.answers.length, method: "elicitation/create", params: ask });
  send({ id: open.id, result: done(open.text) });
  open = null;
}

function call(id: number, params: NonNullable<Message["params"]>): void {
  const text = params.arguments?.text ?? "";
  note("calls.log", { name: "work", given: params.arguments });
  switch (how) {
    case "over-connection":
      open = { id, text, answers: [] };
      askNext();
      return;
    case "pages-first": {
      if (existsSync(join(folder, "opened"))) return void send({ id, result: done(text) });
      return void send({
        id,
        error: { code: -32042, message: "a page first", data: { elicitations: asks } },
      });
    }
    default:
      round(id, text, params);
  }
}

function round(
  id: number,
  text: string,
  { inputResponses, requestState = "0" }: NonNullable<Message["params"]>,
): void {
  if (inputResponses !== undefined) note("answers.log", { requestState, inputResponses });
  const at = Number(requestState);
  const ask = asks[at];
  if (ask === undefined) return void send({ id, result: done(text) });
  if ("error" in ask) return void send({ id, error: ask.error });
  const inputRequests = "method" in ask ? { q: ask } : { q: { method: "elicitation/create", params: ask } };
  send({ id, result: { resultType: "input_required", inputRequests, requestState: String(at + 1) } });
}

function heard({ id, method, params = {}, result, error }: Message): void {
  if (method === "notifications/cancelled") note("cancelled.log", params);
  if (id === undefined) return;
  if (method === undefined) {
    note("answers.log", error ?? result);
    open?.answers.push(result);
    askNext();
    return;
  }
  const serverInfo = { name: "asking", version: "1.0.0" };
  const capabilities = { tools: {} };
  const kept = { resultType: "complete", ttlMs: 0, cacheScope: "private" };
  if (method === "server/discover" && how === "in-rounds") {
    const supportedVersions = ["2026-07-28"];
    send({ id, result: { ...kept, supportedVersions, capabilities, serverInfo } });
  } else if (method === "initialize") {
    send({ id, result: { protocolVersion: "2025-11-25", capabilities, serverInfo } });
  } else if (method === "tools/list") send({ id, result: { ...kept, tools } });
  else if (method === "tools/call") call(id, params);
  else send({ id, error: { code: -32601, message: "Method not found" } });
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => heard(JSON.parse(line)));
lines.on("close", () => process.exit(0));

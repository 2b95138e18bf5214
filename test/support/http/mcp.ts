/** Messages of the Model Context Protocol by hand, as curl sends them, and the official client of a bot that listens. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { onTestFinished } from "vitest";
import type { Bench, TokenName } from "./server.ts";

export const accept = { accept: "application/json, text/event-stream" };

/** A tool's result, as it came. */
export interface Told {
  isError?: boolean;
  content: { type: string; text: string }[];
  structuredContent?: Record<string, unknown>;
  _meta?: Record<string, unknown>;
}

/** One request in the way of the protocol of 2025. */
export function message(method: string, params: object = {}) {
  return { jsonrpc: "2.0", id: 1, method, params };
}

export async function ask(
  b: Bench,
  as: TokenName | null,
  method: string,
  params: object = {},
  headers: Record<string, string> = {},
): Promise<unknown> {
  const json = message(method, params);
  const response = await b.call("POST", "/mcp", { as, json, headers: { ...accept, ...headers } });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  return (await messageIn(response)).result;
}

/** The last message of an answer, whether it is one of JSON or a stream of events. */
export async function messageIn(response: Response): Promise<{ result?: unknown; error?: { code: number } }> {
  const text = await response.text();
  const data = text.startsWith("{")
    ? text
    : (text
        .match(/^data: (\{.*)$/gm)
        ?.at(-1)
        ?.slice(6) ?? "{}");
  return JSON.parse(data);
}

export async function callTool(
  b: Bench,
  as: TokenName,
  name: string,
  args: object,
  more: { meta?: object; headers?: Record<string, string> } = {},
): Promise<Told> {
  const params = { name, arguments: args, ...(more.meta ? { _meta: more.meta } : {}) };
  return (await ask(b, as, "tools/call", params, more.headers)) as Told;
}

export const textOf = ({ content }: Told) => content.map(({ text }) => text).join("\n");

/** `auto`: it begins with the newest protocol that both know. */
export async function officialClient(
  url: string,
  token: string,
  mode: "auto" | "legacy" = "auto",
): Promise<Client> {
  const client = new Client({ name: "a-test", version: "1" }, { versionNegotiation: { mode } });
  const headers = { Authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit: { headers } }));
  onTestFinished(() => client.close());
  return client;
}

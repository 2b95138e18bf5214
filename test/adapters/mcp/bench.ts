/** What tests of foreign servers share: a folder with a lock file, servers that end with the test, and calls. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { ServerOptions } from "../../../adapters/mcp/options.ts";
import { mcp } from "../../../adapters/mcp/tools.ts";
import type { CallContext } from "../../../src/core/ports/toolbox.ts";
import type { ToolServer } from "../../../src/tools/tool-server.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";

export const node = process.execPath;
export const odd = join(import.meta.dirname, "odd-child.ts");

/** What its tool takes. */
export const input = { text: "this" };

/** How the server is declared that behaves well, with its lock file in this folder. */
export const wellIn = (place: string, allow: "*" | string[] = "*") => ({
  ...{ configDir: place, name: "odd", command: node, args: [odd, place, "well"], allow },
});

/** Removed when the test is over. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "belay-mcp-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Ended when the test is over. */
export function server(options: ServerOptions): ToolServer {
  const made = mcp(options);
  onTestFinished(() => made.stop());
  return made;
}

/** The server that misbehaves in this way, with its tools accepted while it behaved. */
export async function oddServer(
  mode: string,
  options: Partial<Extract<ServerOptions, { command: string }>> & { at?: string } = {},
): Promise<{ server: ToolServer; at: string }> {
  const { at = folder(), ...more } = options;
  const base = { configDir: at, name: "odd", command: node, allow: "*", ...more } as const;
  const before = mcp({ ...base, args: [odd, at, "well"] });
  await before.accept();
  await before.stop();
  return { server: server({ ...base, args: [odd, at, mode] }), at };
}

/** The server over HTTP at this URL, with its tools accepted as they are now. */
export async function acceptedAt(
  options: Partial<Extract<ServerOptions, { url: string }>> & { url: string },
): Promise<ToolServer> {
  const all = { configDir: folder(), name: "web", allow: "*", private: true, ...options } as const;
  const before = mcp(all);
  await before.accept();
  await before.stop();
  return server(all);
}

/** What the server that misbehaves offers from now on. */
export function offer(at: string, ...tools: object[]): void {
  writeFileSync(join(at, "tools.json"), JSON.stringify(tools));
}

/** A tool of it. */
export function tool(change: Record<string, unknown> = {}): Record<string, unknown> {
  const inputSchema = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
  return { name: "work", description: "Works.", inputSchema, ...change };
}

export function callsIn(at: string): { name: string; given: unknown }[] {
  const path = join(at, "calls.log");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

export function toolboxOf(...servers: ToolServer[]) {
  return createToolbox(
    servers.flatMap(({ tools }) => tools),
    { redact: (text) => text },
  );
}

export function contextOf(signal = new AbortController().signal): CallContext {
  return { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal };
}

/** One call of a tool of this server, by its name here. */
export function call(from: ToolServer, name: string, input: Record<string, unknown>) {
  return toolboxOf(from).run(name, input, contextOf());
}

/** Waits for what happens outside of this process; the test's own limit ends it when it never does. */
export async function until(look: () => boolean): Promise<void> {
  while (!look()) await wait(10);
}

/** `npm run mcp`: the foreign servers of tools, what they offer, what of it is accepted, and one call by hand. */
import { harmless } from "../../adapters/terminal/line.ts";
import { ConfigError, loadPlace, loadToolServers } from "../config.ts";
import type { AcceptedChanges, ServedTool, ToolServerStatus } from "../core/ports/tool-server.ts";
import { ifMeant } from "../core/text/closest.ts";
import { createRedactor } from "../core/text/redact.ts";
import { acceptanceInWords } from "../core/text/tool-acceptance.ts";
import type { Tool } from "../tools/contract.ts";
import type { ToolServer } from "../tools/tool-server.ts";
import { runCommand } from "./command.ts";
import { type AcceptanceAudit, acceptanceAudit } from "./mcp-audit.ts";
import { type Given, UsageError, usageOf } from "./options.ts";
import { atTerminal } from "./tool.ts";

const line = {
  command: "npm run mcp",
  about: [
    "list: the servers of belay.config.ts, and how their tools stand against what was accepted.",
    "try: one call by hand, with the checks and limits that the agent gets. The tool by the server's own name.",
    "accept: writes what the server offers now to mcp.lock.json, after which a start offers it to agents.",
  ],
  words: "list | try <server> <tool> '<json>' | accept <server>",
};

interface Loaded {
  servers: readonly ToolServer[];
  print(line: string): void;
}

type Accepting = Loaded & { audit: AcceptanceAudit };

/** The exit code: 0 all is well, 1 a server is away or its tools are not what was accepted. */
export async function list({ servers, print }: Loaded): Promise<number> {
  if (servers.length === 0) print("There is no server in belay.config.ts: docs/mcp.md says how to add one.");
  const all = await Promise.all(servers.map((server) => server.look()));
  for (const status of all) for (const text of statusLines(status)) print(text);
  for (const note of servers.flatMap((server) => server.notes)) print(note);
  return all.every(({ ok }) => ok) ? 0 : 1;
}

function statusLines({ name, detail, version, tools }: ToolServerStatus): string[] {
  return [`${name}: ${version ?? "not reached"}; ${detail}`, ...tools.map(toolLine)];
}

function toolLine({ name, standing, words }: ServedTool): string {
  return `  ${name}: ${standing}${words === "" ? "" : `, ${words}`}`;
}

/** The exit code: 1 when the server can't be reached, or the file not be written; nothing is written then. */
export async function accept({ servers, print, audit }: Accepting, name: string): Promise<number> {
  const server = serverNamed(servers, name);
  let what: string | null = null;
  try {
    await server.look();
    const { tools } = await server.review();
    for (const { name: tool, standing, words } of tools) {
      if (standing === "changed" || standing === "gone") print(`  ${tool}: it was ${standing}, ${words}`);
    }
    // What was told is what is accepted.
    const shown = tools.flatMap(({ name: tool, now }) => (now ? [{ name: tool, sha256: now.sha256 }] : []));
    // Before it is written, as in the console.
    const noted = async (changes: AcceptedChanges) => {
      what = acceptanceInWords(changes);
      await audit.note(name, what, true);
    };
    const status = await server.accept({ shown, noted });
    for (const text of statusLines(status)) print(text);
    print("Written to mcp.lock.json: review it like code, and start the bot anew.");
    return 0;
  } catch (error) {
    print(`${error instanceof Error ? error.message : error}. Nothing was written.`);
    if (what !== null) await audit.note(name, what, false);
    return 1;
  } finally {
    const untold = await audit.end();
    if (untold !== null) print(untold);
  }
}

export function serverNamed(servers: readonly ToolServer[], name: string | undefined): ToolServer {
  const found = servers.find((server) => server.name === name);
  if (found) return found;
  const names = servers.map((server) => server.name);
  const asked = name === undefined ? "without a name" : `${name}${ifMeant(name, names)}`;
  throw new UsageError(
    `There is no server ${asked}; there are: ${names.join(", ") || "none"}.\n${usageOf(line)}`,
  );
}

async function run({ words: [verb, name, tool, json = "{}"] }: Given): Promise<number> {
  if (verb !== "list" && verb !== "accept" && verb !== "try") throw new UsageError(usageOf(line));
  const { servers, secrets, problems } = await loadToolServers();
  if (problems.length > 0) throw new ConfigError(problems);
  const redact = createRedactor(secrets);
  const print = (text: string) => process.stdout.write(`${harmless(redact(text))}\n`);
  try {
    if (verb === "list") return await list({ servers, print });
    if (verb === "accept") {
      const audit = acceptanceAudit(loadPlace().databaseUrl);
      return await accept({ servers, print, audit }, name ?? "");
    }
    const found = accepted(serverNamed(servers, name), tool ?? "");
    const config = { tools: [found], toolServers: servers, secrets, warnings: [], toolsOff: [] };
    return await atTerminal(config, [found.spec.name, json]);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** @throws UsageError for a tool that can't be called: nobody has accepted it, or its secret is not set */
function accepted(server: ToolServer, tool: string): Tool {
  const found = server.tools.find(({ spec }) => spec.name === server.nameHere(tool));
  const why = found ? (found.off ?? missing(found)) : "it is not in allow, or nobody has accepted it";
  if (found === undefined || why !== null) throw new UsageError(`${server.name} ${tool}: ${why}`);
  return found;
}

function missing({ missingSecrets }: Tool): string | null {
  return missingSecrets.length === 0 ? null : `its secret is missing; set ${missingSecrets.join(", ")}`;
}

if (import.meta.main) process.exitCode = await runCommand(line, run);

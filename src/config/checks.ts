/** Checks that need more than one part of the configuration. Each pushes a line to `problems` for what can't work. */
import { z } from "zod";
import type { Agent, ToolSpec } from "../core/agent.ts";
import { thereIsNo } from "../core/text/closest.ts";
import { botToolsDeclared } from "../tools/bot-tools.ts";
import type { Tool } from "../tools/contract.ts";
import { controlTools } from "../tools/control-tools.ts";
import type { ToolServer } from "../tools/tool-server.ts";
import { type Environment, isDemo, isLoopback } from "./environment.ts";
import { type ConfigFile, type ToolsPlace, toolSchema } from "./file.ts";
import { expandRules } from "./rights.ts";

/**
 * The control tools and those of belay.config.ts, whether their secrets are set or not, and the servers of some.
 * `known`: false when those of belay.config.ts could not be read; nothing can be said of their names then.
 */
export function allTools(
  file: ConfigFile,
  place: ToolsPlace,
  problems: string[],
): { tools: Tool[]; servers: ToolServer[]; known: boolean } {
  const before = problems.length;
  const listed = writtenTools(file, place, problems);
  const known = problems.length === before;
  const servers = listed.filter((one) => isServer(one));
  const written = listed.flatMap((one) => (isServer(one) ? one.tools : one));
  const tools = [...controlTools, ...written].map((tool) => withApprovers(tool, file, problems));
  const names = [...tools, ...botToolsDeclared].map((tool) => tool.spec.name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index))) {
    problems.push(`tools: two tools are named ${name}; rename or remove one`);
  }
  const called = servers.map(({ name }) => name);
  for (const name of new Set(called.filter((one, index) => called.indexOf(one) !== index))) {
    problems.push(`tools: two servers are named ${name}; rename one`);
  }
  return { tools, servers, known };
}

function isServer(one: Tool | ToolServer): one is ToolServer {
  return !("spec" in one);
}

/** Packs throw at their declaration, with words that say what to do. */
function writtenTools(
  { tools }: ConfigFile,
  place: ToolsPlace,
  problems: string[],
): readonly (Tool | ToolServer)[] {
  if (typeof tools !== "function") return tools;
  let made: unknown;
  try {
    made = tools(place);
  } catch (error) {
    problems.push(`tools: ${error instanceof Error ? error.message : error}`);
    return [];
  }
  const parsed = z.array(toolSchema).safeParse(made);
  if (parsed.success) return parsed.data;
  if (made instanceof Promise) {
    made.catch(() => {});
    problems.push(
      "tools: the function is async, and its tools are not there yet; make it a plain one, and await before it, at the top of the file",
    );
    return [];
  }
  problems.push(
    `tools: the function gives ${described(made)}; it must return a list of what defineTool makes`,
  );
  return [];
}

function described(value: unknown): string {
  if (!Array.isArray(value)) return value === null ? "null" : typeof value;
  const at = value.findIndex((one) => !toolSchema.safeParse(one).success);
  return `a list whose ${at + 1}. element is no tool${whatItIs(value[at])}`;
}

/** The usual slips, each with its remedy. */
function whatItIs(element: unknown): string {
  if (Array.isArray(element)) return " but a list of its own (write ... before it)";
  if (typeof element === "function") return " but a function (call it)";
  return element === undefined ? " but undefined (is it exported by that name?)" : "";
}

/** A tool may name its approvers by group, like the rights of agents. */
function withApprovers(tool: Tool, file: ConfigFile, problems: string[]): Tool {
  const { approval, name } = tool.spec;
  if (!approval || approval.by.length === 0) return tool;
  const by = expandRules(approval.by, file.people, `tools.${name}.requiresApproval.by`, problems);
  return { ...tool, spec: { ...tool.spec, approval: { ...approval, by } } };
}

/** Tools that are off by themselves, and the one thing that all of them need to be on. */
export interface ToolsOff {
  names: readonly string[];
  /** Half a sentence: what would switch them on. */
  reason: string;
}

export function toolsThatAreOn(tools: readonly Tool[], off: ToolsOff[]): Tool[] {
  const byReason = Map.groupBy(tools, (tool) => tool.off);
  for (const [reason, left] of byReason)
    if (reason !== null) off.push({ names: left.map(({ spec }) => spec.name), reason });
  return byReason.get(null) ?? [];
}

/** With every name. */
export function offInWords({ names, reason }: ToolsOff): string {
  return `tools: off: ${names.join(", ")}; ${reason}`;
}

/** A tool without its secret could only fail: it is left out, and that is said. */
export function withSecrets(tools: readonly Tool[], warnings: string[]): Tool[] {
  return tools.filter(({ spec, missingSecrets }) => {
    for (const name of missingSecrets) {
      warnings.push(`tools.${spec.name}: left out, its secret is missing; set ${name} or ${name}_FILE`);
    }
    return missingSecrets.length === 0;
  });
}

/** By name; of two tools with one name the later one. */
export function specsOf(tools: readonly Tool[]): Record<string, ToolSpec> {
  return Object.fromEntries(tools.map((tool) => [tool.spec.name, tool.spec]));
}

/** Everything that names an agent must name one that exists. */
export function checkAgentNames(file: ConfigFile, agents: readonly Agent[], problems: string[]): void {
  const names = agents.map((agent) => agent.name);
  const named: [where: string, agent: string][] = [
    ["defaultAgent", file.defaultAgent],
    ...Object.entries(file.routes).map(([at, agent]): [string, string] => [`routes.${at}`, agent]),
    ...file.webhooks.map((one): [string, string] => [`webhooks.${one.name}`, one.agent]),
    ...file.schedules.map((one): [string, string] => [`schedules.${one.name}`, one.agent]),
    ...(file.mail?.inbound ?? []).map((one): [string, string] => [`mail.inbound.${one.name}`, one.agent]),
    ...(file.mcp.agent === null ? [] : [["mcp.agent", file.mcp.agent] as [string, string]]),
    ...(file.mail?.listener ? [["mail.listener", file.mail.listener.agent] as [string, string]] : []),
  ];
  for (const [where, agent] of named) {
    if (names.includes(agent)) continue;
    problems.push(`${where}: ${thereIsNo("agent", [agent], names)}`);
  }
}

/**
 * A limit that nobody can keep is told, never silently dropped: what a model without a price has cost is not known.
 */
export function priceWarnings(
  { model }: Pick<Environment, "model">,
  { prices }: Pick<ConfigFile, "prices">,
  agents: readonly Agent[],
): string[] {
  // The demo model costs nothing.
  if (isDemo(model)) return [];
  const byModel = Map.groupBy(agents, (agent) => agent.model ?? model.model);
  return [...byModel]
    .filter(([name]) => prices[name] === undefined)
    .map(([name, [agent]]) => {
      const { costUsd = 0, tokens = 0 } = agent?.limits ?? {};
      return `prices: the price of ${name} is not known: the limit of $${costUsd} a run can't be kept, the limit of ${tokens.toLocaleString("en-US")} tokens is; name it under prices in belay.config.ts`;
    });
}

/** Tokens must not cross a network in the clear, and without a token nobody else may come in. */
export function checkBind(place: Environment, file: ConfigFile, problems: string[]): void {
  const waysIn = place.auth === "none" ? waysInFromOutside(place, file) : [];
  if (waysIn.length > 0) {
    problems.push(
      `BELAY_AUTH: none lets in everyone who reaches the port; found ${waysIn.join(", ")}; keep to this machine (HOST=127.0.0.1, no proxy, no public name) or set BELAY_AUTH=token`,
    );
  } else if (!isLoopback(place.host) && !file.trustProxy) {
    problems.push(
      `HOST: ${place.host} is open to the network without TLS; set HOST=127.0.0.1, or put a proxy with TLS in front and trustProxy: true into belay.config.ts`,
    );
  }
}

/**
 * What says that others than this machine reach the server. Behind a proxy everybody comes from the loopback address.
 */
function waysInFromOutside({ host, publicUrl }: Environment, file: ConfigFile): string[] {
  const publicHost = publicUrl === null ? "localhost" : new URL(publicUrl).hostname.replace(/^\[|\]$/g, "");
  const names = file.allowedHosts.filter((name) => !isLoopback(name));
  return [
    ...(isLoopback(host) ? [] : [`HOST ${host}`]),
    ...(file.trustProxy ? ["trustProxy: true"] : []),
    ...(isLoopback(publicHost) ? [] : [`PUBLIC_URL at ${publicHost}`]),
    ...(names.length > 0 ? [`allowedHosts ${names.join(", ")}`] : []),
  ];
}

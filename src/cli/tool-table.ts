/** `npm run tool -- --check`: every declared tool as the bot has it, and whether what it needs is there. */
import type { Config } from "../config.ts";
import type { ApprovalRule } from "../core/agent.ts";
import type { Finding } from "../core/ports/finding.ts";
import { durationInWords } from "../core/text/duration.ts";
import type { Tool } from "../tools/contract.ts";
import { tryConnections } from "./try-connections.ts";

type Looked = Pick<Config, "tools" | "declaredTools" | "toolServers" | "secrets" | "agents" | "rights">;

/** Lines for a terminal. `isWell`: no tool lacks a secret, and all that is needed was reached. Calls no tool. */
export async function toolTable(config: Looked): Promise<{ lines: string[]; isWell: boolean }> {
  const findings = await tryConnections(config);
  const found = Map.groupBy(findings, ({ check }) => check);
  const rows = config.declaredTools.map((tool) => cellsOf(tool, config, found));
  const heads = ["tool", "from", "effect", "approval", "time", "missing", "reached", "off because"];
  const all = [heads, ...rows];
  const widths = heads.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const table = all.map((cells) =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const isWell = findings.every(({ ok }) => ok) && config.declaredTools.every(hasSecrets);
  return { lines: [...table, "", ...approverLines(config), ...(isWell ? [] : [more])], isWell };
}

const more = "npm run doctor says what is wrong with a connection, and what to do.";

function hasSecrets({ missingSecrets }: Tool): boolean {
  return missingSecrets.length === 0;
}

function cellsOf(
  tool: Tool,
  { toolServers }: Looked,
  found: ReadonlyMap<string, readonly Finding[]>,
): string[] {
  const { name, effect, approval, control } = tool.spec;
  const server = toolServers.find(({ tools }) => tools.some(({ spec }) => spec.name === name));
  const check = server?.check ?? tool.connection?.check ?? null;
  const all = (tool.off === null && hasSecrets(tool) && check !== null && found.get(check)) || [];
  // What else is found at a server is about single tools.
  const findings = server === undefined ? all : all.slice(0, 1);
  const reached = findings.every(({ ok }) => ok) ? "yes" : "no";
  return [
    name,
    // What has no connection is code of the configuration's own.
    control === "none" ? (check ?? "belay.config.ts") : "built in",
    ...[effect, approvalOf(approval), durationInWords(tool.timeoutMs), tool.missingSecrets.join(", ") || "-"],
    ...[findings.length === 0 ? "-" : reached, tool.off ?? ""],
  ];
}

function approvalOf(rule: ApprovalRule | null): string {
  if (rule === null) return "no";
  const who = rule.by.length === 0 ? "approvers" : rule.by.join(", ");
  return `${rule.count > 1 ? `${rule.count} of ` : ""}${who}${rule.ownRequest ? "" : ", not who asked"}`;
}

/** Whom `approvers` means depends on the agent that calls. */
function approverLines({ agents, rights }: Looked): string[] {
  return agents.map(({ name }) => `approvers of ${name}: ${rights[name]?.approve.join(", ") || "nobody"}`);
}

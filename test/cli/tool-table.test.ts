/** The table of all declared tools: what the bot would have, who must approve, and what was reached. */
import { expect, test } from "vitest";
import { z } from "zod";
import { writeAccepted } from "../../adapters/mcp/lock.ts";
import { mcp } from "../../adapters/mcp/tools.ts";
import { toolTable } from "../../src/cli/tool-table.ts";
import { broken, fine } from "../../src/core/ports/finding.ts";
import { controlTools } from "../../src/tools/control-tools.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { secretOf } from "../../src/tools/secret.ts";
import { configFolder } from "../support/config-folder.ts";

const ran: string[] = [];
const tool = (name: string, more: object = {}) =>
  defineTool({
    ...{ name, description: "x", effect: "read" as const, input: z.object({}) },
    ...{ run: () => ran.push(name), ...more },
  });
const connection = (check: string, ok: boolean) => ({
  check,
  diagnose: async () => [ok ? fine(check, "it is there") : broken(check, "no answer", "Look at it.")],
});
const people = { launch: [], read: [], answer: [], approve: ["slack:T1/U1", "console:*"], control: [] };
const agent = { name: "default" } as never;

async function tableOf(
  declaredTools: Parameters<typeof toolTable>[0]["declaredTools"],
  toolServers: readonly ReturnType<typeof mcp>[] = [],
) {
  const tools = declaredTools.filter(
    ({ off, missingSecrets }) => off === null && missingSecrets.length === 0,
  );
  const known = {
    declaredTools,
    tools,
    toolServers,
    secrets: [],
    agents: [agent],
    rights: { default: people },
  };
  const { lines, isWell } = await toolTable(known);
  const cells = lines.map((line) => line.split(/ {2,}/).join(" | "));
  return { cells, isWell };
}

test("each tool has its row, and none is run", async () => {
  const rule = { by: ["slack:T1/U1", "slack:T1/U2"], count: 2, ownRequest: false };
  const { cells, isWell } = await tableOf([
    ...controlTools.slice(0, 1),
    tool("look", { timeoutMs: 90_000, connection: connection("API shop", true) }),
    tool("act", { effect: "once" }),
    tool("deploy", { effect: "once", requiresApproval: rule }),
    tool("silence", {
      off: "set ALERTMANAGER_URL to switch them on",
      connection: connection("Alertmanager", false),
    }),
  ]);
  expect(cells).toEqual([
    "tool | from | effect | approval | time | missing | reached | off because",
    "ask_human | built in | read | no | 1 min | - | -",
    "look | API shop | read | no | 1 min 30 s | - | yes",
    "act | belay.config.ts | once | approvers | 1 min | - | -",
    "deploy | belay.config.ts | once | 2 of slack:T1/U1, slack:T1/U2, not who asked | 1 min | - | -",
    "silence | Alertmanager | read | no | 1 min | - | - | set ALERTMANAGER_URL to switch them on",
    "",
    "approvers of default: slack:T1/U1, console:*",
  ]);
  expect(isWell).toBe(true);
  expect(ran).toEqual([]);
});

test("what lacks a secret, and what was not reached, is not well", async () => {
  const token = secretOf("SHOP_TOKEN", null);
  const lacking = await tableOf([
    tool("look", { secrets: [token], connection: connection("API shop", true) }),
  ]);
  expect(lacking.cells[1]).toBe("look | API shop | read | no | 1 min | SHOP_TOKEN | -");
  expect(lacking.isWell).toBe(false);
  const away = await tableOf([tool("look", { connection: connection("API shop", false) })]);
  expect(away.cells[1]).toBe("look | API shop | read | no | 1 min | - | no");
  expect(away.cells.at(-1)).toBe("npm run doctor says what is wrong with a connection, and what to do.");
  expect(away.isWell).toBe(false);
});

test("a tool of a server stands with the server, which may be away, and says when nobody has accepted it", async () => {
  using folder = configFolder({});
  const schema = { type: "object", properties: {} };
  writeAccepted(folder.path, "odd", [{ name: "work", description: "Works.", schema, claims: [] }]);
  const server = mcp({
    configDir: folder.path,
    name: "odd",
    command: "/no/such/program",
    allow: ["work", "more"],
  });
  const { cells, isWell } = await tableOf(server.tools, [server]);
  expect(cells.slice(1, 3)).toEqual([
    "odd_work | MCP server odd | once | approvers | 1 min | - | no",
    "odd_more | MCP server odd | once | approvers | 1 min | - | - | nobody has accepted what odd offers: npm run mcp -- accept odd",
  ]);
  expect(isWell).toBe(false);
});

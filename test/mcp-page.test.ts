/** docs/mcp.md keeps its word: its declarations work as they stand, and its commands say what it says. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { filesystem } from "./adapters/mcp/packages.ts";
import { startChild } from "./support/child.ts";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/mcp.md"), "utf8");

function codeOf(name: string): string {
  const [, code] = new RegExp(`<!-- code: ${name} -->\n\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (code === undefined) throw new Error(`the page shows no ${name}`);
  return code.replaceAll(/"\.\/(src|adapters)\//g, '"../../$1/');
}

// Inside the project, so that its imports of the project are found.
let folder: string;
let reports: string;
beforeAll(() => {
  folder = mkdtempSync(join(root, "test", ".mcp-page-"));
  reports = mkdtempSync(join(tmpdir(), "belay-reports-"));
});
afterAll(() => {
  for (const path of [folder, reports]) rmSync(path, { recursive: true, force: true });
});

function writeConfig(code: string, added: string): string {
  const path = join(folder, "belay.config.ts");
  const rest = `
import type { ToolsPlace } from "../../src/config/file.ts";
export default { tools: ({ configDir, secret }: ToolsPlace) => [${added}] };
`;
  writeFileSync(path, code + rest);
  return path;
}

/** With the program that npx would fetch as it is here, and another folder. */
function filesConfig(): string {
  const code = codeOf("belay.config.ts, a server");
  const [args = ""] =
    /\["@modelcontextprotocol\/server-filesystem@2026\.8\.31", "\/srv\/reports"\]/.exec(code) ?? [];
  expect(args).not.toBe("");
  const local = code
    .replace('"npx"', JSON.stringify(process.execPath))
    .replace(args, JSON.stringify([filesystem, reports]));
  return writeConfig(local, "files(configDir)");
}

const run = (config: string, ...words: string[]) =>
  startChild("src/cli/mcp.ts", words, {
    env: { PATH: process.env.PATH, BELAY_CONFIG: config, DATABASE_URL: join(reports, "belay.db") },
  });

it("lists, accepts and tries the server that it declares", async () => {
  writeFileSync(join(reports, "june.txt"), "all was well");
  const config = filesConfig();
  const listed = /\$ npm run mcp -- list\n((?: {4}.*\n)+)/.exec(page)?.[1] ?? "";
  const lines = listed.split("\n").map((line) => line.slice(4));
  expect(await run(config, "list").succeeded()).toBe(lines.join("\n"));
  expect(page).toContain("$ npm run mcp -- accept files\n");
  expect(await run(config, "accept", "files").succeeded()).toContain("Written to mcp.lock.json");
  const [, json = ""] = /try files list_directory '([^']*)'/.exec(page) ?? [];
  const input = json.replace("/srv/reports", reports);
  expect(await run(config, "try", "files", "list_directory", input).succeeded()).toContain("june.txt");
});

it("asks at the terminal before what it does not declare", async () => {
  const config = filesConfig();
  await run(config, "accept", "files").succeeded();
  const input = JSON.stringify({ path: join(reports, "july.txt"), content: "x" });
  const refused = run(config, "try", "files", "write_file", input);
  refused.process.stdin?.end("n\n");
  const { code, output } = await refused.ended;
  expect(code).toBe(1);
  expect(output).toContain("Run it, once? (y/N)");
  expect(output).toContain("The tool write_file of the MCP server files, which says of it, unchecked:");
});

it("declares a server over HTTP, which is away where it leads nowhere", async () => {
  const config = writeConfig(
    codeOf("belay.config.ts, a server over HTTP").replace("mcp.tickets.example", "mcp.tickets.invalid"),
    'tickets(configDir, secret("TICKETS_TOKEN"))',
  );
  const { code, output } = await run(config, "list").ended;
  expect(code).toBe(1);
  expect(output).toContain("tickets: not reached; away: ");
});

it("runs the server of one's own that it shows", async () => {
  mkdirSync(join(folder, "servers"));
  writeFileSync(join(folder, "servers/deploys.ts"), codeOf("servers/deploys.ts, over standard streams"));
  const config = writeConfig(codeOf("belay.config.ts, a server of your own"), "deploys(configDir)");
  expect(page).toContain("$ npm run mcp -- accept deploys\n");
  const accepted = await run(config, "accept", "deploys").succeeded();
  expect(accepted).toContain("  last: accepted, it is offered when the bot is started anew\n");
  const [, json = ""] = /try deploys last '([^']*)'/.exec(page) ?? [];
  expect(await run(config, "try", "deploys", "last", json).succeeded()).toBe(
    "checkout: v42, 12 minutes ago\n",
  );
});

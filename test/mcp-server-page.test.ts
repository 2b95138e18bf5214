/** docs/mcp.md keeps its word on the bot as a server: its curl blocks do what it says, against the bot it configures. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { type Child, startChild, startProgram } from "./support/child.ts";
import { freePort } from "./support/free-port.ts";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/mcp.md"), "utf8");
const token = "token-of-the-laptop";
const owner = "token-of-the-owner";

/** The fenced block behind this mark. */
function block(mark: string): string {
  const [, text] = new RegExp(`<!-- ${mark} -->\n\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (text === undefined) throw new Error(`the page has no ${mark}`);
  return text;
}

let folder: string;
let bot: Child;
let url: string;

beforeAll(async () => {
  // Inside the project, so that its imports of the project are found.
  folder = mkdtempSync(join(root, "test", ".mcp-server-page-"));
  const config = join(folder, "belay.config.ts");
  const rest = `
import shipped from "../../belay.config.ts";
import { defineConfig, type ToolsPlace } from "../../src/config/file.ts";
import { local } from "../../src/config/rights.ts";
const names = ["restart_service", "service_status"];
export default defineConfig({
  ...shipped,
  tools: (place: ToolsPlace) => [
    ...shipped.tools(place).filter((tool) => !names.includes(tool.spec.name)),
    ...offered(place.dataDir),
  ],
  agents: { "*": { ...shipped.agents["*"], launch: [...local, "token:laptop"] } },
  tokens,
  mcp,
});
`;
  const code = block("code: belay.config.ts, what is offered").replaceAll(
    /"\.\/(src|adapters)\//g,
    '"../../$1/',
  );
  writeFileSync(config, code + rest);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const place = { PATH: process.env.PATH, PORT: String(port), DATABASE_URL: join(folder, "belay.db") };
  const secrets = { BELAY_TOKEN: owner, LAPTOP_TOKEN: token };
  bot = startChild("src/cli/serve.ts", [], {
    env: { ...place, ...secrets, BELAY_CONFIG: config, LOG_LEVEL: "error" },
  });
  await bot.says("Belay is ready");
});
afterAll(async () => {
  await bot.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** These blocks, one after another in one shell; what the last message of the answer says. */
async function run(...marks: string[]): Promise<unknown> {
  const env = { PATH: process.env.PATH, BELAY: url, TOKEN: token };
  const said = await startProgram("bash", ["-ec", marks.map(block).join("\n")], { env }).succeeded();
  const [, data = ""] = /^data: (\{.*)$/m.exec(said.slice(said.lastIndexOf("event: message"))) ?? [];
  return JSON.parse(data);
}

const listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });
const told = z.object({
  result: z.object({
    content: z.array(z.object({ text: z.string() })),
    structuredContent: z.object({ id: z.string(), questions: z.array(z.object({ id: z.string() })) }),
  }),
});

it("lists and calls with curl; approved meanwhile, the same call says what came of it", async () => {
  const { tools } = listed.parse(await run("run: list")).result;
  expect(tools.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["start_run", "stop_run", "restart_service", "service_status"]),
  );
  // The wait that the page shows may be over before the question is asked, on a busy machine.
  let first = told.parse(await run("run: list", "run: call")).result;
  while (first.structuredContent.questions.length === 0)
    first = told.parse(await run("run: list", "run: call")).result;
  const shown = /`(Nothing of restart_service has run yet: [^`]*?), …`/.exec(page)?.[1] ?? "not on the page";
  expect(first.content[0]?.text).toContain(shown.replaceAll(/\s+/g, " "));

  const { id, questions } = first.structuredContent;
  const approved = await fetch(`${url}/agent/approve`, {
    method: "POST",
    headers: { authorization: `Bearer ${owner}`, "content-type": "application/json" },
    body: JSON.stringify({ id, question_id: questions[0]?.id }),
  });
  expect(approved.status).toBe(200);
  const says = async () => told.parse(await run("run: list", "run: call")).result;
  let last = await says();
  while (!last.content[0]?.text.includes("was restarted at")) last = await says();
  expect(last.content[0]?.text).toMatch(/^payments in staging was restarted at /);
  expect(last.structuredContent.id).toBe(id);
  expect(readFileSync(join(folder, "restarts.log"), "utf8").trim().split("\n")).toHaveLength(1);
});

it("the other clients' blocks name this server's path and the header that it reads", () => {
  const address = "http://127.0.0.1:3000/mcp";
  expect(block("client: codex")).toMatch(/--url \S+\/mcp --bearer-token-env-var /);
  expect(block("client: claude")).toContain(
    `--transport http belay ${address} --header "Authorization: Bearer `,
  );
  const headers = z.object({ Authorization: z.templateLiteral(["Bearer ${", z.string(), "}"]) });
  const server = z.object({ url: z.literal(address), headers });
  z.object({ mcpServers: z.object({ belay: server }) }).parse(JSON.parse(block("client: cursor")));
  const vscode = z.object({
    inputs: z.tuple([z.looseObject({ id: z.literal("belay"), password: z.literal(true) })]),
    servers: z.object({ belay: server.extend({ type: z.literal("http") }) }),
  });
  expect(vscode.parse(JSON.parse(block("client: vscode"))).servers.belay.headers.Authorization).toContain(
    "input:belay",
  );
});

it("its table of the suite's release holds every check that it counts", () => {
  // The table of the preview, behind it, counts none.
  const [released = ""] = page.split("For 2026-07-28 the suite");
  const rows = [...released.matchAll(/^\| ([\w, -]+) \| (\d) of (\d)( each)?/gm)];
  const sum = (column: 2 | 3) =>
    rows.reduce(
      (all, row) => all + Number(row[column]) * (row[4] ? (row[1]?.split(", ").length ?? 0) : 1),
      0,
    );
  const [, checks, pass] = /Of its (\d+) checks (\d+) pass/.exec(page) ?? [];
  expect([sum(3), sum(2)]).toEqual([Number(checks), Number(pass)]);
});

/**
 * docs/tools.md keeps its word: its files are written as they stand, their tests pass, its commands
 * run, its lengths are true.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startChild } from "./support/child.ts";

const root = resolve(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/tools.md"), "utf8");

/** The code block that follows this comment: `<!-- code: <name> -->`. */
function codeOf(name: string): string {
  const [, code] = new RegExp(`<!-- code: ${name} -->\n+\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(page) ?? [];
  if (code === undefined) throw new Error(`the page shows no ${name}`);
  return code;
}

/** The lines from this one to the end of its declaration. */
function declarationIn(code: string, beginning: string): string[] {
  const lines = code.slice(code.indexOf(beginning)).split("\n");
  return lines.slice(0, lines.findIndex((line, index) => index > 0 && line === "") + 1 || undefined);
}

// Inside the project, so that its imports of the project are found as they are written.
let folder: string;
let dataDir: string;
beforeAll(() => {
  folder = mkdtempSync(join(root, "test", ".tools-page-"));
  dataDir = mkdtempSync(join(tmpdir(), "belay-tools-page-"));
});
afterAll(() => {
  for (const path of [folder, dataDir]) rmSync(path, { recursive: true, force: true });
});

/**
 * Written there with its imports leading where they lead from the place that the page names; `more` stands as it is.
 */
function write(name: string, code: string, more = ""): string {
  const path = join(folder, name);
  const moved = code
    .replaceAll(/"(?:\.\.\/\.\.|\.)\/(src|adapters)\//g, '"../../$1/')
    .replaceAll('"../../belay.config.ts"', '"./belay.config.ts"')
    .replaceAll('"./define-tool.ts"', '"../../src/tools/define-tool.ts"')
    .replaceAll('"../../src/tools/backup-age.ts"', '"./backup-age.ts"');
  writeFileSync(path, moved + more);
  return path;
}

/** The shipped configuration with this block in it, and with what the page says to add to the list of `tools`. */
function writeConfig(block: string, added: string): string {
  if (!page.includes(`add \`${added}\` to the list`))
    throw new Error(`the page does not say to add ${added}`);
  const wiring = `
import shipped from "../../belay.config.ts";
import type { ToolsPlace } from "../../src/config/file.ts";
const list = ({ dataDir, secret, setting }: ToolsPlace) => [${added}];
const before = (place: ToolsPlace) =>
  typeof shipped.tools === "function" ? shipped.tools(place) : (shipped.tools ?? []);
export default { ...shipped, tools: (place: ToolsPlace) => [...before(place), ...list(place)] };
`;
  return write("belay.config.ts", codeOf(block), wiring);
}

async function runTest(path: string): Promise<void> {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  await startChild(vitest, ["run", path, "--maxWorkers=1"]).succeeded();
}

/** `$ npm run tool -- <name> '<json>'`, as the page has it for this tool. */
function runByHand(tool: string, config: string, env: Record<string, string> = {}) {
  const [, json = ""] = new RegExp(`\\$ .*npm run tool -- ${tool} '([^']*)'`).exec(page) ?? [];
  if (json === "") throw new Error(`the page runs no ${tool}`);
  return startChild("src/cli/tool.ts", [tool, json], {
    env: { PATH: process.env.PATH, ...env, BELAY_CONFIG: config, DATABASE_URL: join(dataDir, "belay.db") },
  });
}

describe("the command of five lines", () => {
  it("is that long, its test passes, and it runs by hand", async () => {
    const code = codeOf("belay.config.ts, a command");
    expect(declarationIn(code, "export const diskFree").filter(Boolean)).toHaveLength(5);
    const config = writeConfig("belay.config.ts, a command", "diskFree");
    await runTest(write("disk-free.test.ts", codeOf("test/tools/disk-free.test.ts")));
    expect(await runByHand("disk_free", config).succeeded()).toContain("%");
  });
});

describe("the command that acts", () => {
  it("shows itself, asks, and runs once on a yes", async () => {
    const config = writeConfig("belay.config.ts, a command that acts", "backUp(dataDir)");
    writeFileSync(join(dataDir, "token"), "a-token-of-the-test-alone");
    const refused = runByHand("back_up", config);
    refused.process.stdin?.end("n\n");
    const { code, output } = await refused.ended;
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("Nothing was run.") });
    expect(output).toContain("$ cp -- token token.copy");
    expect(existsSync(join(dataDir, "token.copy"))).toBe(false);
    const agreed = runByHand("back_up", config);
    agreed.process.stdin?.end("y\n");
    expect(await agreed.succeeded()).toContain("(no output)");
    expect(readFileSync(join(dataDir, "token.copy"), "utf8")).toBe("a-token-of-the-test-alone");
  });
});

const ordersAdded = '...orders(secret("ORDERS_TOKEN"), setting("ORDERS_URL"))';

describe("the API of ten lines", () => {
  it("is about that long, its test passes, and it is left out without its secret", async () => {
    const code = codeOf("belay.config.ts, an API");
    const lines = declarationIn(code, "export const orders").filter(Boolean);
    // Two operations; with one it is two lines less.
    expect(lines.length - 2).toBeLessThanOrEqual(10);
    const config = writeConfig("belay.config.ts, an API", ordersAdded);
    await runTest(write("orders.test.ts", codeOf("test/tools/orders.test.ts")));
    const { code: exit, output } = await runByHand("orders_refund", config).ended;
    expect(exit).toBe(2);
    expect(output).toContain("left out, its secret is missing; set ORDERS_TOKEN or ORDERS_TOKEN_FILE");
  });
});

describe("the API's operation that acts", () => {
  it("shows the request without its token, asks, and sends it once on a yes", async () => {
    const seen: { line: string; as: unknown; key: unknown; body: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const piece of request) body += piece;
      const { authorization: as, "idempotency-key": key } = request.headers;
      seen.push({ line: `${request.method} ${request.url}`, as, key, body });
      response.writeHead(200, { "content-type": "application/json" }).end('{"refunded":500}');
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const config = writeConfig("belay.config.ts, an API", ordersAdded);
    const address = server.address();
    const ORDERS_URL = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/api`;
    const answered = async (answer: string) => {
      const child = runByHand("orders_refund", config, { ORDERS_TOKEN: "t0ken-of-the-page", ORDERS_URL });
      child.process.stdin?.end(answer);
      return child.ended;
    };
    const refused = await answered("n\n");
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`POST ${ORDERS_URL}/orders/o-1/refunds\n  {"cents":500}`);
    expect(refused.output).not.toContain("t0ken-of-the-page");
    expect(seen).toEqual([]);
    const agreed = await answered("y\n");
    expect(agreed).toMatchObject({ code: 0, output: expect.stringContaining('{"refunded":500}') });
    expect(seen).toEqual([
      {
        line: "POST /api/orders/o-1/refunds",
        as: "Bearer t0ken-of-the-page",
        key: expect.stringMatching(/.+/),
        body: '{"cents":500}',
      },
    ]);
  });
});

describe("the tool of twenty lines", () => {
  it("is that long, and its test passes", async () => {
    const code = codeOf("src/tools/backup-age.ts");
    expect(code.trim().split("\n").length).toBeLessThanOrEqual(21);
    write("backup-age.ts", code);
    await runTest(write("backup-age.test.ts", codeOf("test/tools/backup-age.test.ts")));
  });
});

it("leads to files that exist", () => {
  const links = [...page.matchAll(/\]\((?!https?:)([^)\s#]+)\)/g)].map(([, path = ""]) => path);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((path) => !existsSync(resolve(root, "docs", path)))).toEqual([]);
});

/** `npm run mcp` and the doctor: what servers offer, what is accepted, and what changed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { examine } from "../../src/cli/doctor.ts";
import { accept, list, serverNamed } from "../../src/cli/mcp.ts";
import { acceptanceAudit } from "../../src/cli/mcp-audit.ts";
import { offInWords } from "../../src/config/checks.ts";
import { loadConfig, loadToolServers } from "../../src/config.ts";
import { node, odd, offer, tool } from "../adapters/mcp/bench.ts";
import { clock } from "../support/bot.ts";
import { agentFile, configFolder } from "../support/config-folder.ts";

const root = join(import.meta.dirname, "../..");
const none = join(root, "no-such-folder", "belay.db");

/** A bot whose only foreign tools are those of the odd server; its agent is given those named here. */
function botFolder(tools: string[] = []): string {
  const folder = configFolder({
    "prompts/default.md": agentFile({ name: "default", tools: ["final_answer", ...tools] }),
  });
  onTestFinished(() => folder[Symbol.dispose]());
  const declared = { name: "odd", command: node, args: [odd, folder.path, "well"], allow: ["work", "more"] };
  writeFileSync(
    join(folder.path, "belay.config.ts"),
    `import { mcp } from ${JSON.stringify(join(root, "adapters/mcp/tools.ts"))};
export default { tools: ({ configDir }) => [mcp({ configDir, ...${JSON.stringify(declared)} })] };
`,
  );
  return folder.path;
}

async function inFolder(path: string, work: typeof list) {
  const { servers, problems } = await loadToolServers({}, path);
  expect(problems).toEqual([]);
  const printed: string[] = [];
  try {
    return { code: await work({ servers, print: (line) => printed.push(line) }), printed };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

test("a new server is listed, accepted, and its tools are there from the next start on", async () => {
  const path = botFolder(["odd_work"]);
  const before = await loadConfig({ OPENAI_API_KEY: "x" }, path);
  expect(before.tools.map(({ spec }) => spec.name)).not.toContain("odd_work");
  expect(before.toolsOff.map(offInWords)).toContain(
    "tools: off: odd_work, odd_more; nobody has accepted what odd offers: npm run mcp -- accept odd",
  );
  const listed = await inFolder(path, list);
  expect(listed.printed).toEqual([
    "odd: odd 1.0.0, protocol 2025-11-25; tools: 1 refused, 1 new",
    "  more: refused, allow names it, and its server has no such tool",
    "  work: new, nobody has accepted it: npm run mcp -- accept odd",
  ]);
  const accepted = await inFolder(path, (loaded) =>
    accept({ ...loaded, audit: acceptanceAudit(none) }, "odd"),
  );
  expect(accepted).toMatchObject({
    code: 0,
    printed: expect.arrayContaining([expect.stringContaining("  work: accepted")]),
  });
  expect(JSON.parse(readFileSync(join(path, "mcp.lock.json"), "utf8"))).toMatchObject({
    servers: { odd: { work: { description: "Works." } } },
  });
  const after = await loadConfig({ OPENAI_API_KEY: "x" }, path);
  expect(after.tools.map(({ spec }) => spec.name)).toContain("odd_work");
});

test("what changed is a finding of the doctor, with what differs and what to do", async () => {
  const path = botFolder();
  await inFolder(path, (loaded) => accept({ ...loaded, audit: acceptanceAudit(none) }, "odd"));
  offer(path, tool({ description: "Works otherwise." }));
  const findings = await examine(
    () => loadConfig({ OPENAI_API_KEY: "x" }, path),
    {},
    async () => [],
  );
  expect(findings.filter(({ check }) => check === "MCP server odd")).toMatchObject([
    { ok: false, detail: expect.stringContaining("tools: 1 refused, 1 changed") },
    { detail: "more: refused, allow names it, and its server has no such tool" },
    {
      ok: false,
      detail: expect.stringContaining('work: changed, description: it was "Works."'),
      fix: "Look at it, then npm run mcp -- accept odd.",
    },
  ]);
  expect(await inFolder(path, list)).toMatchObject({ code: 1 });
});

test("a server that nobody declared is named with those there are", async () => {
  await inFolder(botFolder(), async ({ servers }) => {
    expect(() => serverNamed(servers, "other")).toThrow("There is no server other; there are: odd.");
    expect(() => serverNamed(servers, "odt")).toThrow(
      "There is no server odt (did you mean odd?); there are: odd.",
    );
    return 0;
  });
});

test("a server that can't be reached leaves the lock file as it is", async () => {
  const path = botFolder();
  const config = join(path, "belay.config.ts");
  writeFileSync(config, readFileSync(config, "utf8").replace('"well"', '"exits-at-once"'));
  const { code, printed } = await inFolder(path, (loaded) =>
    accept({ ...loaded, audit: acceptanceAudit(none) }, "odd"),
  );
  expect(code).toBe(1);
  expect(printed.join()).toContain("odd is away: it ended with exit status 3");
  expect(() => readFileSync(join(path, "mcp.lock.json"))).toThrow("ENOENT");
});

test("an acceptance is noted in the audit trail before it is written, and so is one that failed", async () => {
  const path = botFolder();
  const database = join(path, "belay.db");
  const acceptIn = (folder: string) =>
    inFolder(folder, (loaded) => accept({ ...loaded, audit: acceptanceAudit(database) }, "odd"));
  const without = await acceptIn(path);
  expect(without).toMatchObject({ code: 0 });
  expect(without.printed.at(-1)).toMatch(/^Not noted in the audit trail: there is no database yet\. /);
  expect(existsSync(database)).toBe(false);

  const store = await openSqlite({ path: database, clock });
  offer(path, tool({ description: "Works otherwise." }));
  const locked = await acceptIn(path);
  expect(locked).toMatchObject({ code: 0 });
  expect(locked.printed.at(-1)).toMatch(/^Not noted in the audit trail: .* is in use by process/);
  await store.close();

  offer(path, tool({ description: "Works again otherwise." }));
  expect((await acceptIn(path)).printed.join()).not.toContain("Not noted");
  mkdirSync(join(path, "mcp.lock.json.busy"));
  offer(path, tool({ description: "Works in yet another way." }));
  expect(await acceptIn(path)).toMatchObject({ code: 1 });
  const later = await openSqlite({ path: database, clock });
  onTestFinished(() => later.close());
  const row = {
    principal: "console:local",
    decision: "allowed",
    resource: expect.stringMatching(/^work [0-9a-f]{64}$/),
  };
  expect(await later.audits(9)).toMatchObject([
    { ...row, action: "accept_tools_failed odd" },
    { ...row, action: "accept_tools odd" },
    { ...row, action: "accept_tools odd" },
  ]);
});

/** What a folder's configuration becomes: the repository's own, a fresh install's, agents and rights as files. */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { offInWords } from "../../src/config/checks.ts";
import { loadConfig } from "../../src/config.ts";
import { createRedactor } from "../../src/core/text/redact.ts";
import { botToolsDeclared } from "../../src/tools/bot-tools.ts";
import { createToolbox } from "../../src/tools/toolbox.ts";
import { startChild } from "../support/child.ts";
import { agentFile, configFile, configFolder } from "../support/config-folder.ts";

const projectRoot = resolve(import.meta.dirname, "../..");

describe("the repository's own configuration", () => {
  const places = {
    ...{ PROMETHEUS_URL: "http://127.0.0.1:9090", ALERTMANAGER_URL: "http://127.0.0.1:9093/am/" },
    ...{ GITHUB_TOKEN: "a-token-of-the-test", GITHUB_REPOS: "shop/api,shop/web" },
  };

  it("works, with its four agents and every tool that they name", async () => {
    using folder = configFolder();
    const config = await loadConfig({ DATABASE_URL: join(folder.path, "belay.db"), ...places });
    expect(config.agents.map((agent) => agent.name)).toEqual([
      "calculator",
      "default",
      "investigator",
      "operator",
    ]);
    const prefetch = config.agents.map((agent) => agent.prefetch);
    expect(prefetch).toEqual([
      [],
      [],
      ["current_time", "firing_alerts", "list_runbooks"],
      ["current_time", "list_runbooks"],
    ]);
    expect(config.warnings).toEqual([]);
    expect(config.toolsOff.map(({ names }) => names)).toEqual([["list_runbooks", "read_runbook"]]);
    const { specs } = createToolbox([...config.tools, ...botToolsDeclared], {
      redact: createRedactor(config.secrets),
    });
    const off = config.toolsOff.flatMap(({ names }) => names);
    const named = config.agents.flatMap((agent) => agent.tools).filter((tool) => !off.includes(tool));
    for (const tool of named) expect(specs).toHaveProperty(tool);
  });

  it("goes without what the environment does not give, and says in one line each what would switch it on", async () => {
    using folder = configFolder();
    const config = await loadConfig({
      DATABASE_URL: join(folder.path, "belay.db"),
      OPENAI_API_KEY: "sk-test",
    });
    expect(config.agents).toHaveLength(4);
    expect(config.warnings).toEqual([]);
    expect(config.toolsOff.map(offInWords)).toEqual([
      "tools: off: service_status, restart_service; they are pretend, for the demo model alone",
      "tools: off: firing_alerts, prom_query, prom_range, prom_graph, prom_metrics, prom_labels, prom_rules, prom_alerts; set PROMETHEUS_URL to switch them on",
      "tools: off: am_alerts, am_silences, am_silence, am_expire_silence; set ALERTMANAGER_URL to switch them on",
      "tools: off: gh_compare, gh_pulls, gh_pull_files, gh_deployments, gh_runs, gh_failed_log, gh_search_code, gh_file, gh_rerun_failed, gh_comment, gh_open_issue, gh_revert_pull, gh_dispatch; set GITHUB_TOKEN and GITHUB_REPOS to switch them on",
      "tools: off: list_runbooks, read_runbook; put a runbook into runbooks/ to switch them on",
    ]);
    const names = config.tools.map(({ spec }) => spec.name);
    expect(names.filter((name) => /^(prom|am|gh|firing|service|restart)_/.test(name))).toEqual([]);
  });

  it("says what to correct in an address that is none", async () => {
    using folder = configFolder();
    const wrong = loadConfig({
      DATABASE_URL: join(folder.path, "belay.db"),
      PROMETHEUS_URL: "prometheus:9090",
    });
    await expect(wrong).rejects.toThrow(
      'tools: PROMETHEUS_URL: "prometheus:9090" is no http(s) URL; write it like http://host:9090',
    );
  });

  it("is found from any directory, and gives every agent the same hash there", async () => {
    using folder = configFolder({
      "hashes.ts": `
        const { loadConfig } = await import(${JSON.stringify(join(projectRoot, "src/config.ts"))});
        const config = await loadConfig({ DATABASE_URL: process.argv[2] });
        console.log(config.agents.map((agent) => agent.hash).join());`,
    });
    const hashes = (cwd: string) =>
      startChild(join(folder.path, "hashes.ts"), [join(folder.path, "belay.db")], { cwd }).succeeded();
    const here = await hashes(projectRoot);
    expect(here).toMatch(/^\w+/);
    expect(await hashes(folder.path)).toBe(here);
  });
});

describe("a fresh install", () => {
  it("listens on loopback, asks for a token, and lets nobody in from outside", async () => {
    using folder = configFolder();
    const config = await loadConfig({}, folder.path);
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 3000,
      auth: "token",
      databaseUrl: join(folder.path, "data/belay.db"),
      dataDir: join(folder.path, "data"),
      model: { apiKey: null, baseUrl: null, api: "responses" },
      connections: {},
    });
    const local = ["console:*", "terminal:*", "token:*"];
    expect(config.rights.default).toEqual({
      launch: local,
      read: [...local, "requester"],
      answer: [...local, "requester"],
      approve: local,
      control: [...local, "requester"],
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it("makes a token of 32 random bytes that only its owner can read, once", async () => {
    using folder = configFolder();
    const [first, second] = await Promise.all([loadConfig({}, folder.path), loadConfig({}, folder.path)]);
    expect(Buffer.from(first.token, "base64url")).toHaveLength(32);
    expect(second.token).toBe(first.token);
    expect(first.secrets).toContain(first.token);
    // Nothing had to be repaired: it was never open to others.
    expect([...first.warnings, ...second.warnings]).toEqual([]);
    expect(statSync(join(folder.path, "data/token")).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, "data")).mode & 0o777).toBe(0o700);
  });
});

describe("agents as files", () => {
  it("start with base_system.md and are told of the agents they can hand a task to", async () => {
    using folder = configFolder({
      "prompts/default.md": agentFile(
        { name: "default", tools: ["hand_off"], hand_off: ["other"], limits: { steps: 3 } },
        "Use $& and $1 as they are.",
      ),
      "prompts/other.md": agentFile({ name: "other", description: "Does other things." }),
    });
    const { agents } = await loadConfig({}, folder.path);
    expect(agents[0]).toMatchObject({
      name: "default",
      model: null,
      handOff: ["other"],
      limits: { steps: 3, totalSteps: 50 },
      instructions:
        "You are a test.\n\nUse $& and $1 as they are.\n\n# Agents you can hand a task to\n\n- other: Does other things.",
    });
  });

  it("have a hash that changes with any of their bytes and with nothing else", async () => {
    const hash = async (files: Record<string, string>) => {
      using folder = configFolder(files);
      return (await loadConfig({}, folder.path)).agents.find((agent) => agent.name === "default")?.hash;
    };
    const plain = await hash({});
    expect(plain).toMatch(/^[0-9a-f]{64}$/);
    const windows = agentFile({ name: "default" }).replaceAll("\n", "\r\n");
    expect(await hash({ "prompts/default.md": windows })).toBe(plain);
    expect(await hash({ "prompts/other.md": agentFile({ name: "other" }) })).toBe(plain);
    expect(await hash({ "prompts/base_system.md": "You are another test.\n" })).not.toBe(plain);
    expect(await hash({ "prompts/default.md": agentFile({ name: "default" }, "Do it!") })).not.toBe(plain);
    const limits = agentFile({ name: "default", limits: { steps: 11 } });
    expect(await hash({ "prompts/default.md": limits })).not.toBe(plain);
  });
});

describe("rights", () => {
  it("of an agent replace those of all agents list by list, and groups become people", async () => {
    using folder = configFolder({
      "prompts/other.md": agentFile({ name: "other" }),
      "belay.config.ts": configFile({
        people: { oncall: ["slack:T1/U1", "slack:T1/group:S9"] },
        agents: {
          "*": { launch: ["slack:T1/*", "@oncall"], approve: ["@oncall"] },
          other: { launch: ["discord:G1/role:7", "email:dana@example.com", "slack:T1/U1", "slack:T1/U1"] },
        },
      }),
    });
    const { rights } = await loadConfig({}, folder.path);
    expect(rights.default?.launch).toEqual(["slack:T1/*", "slack:T1/U1", "slack:T1/group:S9"]);
    expect(rights.other?.launch).toEqual(["discord:G1/role:7", "email:dana@example.com", "slack:T1/U1"]);
    expect(rights.other?.approve).toEqual(["slack:T1/U1", "slack:T1/group:S9"]);
    expect(rights.other?.control).toContain("requester");
  });
});

describe("a tool's approvers", () => {
  const config = (by: string) => `
    import { defineTool } from ${JSON.stringify(join(projectRoot, "src/tools/define-tool.ts"))};
    import { currentTime } from ${JSON.stringify(join(projectRoot, "src/tools/current-time.ts"))};
    export default {
      people: { oncall: ["slack:T1/U1"] },
      tools: [defineTool({ input: currentTime.input, run: currentTime.run, effect: "read", description: "Tell.", name: "tell", requiresApproval: { by: ["${by}"], count: 2 } })],
    };`;

  it("may be a group, and must be one that exists", async () => {
    using folder = configFolder({ "belay.config.ts": config("@oncall") });
    const { tools } = await loadConfig({}, folder.path);
    expect(tools.at(-1)?.spec.approval).toEqual({ by: ["slack:T1/U1"], count: 2, ownRequest: true });
    using other = configFolder({ "belay.config.ts": config("@oncal") });
    await expect(loadConfig({}, other.path)).rejects.toThrow(
      'tools.tell.requiresApproval.by: "@oncal" is no group',
    );
  });
});

it("an agent may name the tools that work on the bot itself, whatever belay.config.ts lists", async () => {
  const tools = ["past_runs", "event_url", "final_answer"];
  using folder = configFolder({ "prompts/default.md": agentFile({ name: "default", tools }) });
  const { agents } = await loadConfig({ OPENAI_API_KEY: "x" }, folder.path);
  expect(agents[0]?.tools).toEqual(tools);
});

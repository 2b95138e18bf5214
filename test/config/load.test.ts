/** A configuration that works: what it becomes. */
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { createRedactor } from "../../src/core/text/redact.ts";
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
    expect(prefetch).toEqual([[], [], ["current_time", "firing_alerts"], ["current_time"]]);
    expect(config).toMatchObject({ warnings: [], notes: [] });
    const { specs } = createToolbox(config.tools, { redact: createRedactor(config.secrets) });
    for (const tool of config.agents.flatMap((agent) => agent.tools)) expect(specs).toHaveProperty(tool);
  });

  it("goes without what the environment does not give, and says in one line each what would switch it on", async () => {
    using folder = configFolder();
    const config = await loadConfig({
      DATABASE_URL: join(folder.path, "belay.db"),
      OPENAI_API_KEY: "sk-test",
    });
    expect(config.agents).toHaveLength(4);
    expect(config.warnings).toEqual([]);
    expect(config.notes).toEqual([
      "tools: off: service_status, restart_service; they are pretend, for the demo model alone",
      "tools: off: firing_alerts, prom_query, prom_range, prom_graph, prom_metrics, prom_labels, prom_rules, prom_alerts; set PROMETHEUS_URL to switch them on",
      "tools: off: am_alerts, am_silences, am_silence, am_expire_silence; set ALERTMANAGER_URL to switch them on",
      "tools: off: gh_compare, gh_pulls, gh_pull_files, gh_deployments, gh_runs, gh_failed_log, gh_search_code, gh_file, gh_rerun_failed, gh_comment, gh_open_issue, gh_revert_pull, gh_dispatch; set GITHUB_TOKEN and GITHUB_REPOS to switch them on",
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
      'tools: PROMETHEUS_URL: "prometheus:9090" is no http(s) URL without a query; write it like http://host:9090',
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

describe("the environment", () => {
  it.each(["elsewhere/other.db", "file:elsewhere/other.db"])(
    "names the file %s; the token stands beside it",
    async (url) => {
      using folder = configFolder();
      const config = await loadConfig({ DATABASE_URL: url }, folder.path);
      expect(config.databaseUrl).toBe(join(folder.path, "elsewhere/other.db"));
      expect(existsSync(join(folder.path, "elsewhere/token"))).toBe(true);
      expect(existsSync(join(folder.path, "data/token"))).toBe(false);
    },
  );

  it("wins over .env, and an empty variable switches the file's off", async () => {
    using folder = configFolder({
      ".env": "PORT=4000\nOPENAI_MODEL=from-file\nOPENAI_API_KEY=sk-file-key\n",
    });
    const config = await loadConfig({ PORT: "5000", OPENAI_API_KEY: "" }, folder.path);
    expect(config.port).toBe(5000);
    expect(config.model).toMatchObject({ model: "from-file", apiKey: null });
  });

  it("with a base URL speaks Chat Completions unless told otherwise", async () => {
    using folder = configFolder();
    const env = { OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" };
    expect((await loadConfig(env, folder.path)).model.api).toBe("chat");
    expect((await loadConfig({ ...env, OPENAI_API: "responses" }, folder.path)).model.api).toBe("responses");
  });

  it("counts the user name of the mail server as secret when a machine made it, for it is half of a key", async () => {
    using folder = configFolder();
    const secretsWith = async (user: string) =>
      (await loadConfig({ SMTP_URL: `smtps://${user}:mail-secret@mail.example` }, folder.path)).secrets;
    expect(await secretsWith("MACHINEMADE0123456789")).toContain("MACHINEMADE0123456789");
    expect(await secretsWith("bot%40corp01.example")).not.toContain("bot@corp01.example");
    expect(await secretsWith("apikey")).not.toContain("apikey");
  });

  it("turns channels on, and all their secrets are known to the redactor", async () => {
    using folder = configFolder();
    const config = await loadConfig(
      {
        BELAY_TOKEN: "token-of-the-owner",
        DATABASE_URL: "postgres://belay:database%21pass@127.0.0.1/belay",
        OPENAI_API_KEY: "openai-secret",
        SLACK_BOT_TOKEN: "xoxb-bot",
        SLACK_APP_TOKEN: "xapp-app",
        SLACK_SIGNING_SECRET: "slack-signing",
        DISCORD_BOT_TOKEN: "discord-secret",
        SMTP_URL: "smtp://belay:mail-secret@127.0.0.1:2525",
      },
      folder.path,
    );
    expect(Object.keys(config.connections)).toEqual(["slack", "discord"]);
    expect([...config.secrets].sort()).toEqual([
      "database!pass",
      "database%21pass",
      "discord-secret",
      "mail-secret",
      "openai-secret",
      "slack-signing",
      "token-of-the-owner",
      "xapp-app",
      "xoxb-bot",
    ]);
    // A given token is not written anywhere.
    expect(existsSync(join(folder.path, "data/token"))).toBe(false);
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
      tools: [defineTool({ ...currentTime, description: "Tell.", name: "tell", requiresApproval: { by: ["${by}"], count: 2 } })],
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

describe("triggers", () => {
  const config = configFile({
    webhooks: [
      { name: "ci", verify: { kind: "github" }, secretEnv: "CI_SECRET", prompt: "hooks/ci.md" },
      { name: "off", verify: { kind: "bearer" }, secretEnv: "OFF_SECRET", prompt: "hooks/ci.md" },
    ],
    schedules: [
      { name: "morning", cron: "0 8 * * 1-5", timezone: "Europe/Berlin", task: "Say good morning." },
    ],
    mail: {
      from: "belay@example.com",
      allow: ["dana@example.com", "@example.org"],
      inbound: [{ name: "raw", provider: "raw", secretEnv: "MAIL_SECRET" }],
    },
    tokens: [{ name: "ci", secretEnv: "CI_TOKEN", scopes: ["launch", "read"] }],
  });

  it("get their prompts' text, may launch the agent they are declared for, and no secret is no route", async () => {
    using folder = configFolder({ "belay.config.ts": config, "hooks/ci.md": "Look at the failed build.\n" });
    const loaded = await loadConfig({ CI_SECRET: "ci-secret", CI_TOKEN: "a-token-for-the-ci" }, folder.path);
    expect(loaded.webhooks).toMatchObject([
      { name: "ci", agent: "default", prompt: "Look at the failed build.\n" },
    ]);
    expect(loaded.triggerSecrets).toEqual({ CI_SECRET: "ci-secret" });
    expect(loaded.mail?.inbound).toEqual([]);
    expect(loaded.warnings).toEqual([
      "webhooks.off: secret missing: the webhook is off; set OFF_SECRET",
      "mail.inbound.raw: secret missing: the route is off; set MAIL_SECRET",
    ]);
    expect(loaded.rights.default?.launch).toEqual(expect.arrayContaining(["webhook:ci", "schedule:morning"]));
    expect(loaded.rights.default?.launch).not.toContain("webhook:off");
    expect(loaded.rights.default?.approve).not.toContain("webhook:ci");
    expect(loaded.tokens.map(({ name, scopes }) => [name, scopes.length])).toEqual([
      ["local", 6],
      ["ci", 2],
    ]);
    expect(loaded.secrets).toEqual(expect.arrayContaining(["ci-secret", "a-token-for-the-ci"]));
    expect(loaded.tokenEventKey).toHaveLength(32);
  });

  it.each([
    [{ inbound: [{ name: "raw", provider: "raw", secretEnv: "MAIL_SECRET" }] }, ["mail.inbound.raw"]],
    [{ listener: { port: 2525 } }, ["mail.listener"]],
    [{ listener: { port: 2525, authservId: "mx.example.com" } }, []],
    [{ inbound: [{ name: "pm", provider: "postmark", secretEnv: "MAIL_SECRET" }] }, []],
  ])("say of mail %j where no sender could ever be proved", async (mail, places) => {
    using folder = configFolder({
      "belay.config.ts": configFile({ mail: { from: "a@example.com", ...mail } }),
    });
    const { warnings } = await loadConfig({ MAIL_SECRET: "mail-secret" }, folder.path);
    expect(warnings).toEqual(
      places.map((place) => expect.stringMatching(`^${place}: no sender can be proved.* set authservId to `)),
    );
  });

  it("by mail let the allowed senders launch", async () => {
    using folder = configFolder({ "belay.config.ts": config, "hooks/ci.md": "Look.\n" });
    const { rights } = await loadConfig({ MAIL_SECRET: "mail-secret" }, folder.path);
    expect(rights.default?.launch).toEqual(
      expect.arrayContaining(["email:dana@example.com", "email:@example.org"]),
    );
  });
});

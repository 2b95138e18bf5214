/**
 * A configuration that can't work: each problem names its place, what was found, and what to do; no secret is shown.
 */
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { agentFile, configFile, configFolder } from "../support/config-folder.ts";

async function problemsOf(
  env: Record<string, string>,
  files: Record<string, string | null> = {},
): Promise<readonly string[]> {
  using folder = configFolder(files);
  const error: unknown = await loadConfig(env, folder.path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(existsSync(join(folder.path, "data")), "nothing is written").toBe(error === null);
  if (error === null) return [];
  expect(error).toBeInstanceOf(ConfigError);
  return error instanceof ConfigError ? error.problems : [];
}

describe("a variable", () => {
  it.each<[Record<string, string>, string]>([
    [{ PORT: "http" }, 'PORT: must be a port number; found "http"'],
    [{ PORT: "99999" }, 'PORT: must be at most 65535; found "99999"'],
    [{ HOST: "not a host" }, "HOST: must be an address of this machine"],
    [{ PUBLIC_URL: "belay.example" }, "PUBLIC_URL: must be an http(s) URL"],
    [{ PUBLIC_URL: "file:///etc/passwd" }, "PUBLIC_URL: must be an http(s) URL"],
    [{ DATABASE_URL: "mysql://127.0.0.1/x" }, "DATABASE_URL: must be a file path or postgres://…"],
    [{ LOG_LEVEL: "loud" }, "LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent"],
    [{ BELAY_AUTH: "off" }, 'BELAY_AUTH: must be token or none; found "off"'],
    [{ BELAY_TOKEN: "short" }, "BELAY_TOKEN: must have at least 16 characters"],
    [{ BELAY_CONFIG: "gone.ts" }, "BELAY_CONFIG: there is no file"],
    [{ DATABASE_URL: ":memory:" }, "DATABASE_URL: must be kept: name a file, or postgres://…"],
    [{ DATABASE_URL: "sqlite:belay.db" }, "DATABASE_URL: must be a file path or postgres://…"],
    [{ OPENAI_API: "grpc" }, "OPENAI_API: must be responses or chat"],
    [{ SLACK_BOT_TOKEN: "xoxb-1" }, "set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)"],
    [{ SLACK_APP_TOKEN: "xapp-1" }, "SLACK_BOT_TOKEN: not set while SLACK_APP_TOKEN is"],
    [{ SLACK_SIGNING_SECRET: "s" }, "SLACK_BOT_TOKEN: not set while SLACK_SIGNING_SECRET is"],
    [
      { SLACK_BOT_TOKEN: "xoxp-1", SLACK_APP_TOKEN: "xapp-1" },
      "must be a bot token, which starts with xoxb-",
    ],
    [{ SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xoxb-1" }, "SLACK_APP_TOKEN: must be an app-level token"],
    [{ SMTP_URL: "mail.example.com" }, "SMTP_URL: must be smtp://… or smtps://…"],
    [{ HOST: "0.0.0.0", BELAY_AUTH: "none" }, "BELAY_AUTH: none lets in everyone who reaches the port"],
    [{ HOST: "::", BELAY_AUTH: "none" }, "BELAY_AUTH: none lets in everyone"],
    [{ HOST: "127.0.0.1.example.com", BELAY_AUTH: "none" }, "BELAY_AUTH: none lets in everyone"],
    [{ HOST: "0.0.0.0" }, "HOST: 0.0.0.0 is open to the network without TLS"],
  ])("%j: %s", async (env, problem) => {
    expect(await problemsOf(env)).toEqual([expect.stringContaining(problem)]);
  });

  it.each<[Record<string, string>, Record<string, unknown>, string]>([
    [{}, { trustProxy: true }, "trustProxy: true"],
    [{ PUBLIC_URL: "https://ops.example/belay" }, {}, "PUBLIC_URL at ops.example"],
    [{}, { allowedHosts: ["localhost", "ops.example"] }, "allowedHosts ops.example"],
  ])(
    "none as BELAY_AUTH with %j and %j is refused: others than this machine would come in",
    async (env, file, found) => {
      const files = { "belay.config.ts": configFile(file) };
      expect(await problemsOf({ BELAY_AUTH: "none", ...env }, files)).toEqual([
        expect.stringMatching(new RegExp(`^BELAY_AUTH: none lets in everyone .*; found ${found};`)),
      ]);
      expect(await problemsOf(env, files)).toEqual([]);
    },
  );

  it.each<Record<string, string>>([
    { BELAY_AUTH: "none" },
    { BELAY_AUTH: "none", PUBLIC_URL: "http://localhost:3000" },
    { BELAY_AUTH: "none", PUBLIC_URL: "http://[::1]:3000" },
    { BELAY_AUTH: "none", HOST: "localhost" },
    { BELAY_AUTH: "none", HOST: "::1" },
    { PORT: "0" },
    { DATABASE_URL: "data/other file.db" },
  ])("%j is all right", async (env) => {
    expect(await problemsOf(env)).toEqual([]);
  });

  it("that is secret is never shown, however wrong", async () => {
    const env = { SLACK_BOT_TOKEN: "canary-1", BELAY_TOKEN: "canary-2", DATABASE_URL: "mysql://canary-3@x" };
    const problems = await problemsOf({ ...env, SMTP_URL: "canary-4", OPENAI_BASE_URL: "canary-5" });
    expect(problems).toHaveLength(5);
    expect(problems.join()).not.toContain("canary");
  });

  it("is told of together with everything else that is wrong", async () => {
    const files = { "prompts/default.md": "no front matter", "belay.config.ts": configFile({ agnts: {} }) };
    const problems = await problemsOf({ PORT: "x", HOST: "0.0.0.0", BELAY_AUTH: "none" }, files);
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "PORT",
      "belay.config.ts",
      "BELAY_AUTH",
    ]);
    expect(await problemsOf({ PORT: "x" }, { "prompts/default.md": "no front matter" })).toHaveLength(2);
  });
});

describe("belay.config.ts", () => {
  it.each<[string, string, string]>([
    [
      "an unknown key",
      configFile({ agnets: {} }),
      "belay.config.ts: agnets: is not known (did you mean agents?); known are tools, agents, people,",
    ],
    ["no default export", "export const config = {};\n", "nothing is exported as default"],
    ["a syntax error", "export default {", "it can't be loaded"],
    ["async tools", "export default { tools: async () => [] };", "tools: the function is async"],
    [
      "tools that are none",
      "export default { tools: () => [{}] };",
      "tools: the function gives a list whose 1. element",
    ],
    ["no tools at all", "export default { tools: () => null };", "tools: the function gives null"],
    ["tools that throw", 'export default { tools: () => { throw new Error("no key"); } };', "tools: no key"],
    ["an error of its own", 'throw new Error("no such thing");', "it can't be loaded: no such thing"],
    ["a tool made by hand", configFile({ tools: [{ name: "x" }] }), "tools.0: is not made by defineTool"],
    ["tools that are no list", configFile({ tools: 7 }), "tools: must be a list of tools, or a function"],
    [
      "a kind of webhook that there is not",
      configFile({
        webhooks: [{ name: "ci", verify: { kind: "hmacc" }, secretEnv: "CI_SECRET", prompt: "Look." }],
      }),
      'webhooks.0.verify.kind: must be one of "github", "gitlab",',
    ],
    [
      "an unknown default agent",
      configFile({ defaultAgent: "boss" }),
      "defaultAgent: there is no agent boss",
    ],
    [
      "a default agent that is misspelt",
      configFile({ defaultAgent: "defualt" }),
      "defaultAgent: there is no agent defualt (did you mean default?); the agents are default",
    ],
    ["an unknown agent in a route", configFile({ routes: { "slack:T1/C1": "boss" } }), "routes.slack:T1/C1"],
    [
      "rights of an unknown agent",
      configFile({ agents: { boss: {} } }),
      "agents.boss: there is no such agent; write prompts/boss.md or remove it",
    ],
    [
      "rights of an agent that is misspelt",
      configFile({ agents: { defult: {} } }),
      "agents.defult: there is no such agent (did you mean default?); write prompts/defult.md or remove it",
    ],
    [
      "a group that is misspelt",
      configFile({ people: { oncall: ["slack:T1/U1"] }, agents: { "*": { approve: ["@oncal"] } } }),
      'agents.*.approve: "@oncal" is no group of `people` (did you mean @oncall?); display names',
    ],
    [
      "a group of a name that every object has",
      configFile({ agents: { "*": { approve: ["@constructor"] } } }),
      'agents.*.approve: "@constructor" is no group of `people`; display names',
    ],
    [
      "an unknown right",
      configFile({ agents: { "*": { luanch: [] } } }),
      "agents.*.luanch: is not known (did you mean launch?); known are launch, read, answer, approve, control",
    ],
    [
      "a schedule without fields",
      configFile({ schedules: [{ name: "a", cron: "daily", task: "x" }] }),
      "schedules.0.cron: is five cron fields",
    ],
    [
      "a schedule at a time that there is not",
      configFile({ schedules: [{ name: "a", cron: "99 99 * * *", task: "x" }] }),
      "schedules.0.cron: is no time that ever comes",
    ],
    [
      "a schedule at a day that never comes",
      configFile({ schedules: [{ name: "a", cron: "0 0 31 2 *", task: "x" }] }),
      "schedules.0.cron: is no time that ever comes",
    ],
    [
      "an unknown time zone",
      configFile({ schedules: [{ name: "a", cron: "0 8 * * *", timezone: "Mars/Base", task: "x" }] }),
      "schedules.0.timezone: is no time zone",
    ],
    [
      "two schedules of one name",
      configFile({
        schedules: [
          { name: "a", cron: "0 8 * * *", task: "x" },
          { name: "a", cron: "0 9 * * *", task: "y" },
        ],
      }),
      "schedules: two are named a",
    ],
    [
      "a webhook whose prompt is missing",
      configFile({
        webhooks: [{ name: "ci", verify: { kind: "github" }, secretEnv: "CI", prompt: "gone.md" }],
      }),
      "webhooks.ci: the prompt file gone.md can't be read",
    ],
    [
      "a webhook with its secret written down",
      configFile({
        webhooks: [{ name: "ci", verify: { kind: "github" }, secretEnv: "hunter2!", prompt: "x.md" }],
      }),
      "webhooks.0.secretEnv: is the name of an environment variable",
    ],
  ])("with %s is refused", async (_what, text, problem) => {
    expect(await problemsOf({}, { "belay.config.ts": text })).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    "@dana",
    "@oncal",
    "dana",
    "slack:@dana",
    "slack:#ops",
    "slack:T1:U1",
    "slack:U1",
    "discord:dana#1234",
    "discord:dana",
    "email:*",
    "email:*@example.com",
    "irc:dana",
    "slack:T1/U*",
    "",
  ])("with the rule %j, which is no id, is refused", async (rule) => {
    const config = configFile({ people: { oncall: ["slack:T1/U1"] }, agents: { "*": { launch: [rule] } } });
    expect(await problemsOf({}, { "belay.config.ts": config })).toEqual([
      expect.stringContaining(`agents.*.launch: ${JSON.stringify(rule)} is no`),
    ]);
  });

  it("with a display name in a group is refused", async () => {
    const config = configFile({ people: { oncall: ["slack:@dana"] } });
    expect(await problemsOf({}, { "belay.config.ts": config })).toEqual([
      expect.stringContaining('people.oncall: "slack:@dana" is no id'),
    ]);
  });
});

it("a file that BELAY_CONFIG names is told of by its own name", async () => {
  const files = {
    "bots/night.ts": configFile({ agnets: {} }),
  };
  expect(await problemsOf({ BELAY_CONFIG: "bots/night.ts" }, files)).toEqual([
    expect.stringMatching(/^night\.ts: agnets: is not known/),
  ]);
});

describe("prompts", () => {
  it.each<[string, Record<string, string | null>, string]>([
    ["no base", { "prompts/base_system.md": null }, "prompts/base_system.md: it is missing or empty"],
    ["no front matter", { "prompts/a.md": "Hello." }, "prompts/a.md: it must begin with front matter"],
    ["no prompt", { "prompts/a.md": agentFile({ name: "a" }, "") }, "prompts/a.md: there is no prompt"],
    ["another name", { "prompts/a.md": agentFile({ name: "b" }) }, "prompts/a.md: its name is b"],
    ["a bad name", { "prompts/A B.md": agentFile({ name: "A B" }) }, "prompts/A B.md: name: is lower-case"],
    [
      "a bad key",
      { "prompts/a.md": agentFile({ name: "a", tool: [] }) },
      "prompts/a.md: tool: is not known (did you mean tools?); known are name,",
    ],
    ["bad YAML", { "prompts/a.md": "---\nname: [a\n---\nx" }, "prompts/a.md: the front matter is no YAML"],
    ["a doubled key", { "prompts/a.md": "---\nname: a\nname: b\n---\nx" }, "Map keys must be unique"],
    [
      "limits out of range",
      { "prompts/a.md": agentFile({ name: "a", limits: { steps: 0 } }) },
      "prompts/a.md: limits.steps:",
    ],
    [
      "an unknown tool",
      { "prompts/a.md": agentFile({ name: "a", tools: ["rm_rf"] }) },
      "prompts/a.md: tools: there is no tool rm_rf; the tools are ask_human, event_url, final_answer",
    ],
    [
      "an unknown agent to hand off to",
      { "prompts/a.md": agentFile({ name: "a", tools: ["hand_off"], hand_off: ["boss"] }) },
      "prompts/a.md: hand_off: there is no agent boss; the agents are a, default",
    ],
    [
      "the tool hand_off and nobody to hand off to",
      { "prompts/a.md": agentFile({ name: "a", tools: ["hand_off"] }) },
      "prompts/a.md: hand_off: the tool hand_off and the list of agents need each other",
    ],
    [
      "a prefetch of a tool with effects",
      { "prompts/a.md": agentFile({ name: "a", prefetch: ["ask_human"] }) },
      "prompts/a.md: prefetch: ask_human is not a read-only tool",
    ],
    [
      "a prefetch of no tool",
      { "prompts/a.md": agentFile({ name: "a", prefetch: ["gone"] }) },
      "prompts/a.md: prefetch: there is no tool gone; the tools are ask_human, event_url,",
    ],
    [
      "tools that are misspelt",
      { "prompts/a.md": agentFile({ name: "a", tools: ["ask_humen", "rm_rf", "constructor"] }) },
      "tools: there is no tool ask_humen (did you mean ask_human?), rm_rf, constructor; the tools are ask_human,",
    ],
    [
      "a prefetch that is misspelt",
      { "prompts/a.md": agentFile({ name: "a", prefetch: ["ask_humen"] }) },
      "prefetch: there is no tool ask_humen (did you mean ask_human?); the tools are",
    ],
    [
      "an agent to hand off to that is misspelt",
      { "prompts/a.md": agentFile({ name: "a", tools: ["hand_off"], hand_off: ["defalt"] }) },
      "hand_off: there is no agent defalt (did you mean default?); the agents are a, default",
    ],
  ])("with %s are refused", async (_what, files, problem) => {
    expect(await problemsOf({}, files)).toEqual([expect.stringContaining(problem)]);
  });

  it("are not blamed for tools that could not be made", async () => {
    const files = {
      "belay.config.ts": 'export default { tools: () => { throw new Error("no key"); } };',
      "prompts/a.md": agentFile({ name: "a", tools: ["restart"], prefetch: ["look"], hand_off: ["boss"] }),
    };
    expect(await problemsOf({}, files)).toEqual([
      "tools: no key",
      expect.stringContaining("prompts/a.md: hand_off: there is no agent boss"),
      expect.stringContaining("prompts/a.md: hand_off: the tool hand_off"),
    ]);
  });

  it("with a prefetch that needs an input or changes the world are refused", async () => {
    const from = (file: string) => JSON.stringify(join(import.meta.dirname, "../../src/tools", file));
    const config = `
      import { defineTool } from ${from("define-tool.ts")};
      import { currentTime } from ${from("current-time.ts")};
      import { mathTools } from ${from("math.ts")};
      const { input, run } = currentTime;
      const tidy = defineTool({ input, run, name: "tidy", description: "Tidy.", effect: "idempotent" });
      export default { tools: [...mathTools, currentTime, tidy] };
    `;
    const prefetch = ["current_time", "sum_numbers", "tidy"];
    expect(
      await problemsOf({}, { "belay.config.ts": config, "prompts/a.md": agentFile({ name: "a", prefetch }) }),
    ).toEqual([
      "prompts/a.md: prefetch: sum_numbers needs an input (a, b); only tools without one can be prefetched",
      "prompts/a.md: prefetch: tidy is not a read-only tool that needs no approval",
    ]);
  });
});

describe("a token file that others could read", () => {
  it("is closed, and that is told", async () => {
    using folder = configFolder();
    const file = join(folder.path, "data/token");
    mkdirSync(join(folder.path, "data"));
    writeFileSync(file, "an-old-token-of-mine\n");
    chmodSync(file, 0o644);
    const config = await loadConfig({}, folder.path);
    expect(config.token).toBe("an-old-token-of-mine");
    expect(config.warnings).toEqual([expect.stringContaining("could be read by others")]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

/** `npm run doctor`: looks at the set-up from the outside and says what to mend. Sends nothing to anybody. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { diagnose as diagnoseDiscord } from "../../adapters/discord/doctor.ts";
import { diagnose as diagnoseSlack } from "../../adapters/slack/doctor.ts";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { broken, type Finding, fine } from "../core/ports/finding.ts";

export interface DoctorOptions {
  /** The text of an app configuration token of Slack (xoxe.xoxp-…), or null. */
  slackConfigToken: string | null;
}

/** All findings, in the order they are printed. */
export async function examine(
  load: () => Promise<Readonly<Config>>,
  options: DoctorOptions,
): Promise<Finding[]> {
  let config: Readonly<Config>;
  try {
    config = await load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => broken("configuration", problem, "Mend this first."));
  }
  const [slack, discord] = await Promise.all([slackFindings(config, options), discordFindings(config)]);
  return [...configFindings(config), ...slack, ...discord];
}

function configFindings(config: Readonly<Config>): Finding[] {
  const agents = config.agents.map((agent) => agent.name).join(", ");
  return [
    fine("configuration", `agents: ${agents}; database: ${withoutPassword(config.databaseUrl)}`),
    ...config.warnings.map((warning) => broken("configuration", warning, "The bot works, but not this.")),
    config.model.apiKey === null && config.model.baseUrl === null
      ? fine("model", "the built-in demo model; set OPENAI_API_KEY or OPENAI_BASE_URL for a real one")
      : fine("model", `${config.model.model} (${config.model.api}) at ${config.model.baseUrl ?? "OpenAI"}`),
  ];
}

async function slackFindings(config: Readonly<Config>, options: DoctorOptions): Promise<Finding[]> {
  if (config.slack === null) return [fine("Slack", "off; docs/slack.md says how to switch it on")];
  return diagnoseSlack({
    ...config.slack,
    publicUrl: config.publicUrl,
    configToken: options.slackConfigToken,
  });
}

async function discordFindings(config: Readonly<Config>): Promise<Finding[]> {
  if (config.discord === null) return [fine("Discord", "off; docs/discord.md says how to switch it on")];
  return diagnoseDiscord(config.discord);
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):[^@/]*@/, "//$1:…@");
}

/** One line a finding, and under it what to do. */
export function report(findings: readonly Finding[]): string {
  return findings
    .map(({ ok, check, detail, fix }) => {
      const line = `${ok ? "✓" : "✗"} ${check}: ${detail}`;
      return fix === null ? line : `${line}\n  → ${fix}`;
    })
    .join("\n");
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { "slack-config-token-file": { type: "string" } } });
  const file = values["slack-config-token-file"];
  // A file, because arguments can be seen by everybody on the machine.
  const slackConfigToken = file === undefined ? null : readFileSync(file, "utf8").trim();
  const findings = await examine(() => loadConfig(), { slackConfigToken });
  console.log(report(findings));
  process.exitCode = findings.every((finding) => finding.ok) ? 0 : 1;
}

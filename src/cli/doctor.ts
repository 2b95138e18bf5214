/** `npm run doctor`: looks at the set-up from the outside and says what to mend. Sends nothing to anybody. */
import { readFileSync } from "node:fs";
import { systemClock } from "../assemble.ts";
import { channels } from "../config/channels.ts";
import { offInWords } from "../config/checks.ts";
import { isDemo } from "../config/environment.ts";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import type { FreezeRule } from "../core/agent.ts";
import type { ChannelAbout } from "../core/ports/about.ts";
import { broken, type Finding, fine } from "../core/ports/finding.ts";
import { timeInWords } from "../core/text/time.ts";
import { spanFrom } from "../engine/freezes.ts";
import { runCommand } from "./command.ts";
import { healthHere, runFindings } from "./left-behind.ts";
import { type Given, UsageError } from "./options.ts";
import { lookOutside } from "./outside.ts";
import { tryConnections } from "./try-connections.ts";

/** The texts of the files that `doctorFile` of a channel asks for, by the name of the option. */
export type DoctorFiles = Readonly<Record<string, string>>;

/** All findings, in the order they are printed. */
export async function examine(
  load: () => Promise<Readonly<Config>>,
  files: DoctorFiles,
  look: (config: Readonly<Config>) => Promise<Finding[]> = lookOutside,
): Promise<Finding[]> {
  let config: Readonly<Config>;
  try {
    config = await load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => broken("configuration", problem, "Mend this first."));
  }
  const [outside, ofTools, ...ofChannels] = await Promise.all([
    look(config),
    tryConnections(config),
    ...channels.map((channel) => channelFindings(channel, config, files)),
  ]);
  return [...configFindings(config), ...outside, ...ofTools, ...ofChannels.flat()];
}

function configFindings(config: Readonly<Config>): Finding[] {
  const agents = config.agents.map((agent) => agent.name).join(", ");
  return [
    fine("configuration", `agents: ${agents}; database: ${withoutPassword(config.databaseUrl)}`),
    ...config.warnings.map((warning) => broken("configuration", warning, "The bot works, but not this.")),
    ...config.freezes.map((freeze) => fine("freeze", freezeFinding(freeze, systemClock.now()))),
    ...config.toolsOff.map((off) => fine("configuration", offInWords(off))),
    isDemo(config.model)
      ? fine("model", "the built-in demo model; set OPENAI_API_KEY or OPENAI_BASE_URL for a real one")
      : fine("model", `${config.model.model} (${config.model.api}) at ${config.model.baseUrl ?? "OpenAI"}`),
  ];
}

/** `black friday: holds until 30 Nov 2026, 09:00 UTC+01:00; every tool that does more than read; no approval`. */
export function freezeFinding(freeze: FreezeRule, at: number): string {
  const { name, zone, tools, agents, approval } = freeze;
  const span = spanFrom(freeze, at);
  const [from, until] = [span?.from ?? 0, span?.until ?? 0].map((time) => timeInWords(time, zone));
  const when =
    span === null ? "is over" : span.from <= at ? `holds until ${until}` : `from ${from} until ${until}`;
  const what = tools.length === 0 ? "every tool that does more than read" : tools.join(", ");
  const whose = agents.length === 0 ? "" : ` of ${agents.join(", ")}`;
  const how = approval === null ? "nothing can be approved" : "takes an approval of its own";
  return `${name}: ${when}; ${what}${whose}; ${how}`;
}

async function channelFindings(
  about: ChannelAbout,
  config: Readonly<Config>,
  files: DoctorFiles,
): Promise<Finding[]> {
  const { name, title, guide, doctorFile } = about;
  const connection = config.connections[name];
  if (!connection) return guide === null ? [] : [fine(title, `off; ${guide} says how to switch it on`)];
  const file = doctorFile === null ? null : (files[doctorFile] ?? null);
  const seen = await connection.diagnose({ publicUrl: config.publicUrl, file });
  return [...seen, ...rulesFor(about, config)];
}

/** A channel in which nobody may do anything is on for nothing; rules for machines are made elsewhere. */
function rulesFor(
  { name, title, guide, examples: [example] }: ChannelAbout,
  { rights }: Pick<Config, "rights">,
): Finding[] {
  if (guide === null || example === undefined) return [];
  const check = `${title} rights`;
  const isHere = (rule: string) => rule === "*" || rule.startsWith(`${name}:`);
  const lists = Object.values(rights);
  const fix = `Add rules such as "${example}" to agents in belay.config.ts; ${guide} says which.`;
  if (!lists.some((own) => Object.values(own).flat().some(isHere)))
    return [broken(check, `no rule lets anybody in ${title} do anything`, fix)];
  return lists.some(({ launch }) => launch.some(isHere))
    ? [fine(check, `people in ${title} may start runs`)]
    : [
        fine(
          check,
          `nobody in ${title} may start runs, only what other rules allow; ${guide} says how to change it`,
        ),
      ];
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

const asked = channels.flatMap(({ doctorFile }) => doctorFile ?? []);
const line = {
  command: "npm run doctor",
  about: ["Says what is wrong with the set-up, and what to do. Changes nothing, sends nothing to anybody."],
  options: Object.fromEntries(asked.map((name) => [name, { type: "string" as const }])),
  words: null,
};

async function run({ values }: Given): Promise<number> {
  // Files, because arguments can be seen by everybody on the machine.
  const files = Object.entries(values).map(([name, path]) => [name, textOf(name, path ?? "")]);
  const ofSetUp = await examine(() => loadConfig(), Object.fromEntries(files));
  const findings = [...ofSetUp, ...runFindings(await healthHere())];
  console.log(report(findings));
  return findings.every((finding) => finding.ok) ? 0 : 1;
}

function textOf(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new UsageError(`--${option}: ${error instanceof Error ? error.message : error}`);
  }
}

if (import.meta.main) process.exitCode = await runCommand(line, run);

/** `npm run tool -- <name> '<json>'`: runs one tool by hand, with the agent's checks, limits and redaction. */
import { randomUUID } from "node:crypto";
import { harmless } from "../../adapters/terminal/line.ts";
import { offInWords } from "../config/checks.ts";
import { type Config, loadConfig } from "../config.ts";
import type { Toolbox } from "../core/ports/toolbox.ts";
import { createRedactor } from "../core/text/redact.ts";
import { visible, visibleJson } from "../core/text/visible.ts";
import { createToolbox } from "../tools/toolbox.ts";
import { type ByHand, conclude, type Hand } from "./call-by-hand.ts";
import { ClientError } from "./client-requests.ts";
import { answersAt } from "./client-terminal.ts";
import { runCommand } from "./command.ts";
import { noSuchTool } from "./no-such-tool.ts";
import { type Given, UsageError, usageOf } from "./options.ts";
import { toolTable } from "./tool-table.ts";

const line = {
  command: "npm run tool",
  about: [
    "Runs one tool by hand, with the checks and limits that the agent gets. Without a name it lists them.",
    "--check  all declared tools as the bot has them: their approval, limits, secrets, and what was reached",
  ],
  options: { check: { type: "boolean" as const } },
  words: "<name> '<json>'",
};

/** The exit code: 0 done, 1 failed or not known, 2 not called as it must be. */
export async function runByHand(
  config: Pick<Config, "tools" | "secrets" | "warnings" | "toolsOff">,
  given: Hand,
): Promise<number> {
  const redact = createRedactor(config.secrets);
  // What tools say was written by strangers.
  const hand = { ...given, print: (line: string) => given.print(harmless(redact(line))) };
  const runnable = config.tools.filter(({ spec }) => spec.control === "none");
  const toolbox = createToolbox(runnable, { redact });
  const [name, json = "{}", ...rest] = hand.args;
  const spec = name === undefined ? undefined : toolbox.specs[name];
  if (name === undefined || !spec || rest.length > 0) {
    const leftOut = [...config.toolsOff.map(offInWords), ...config.warnings];
    if (name !== undefined && !spec) noSuchTool(name, Object.keys(toolbox.specs), leftOut).map(hand.print);
    for (const said of [usageOf(line), ...listOf(toolbox), ...leftOut]) hand.print(said);
    return 2;
  }
  const { input, error } = toolbox.check(name, json);
  if (error) {
    hand.print(error.message);
    hand.print(`Its input: ${JSON.stringify(spec.schema.properties ?? {})}`);
    // A shell takes double quotes away.
    if (error.code === "invalid_json")
      hand.print(`Put the JSON into single quotes: ${line.command} -- ${name} '{…}'`);
    return 2;
  }
  const callId = randomUUID();
  const ids = { runId: "by-hand", callId };
  const context = { ...ids, key: toolbox.key(name, input, ids), epoch: 1, signal: hand.signal };
  const on = { toolbox, name, input, context, hand };
  if (await isAgreed(on)) return conclude(on, await toolbox.run(name, input, context));
  hand.print("Nothing was run.");
  return 1;
}

function listOf(toolbox: Toolbox): string[] {
  return Object.values(toolbox.specs).map(
    ({ name, effect, description }) => `  ${name} (${effect}): ${description.split("\n")[0]}`,
  );
}

/** Shows what would happen; what must happen once, or needs approval, needs a yes. */
async function isAgreed(on: ByHand): Promise<boolean> {
  const { toolbox, name, input, context, hand } = on;
  const spec = toolbox.specs[name];
  if (spec?.effect !== "once" && !spec?.approval) return true;
  hand.print(`${name} ${visibleJson(input, 2)}`);
  let preview: string | null;
  try {
    preview = await toolbox.preview(name, input, context);
  } catch (error) {
    hand.print(`What it would change can't be shown: ${error instanceof Error ? error.message : error}`);
    return false;
  }
  if (preview !== null) hand.print(`Preview by the tool\n  ${visible(preview).replaceAll("\n", "\n  ")}`);
  const answer = await hand.ask(`Run it${spec.effect === "once" ? ", once" : ""}? (y/N) `);
  if (answer === null) hand.print("It needs a yes, and nobody is at the terminal to say it.");
  return /^y(es)?$/i.test(answer?.trim() ?? "");
}

function unlessNobody(error: unknown): null {
  if (!(error instanceof ClientError)) throw error;
  return null;
}

/** As somebody at this terminal; ends with the servers of tools that it needed. */
export async function atTerminal(
  config: Pick<Config, "tools" | "toolServers" | "secrets" | "warnings" | "toolsOff">,
  args: readonly string[],
): Promise<number> {
  const stop = new AbortController();
  const { stdin: input, stdout, stderr } = process;
  const onLeave = () => {
    stop.abort();
    // Whoever is being asked has answered.
    answers.close();
  };
  const answers = answersAt({ input, stdout, stderr, onLeave });
  process.once("SIGINT", onLeave);
  try {
    return await runByHand(config, {
      args,
      print: answers.print,
      ask: (question) => answers.ask(question).catch(unlessNobody),
      signal: stop.signal,
    });
  } finally {
    await Promise.all(config.toolServers.map((server) => server.stop()));
    answers.close();
  }
}

/** Runs none of them. */
async function check(): Promise<number> {
  const config = await loadConfig();
  const redact = createRedactor(config.secrets);
  const { lines, isWell } = await toolTable(config);
  for (const line of lines) process.stdout.write(`${harmless(redact(line))}\n`);
  return isWell ? 0 : 1;
}

async function main({ words, flags }: Given): Promise<number> {
  if (!flags.includes("check")) return atTerminal(await loadConfig(), words);
  if (words.length > 0) throw new UsageError(`--check takes no words.\n${usageOf(line)}`);
  return check();
}

if (import.meta.main) process.exit(await runCommand(line, main));

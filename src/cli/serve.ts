/** `npm start`: builds the console when it changed, starts everything, says where it is, stops on a signal. */
import { type Config, loadConfig } from "../config.ts";
import type { Role } from "../engine/options.ts";
import { type Belay, startBelay } from "../main.ts";
import { buildConsole, noConsole } from "./build-console.ts";
import { channelLines, offLines } from "./channel-lines.ts";
import { inWords, runCommand } from "./command.ts";
import { lastGuard } from "./last-guard.ts";
import { UsageError } from "./options.ts";
import { onSignals } from "./signals.ts";

const line = {
  command: "npm start",
  about: [
    "Starts the bot. Its settings are variables (PORT, HOST, DATABASE_URL, …): docs/configuration.md.",
    "On PostgreSQL several processes may share the work: docs/scaling.md.",
    "--no-workers: web and channels only, runs are driven by other processes.",
    "--workers-only: drives runs only; it answers the API and /health, and has no channels.",
  ],
  options: { "no-workers": { type: "boolean" as const }, "workers-only": { type: "boolean" as const } },
  words: null,
};

async function run(role: Role): Promise<void> {
  const config = await loadConfig();
  await buildConsole().catch(noConsole);
  const belay = await startBelay(config, { role });
  guard(belay);
  stopOnSignal(belay);
  await tell(config, belay);
  // Below what a person looks for first.
  for (const warning of config.warnings) belay.log.warn({ warning }, "configuration");
}

/** @throws UsageError */
function roleOf(flags: readonly string[]): Role {
  const role = { works: !flags.includes("no-workers"), speaks: !flags.includes("workers-only") };
  if (!role.works && !role.speaks)
    throw new UsageError("--no-workers and --workers-only together leave nothing to do; give one of them.");
  return role;
}

async function tell(config: Config, belay: Belay): Promise<void> {
  const lines = [
    "",
    `  Belay is ready: ${belay.url}`,
    config.auth === "none"
      ? "  BELAY_AUTH=none: whoever reaches this port on this machine may do everything."
      : `  Open the console: ${belay.url}/#code=${await belay.http.issueLoginCode()}`,
    belay.engine.modelName === "demo"
      ? "  Model: demo (set OPENAI_API_KEY or OPENAI_BASE_URL for a real one)"
      : `  Model: ${belay.engine.modelName}`,
    ...channelLines(belay.channels),
    ...offLines(config.toolsOff),
    `  Data: ${config.databaseUrl.startsWith("postgres") ? "PostgreSQL" : config.databaseUrl}`,
    ...(config.auth === "none" ? [] : [`  Token: ${config.tokenPlace}`]),
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Before the bot is ready an error ends the start, as it should. */
function guard({ log, stop }: Belay): void {
  process.on("uncaughtException", lastGuard({ log, stop, exit: (code) => process.exit(code) }));
}

/** Draining can be cut short by a second signal: everything accepted is in the log by then. */
function stopOnSignal(belay: Belay): void {
  const listener = onSignals({
    now: () => performance.now(),
    drain: (signal) => {
      belay.log.info({ signal }, "stopping; a second signal stops at once");
      belay.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error, "Belay could not stop cleanly"),
      );
    },
    exit: () => process.exit(130),
  });
  process.on("SIGTERM", listener);
  process.on("SIGINT", listener);
}

function fail(error: unknown, what: string): never {
  process.stderr.write(`${what}: ${inWords(error)}\n`);
  process.exit(1);
}

const code = await runCommand(line, async ({ flags }) => {
  const role = roleOf(flags);
  await run(role).catch((error: unknown) => fail(error, "Belay can't start"));
  return 0;
});
// A started bot goes on; a question about the command, or a wrong one, is answered by now.
if (code !== 0) process.exit(code);

/** `npm start`: builds the console when it changed, starts everything, says where it is, stops on a signal. */
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { StoreError } from "../core/ports/store.ts";
import { type Belay, startBelay } from "../main.ts";
import { buildConsole } from "./build-console.ts";
import { lastGuard } from "./last-guard.ts";
import { onSignals } from "./signals.ts";

async function run(): Promise<void> {
  const config = await loadConfig();
  await buildConsole().catch(noConsole);
  const belay = await startBelay(config);
  guard(belay);
  stopOnSignal(belay);
  tell(config, belay);
}

/** The bot works without its console; whoever opens it is told that it is not built. */
function noConsole(error: unknown): void {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(`The console could not be built, everything else starts:\n${why}\n`);
}

function tell(config: Config, belay: Belay): void {
  const lines = [
    "",
    `  Belay is ready: ${belay.url}`,
    config.auth === "none"
      ? "  BELAY_AUTH=none: whoever reaches this port on this machine may do everything."
      : `  Open the console: ${belay.url}/#code=${belay.http.issueLoginCode()}`,
    belay.engine.modelName === "demo"
      ? "  Model: demo (set OPENAI_API_KEY or OPENAI_BASE_URL for a real one)"
      : `  Model: ${belay.engine.modelName}`,
    `  Data: ${config.databaseUrl.startsWith("postgres") ? "PostgreSQL" : config.databaseUrl}`,
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

/** What an operator can mend is said in words; only a bug shows its stack. */
function fail(error: unknown, what = "Belay can't start"): never {
  const known = error instanceof ConfigError || error instanceof StoreError;
  const text =
    error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  process.stderr.write(`${what}: ${text}\n`);
  process.exit(1);
}

run().catch((error: unknown) => fail(error));

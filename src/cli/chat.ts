/** `npm run chat`: the agent in the terminal, without a server, on a database file of its own. */
import { createWriteStream } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { type TerminalChannel, terminalChannel } from "../../adapters/terminal/channel.ts";
import { span } from "../../adapters/terminal/line.ts";
import { TerminalScreen } from "../../adapters/terminal/screen.ts";
import { plainSurface, type Surface } from "../../adapters/terminal/surface.ts";
import { openEngine, openStore } from "../assemble.ts";
import { type Config, loadConfig } from "../config.ts";
import type { Store } from "../core/ports/store.ts";
import { StoreError } from "../core/ports/store-error.ts";
import type { TellUnreadable } from "../core/ports/unreadable.ts";
import { createRedactor } from "../core/text/redact.ts";
import type { Engine } from "../engine/engine.ts";
import { UnreadableRecords } from "../engine/unreadable.ts";
import { createLog } from "../log.ts";
import { runCommand } from "./command.ts";

const clock = { now: () => Date.now(), steady: () => performance.now() };

/** The chat has its own file: it works beside a running server, and never carries on runs that speak elsewhere. */
function openChatStore({ dataDir }: Config, unreadable: UnreadableRecords): Promise<Store> {
  const tell: TellUnreadable = (error) => unreadable.tell(error);
  return openStore({ databaseUrl: join(dataDir, "chat.db") }, clock, tell).catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.code !== "storage_locked") throw error;
    throw new StoreError(
      "storage_locked",
      "Another chat is open on this machine. Close it, or use npm run client.",
    );
  });
}

const line = {
  command: "npm run chat",
  about: ["Talks to the agent here, without a server; with a task, it begins with that."],
  words: '["task"]',
};

async function run(words: readonly string[]): Promise<void> {
  const config = await loadConfig();
  const log = openLog(config);
  const unreadable = new UnreadableRecords(log);
  const store = await openChatStore(config, unreadable);
  const started = Promise.withResolvers<void>();
  const ending = Promise.withResolvers<void>();
  const isLive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  let channel: TerminalChannel | null = null;
  const surface: Surface = isLive
    ? new TerminalScreen({
        input: process.stdin,
        output: process.stdout,
        // What is typed while the engine starts waits for it.
        onText: (text) => void started.promise.then(() => channel?.hear(text)).catch(ending.reject),
        onEnd: () => ending.resolve(),
      })
    : plainSurface(process.stdout);
  channel = terminalChannel({ surface, personName: userName(), clock, onQuit: () => ending.resolve() });
  const engine = await openEngine(config, { store, channels: [channel], log, unreadable });
  greet(surface, engine.modelName);
  await engine.start();
  started.resolve();
  process.once("SIGTERM", () => ending.resolve());
  // Nobody reads it any more: what is under way comes to its outcome first.
  process.stdout.once("error", () => ending.resolve());
  const task = words.join(" ");
  if (task.trim() !== "") await channel.hear(task);
  if (!isLive) hearLines(engine, channel).then(ending.resolve, ending.reject);
  await ending.promise.finally(() => stop(engine, store, surface));
}

/** The screen is the chat: the log of the last session goes to a file. */
function openLog({ dataDir, logLevel, secrets }: Config) {
  const to = createWriteStream(join(dataDir, "chat.log"), { mode: 0o600 });
  return createLog({ level: logLevel, redact: createRedactor(secrets), pretty: false, to });
}

function greet(surface: Surface, modelName: string): void {
  const model =
    modelName === "demo"
      ? "the demo model (set OPENAI_API_KEY or OPENAI_BASE_URL for a real one)"
      : modelName;
  const text = `Belay, with ${model}. Give it a task; /help says more.`;
  surface.tell([{ spans: [span(text, "dim")], indent: 0, passing: false }]);
}

/** Lines of a pipe are heard one by one, each when what came before has come to a rest. */
async function hearLines(engine: Engine, channel: TerminalChannel): Promise<void> {
  await rest(engine, channel);
  for await (const line of createInterface({ input: process.stdin })) {
    await channel.hear(line);
    await rest(engine, channel);
  }
}

/** Nothing is heard, worked at or unsaid any more. */
async function rest({ store }: Engine, channel: TerminalChannel): Promise<void> {
  for (;;) {
    const working = await store.runs({ status: ["running"], limit: 1 });
    const unsaid = await store.nextDelivery([channel.name]);
    if (channel.pending === 0 && working.length === 0 && unsaid === null) return;
    await wait(50);
  }
}

async function stop(engine: Engine, store: Store, surface: Surface): Promise<void> {
  surface.close();
  process.on("SIGINT", () => process.exit(130));
  const working = await store.runs({ status: ["running"], limit: 1 });
  if (working.length > 0)
    process.stdout.write("Stopping after this step; the next chat carries on. Ctrl-C: at once.\n");
  await engine.drain(20_000);
  await store.close();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the system's list, as in some containers.
    return "you";
  }
}

process.exit(
  await runCommand(line, async ({ words }) => {
    await run(words);
    return 0;
  }),
);

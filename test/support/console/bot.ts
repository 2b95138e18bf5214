/** The whole program as a process of its own, on a port and a database of its own: it can be killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import type { Store } from "../../../src/core/ports/store.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const serveFile = join(root, "src", "cli", "serve.ts");

export interface ConsoleBot {
  url: string;
  /** `…/#code=…`, good for one login to the process as it runs now. */
  loginUrl(): string;
  /** At once, without a chance to tidy up. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** `fill`: writes into the store before the bot opens it. */
export async function consoleBot(
  options: { fill?: (store: Store) => Promise<void>; env?: Record<string, string> } = {},
): Promise<ConsoleBot> {
  const folder = await mkdtemp(join(tmpdir(), "belay-console-"));
  const path = join(folder, "belay.db");
  if (options.fill) {
    const store = await openSqlite({ path, clock: { now: () => Date.now() } });
    await options.fill(store);
    await store.close();
  }
  const port = await freePort();
  const env = { PORT: String(port), DATABASE_URL: path, LOG_LEVEL: "warn", ...options.env };
  let child: ChildProcess | null = null;
  let loginUrl = "";
  const end = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  const bot: ConsoleBot = {
    url: `http://127.0.0.1:${port}`,
    loginUrl: () => loginUrl,
    kill: () => end("SIGKILL"),
    async start() {
      child = spawn(process.execPath, [serveFile], {
        cwd: root,
        env: { PATH: process.env.PATH ?? "", ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      loginUrl = await printedUrl(child);
    },
    async stop() {
      await end("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
  await bot.start();
  return bot;
}

/** The address with the one-time code; without login, the address alone. */
function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const read = (chunk: Buffer) => {
      said += chunk.toString();
      const url = /Open the console: (\S+)/.exec(said)?.[1] ?? /BELAY_AUTH=none/.exec(said)?.[0];
      if (url) resolve(url);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => reject(new Error(`the bot ended with ${code}: ${said}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

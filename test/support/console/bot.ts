/**
 * The whole program as a process of its own, on a port and a database of its own: it can be killed and started again.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import { type Child, startChild } from "../child.ts";
import { clockOf } from "../clock.ts";
import { freePort } from "../free-port.ts";

/** The benchmarks and the pictures use it too: longer than any of them takes. */
const limitMs = 1_800_000;

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
    const store = await openSqlite({ path, clock: clockOf(() => Date.now()) });
    await options.fill(store);
    await store.close();
  }
  const port = await freePort();
  const env = { PORT: String(port), DATABASE_URL: path, LOG_LEVEL: "warn", ...options.env };
  let child: Child | null = null;
  let loginUrl = "";
  const bot: ConsoleBot = {
    url: `http://127.0.0.1:${port}`,
    loginUrl: () => loginUrl,
    kill: async () => child?.kill(),
    async start() {
      child = startChild("src/cli/serve.ts", [], { env: { PATH: process.env.PATH ?? "", ...env }, limitMs });
      loginUrl = printedUrl(await child.says(isReady));
    },
    async stop() {
      await bot.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await bot.start();
  return bot;
}

const isReady = /Open the console: (\S+)\n|BELAY_AUTH=none/;

/** The address with the one-time code; without login there is none. */
function printedUrl(said: string): string {
  const [whole, url = whole] = isReady.exec(said) ?? [];
  return url ?? "";
}

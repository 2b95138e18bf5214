/** A whole bot that listens on a port of its own: the real engine behind the real server. */
import type { Agent, Rights } from "../../../src/core/agent.ts";
import type { Channel } from "../../../src/core/ports/channel.ts";
import type { Model } from "../../../src/core/ports/model.ts";
import type { Store } from "../../../src/core/ports/store.ts";
import type { Wakes } from "../../../src/core/ports/wakes.ts";
import { createHttp } from "../../../src/http/app.ts";
import type { HttpConfig } from "../../../src/http/guard/context.ts";
import { serve } from "../../../src/http/serve.ts";
import type { Tool } from "../../../src/tools/contract.ts";
import { type Bot, clock, startBot } from "../bot.ts";
import { defaults } from "./server.ts";

export interface ListeningBot {
  bot: Bot;
  url: string;
  stop(): Promise<void>;
}

export async function listeningBot(options: {
  model: Model;
  tools?: readonly Tool[];
  agents?: readonly Agent[];
  rights?: Rights;
  channels?: readonly Channel[];
  /** Secrets that the bot knows. */
  secrets?: readonly string[];
  config?: Partial<HttpConfig>;
  /** On a store of the caller's, who closes it. */
  store?: Store;
  wakes?: Wakes;
  /** Of 127.0.0.1; any free one when left out. */
  port?: number;
}): Promise<ListeningBot> {
  const { model, tools = [], agents, rights, channels = [], secrets = [], store, wakes } = options;
  const bot = await startBot({
    model,
    tools,
    channels,
    secrets,
    ...(agents ? { agents } : {}),
    ...(rights ? { rights } : {}),
    ...(store ? { store } : {}),
    ...(wakes ? { wakes } : {}),
  });
  const quiet = () => {};
  const http = createHttp({
    engine: bot.engine,
    channels,
    clock,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    config: { ...defaults(), defaultAgent: "default", ...options.config },
  });
  const listening = await serve(http, { host: "127.0.0.1", port: options.port ?? 0 });
  return {
    bot,
    url: `http://127.0.0.1:${listening.port}`,
    async stop() {
      await listening.close(1000);
      await bot.stop();
    },
  };
}

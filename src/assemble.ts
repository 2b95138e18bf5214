/** Store, model and engine as the configuration names them: what a bot is made of, channels and server aside. */
import type { Logger } from "pino";
import { demoModel } from "../adapters/demo/model.ts";
import { openSqlite } from "../adapters/sqlite/store.ts";
import { eventUrls } from "../adapters/webhook/event-url.ts";
import { isDemo } from "./config/environment.ts";
import { loadKeys } from "./config/keys.ts";
import type { Config } from "./config.ts";
import type { Budgets } from "./core/ports/budgets.ts";
import type { Channel } from "./core/ports/channel.ts";
import type { Clock } from "./core/ports/clock.ts";
import type { Hold } from "./core/ports/hold.ts";
import type { Model } from "./core/ports/model.ts";
import type { Store } from "./core/ports/store.ts";
import type { TellUnreadable } from "./core/ports/unreadable.ts";
import type { Wakes } from "./core/ports/wakes.ts";
import { createRedactor, knownRedactor } from "./core/text/redact.ts";
import { createEngine } from "./engine/create.ts";
import type { Engine } from "./engine/engine.ts";
import type { Role } from "./engine/options.ts";
import { pastRuns } from "./engine/past-runs.ts";
import type { UnreadableRecords } from "./engine/unreadable.ts";
import { botTools } from "./tools/bot-tools.ts";
import { createToolbox } from "./tools/toolbox.ts";

/** `now` in ms since the epoch, which people can set; `steady` in ms since the process began, which nobody can. */
export const systemClock: Clock = { now: () => Date.now(), steady: () => performance.now() };

/** An engine that is not started. Rejects when the store can't be read. */
export async function openEngine(
  config: Config,
  parts: {
    store: Store;
    channels: readonly Channel[];
    log: Logger;
    unreadable: UnreadableRecords;
    wakes?: Wakes | null;
    role?: Role;
  },
): Promise<Engine> {
  const redact = createRedactor(config.secrets);
  const { event } = await loadKeys(parts.store, config.tokenEventKey);
  const urls = eventUrls(event, publicUrlOf(config));
  const tools = botTools({
    eventUrl: urls.url,
    past: {
      find: (runId, words) => pastRuns(engine, runId, words),
      urlOf: (runId) => config.publicUrl && `${config.publicUrl}/runs/${runId}`,
    },
  });
  const engine: Engine = createEngine({
    ...parts,
    model: await openModel(config),
    toolbox: createToolbox([...config.tools, ...tools], { redact }),
    agents: config.agents,
    defaultAgent: config.defaultAgent,
    rights: config.rights,
    freezes: config.freezes,
    routes: config.routes,
    auditDays: config.auditDays,
    clock: systemClock,
    rng: Math.random,
    redact: knownRedactor(config.secrets),
  });
  return engine;
}

/** Drivers that are not used are not loaded: a start is mostly the reading of code. */
export async function openStore(
  config: Pick<Config, "databaseUrl">,
  clock: Clock,
  unreadable: TellUnreadable,
): Promise<Store> {
  const { databaseUrl } = config;
  if (!isShared(config)) return openSqlite({ path: databaseUrl, clock, unreadable });
  const { openPostgres } = await import("../adapters/postgres/store.ts");
  return openPostgres({ url: databaseUrl, clock, unreadable });
}

/** What processes that share a database need of each other; null: a SQLite file has one process alone. */
export async function openSharing(
  config: Pick<Config, "databaseUrl">,
  log: Logger,
): Promise<{ wakes: Wakes; hold: Hold; budgets: Budgets } | null> {
  if (!isShared(config)) return null;
  const [{ openWakes }, { openHold }, { openBudgets }] = await Promise.all([
    import("../adapters/postgres/wakes.ts"),
    import("../adapters/postgres/hold.ts"),
    import("../adapters/postgres/budgets.ts"),
  ]);
  const place = { url: config.databaseUrl, log };
  return { wakes: openWakes(place), hold: openHold(place), budgets: openBudgets(place) };
}

function isShared({ databaseUrl }: Pick<Config, "databaseUrl">): boolean {
  return /^postgres(ql)?:/.test(databaseUrl);
}

/** The demo model says that it is one wherever it speaks. */
async function openModel(config: Config): Promise<Model> {
  const { apiKey, baseUrl, model, api } = config.model;
  if (isDemo(config.model)) return demoModel({ delayMs: 300 });
  const { openaiModel } = await import("../adapters/openai/model.ts");
  return openaiModel({
    apiKey: apiKey ?? "none",
    baseURL: baseUrl,
    model,
    api,
    prices: config.prices,
    timeouts: { firstByteMs: 120_000, answerMs: 600_000 },
  });
}

/** Where others reach this bot: without PUBLIC_URL only this machine does. */
export function publicUrlOf(config: Pick<Config, "publicUrl" | "host" | "port">): string {
  return config.publicUrl ?? `http://${config.host}:${config.port}`;
}

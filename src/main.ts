/** The only wiring: config → adapters → engine → http → start; stop in reverse. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Cron } from "croner";
import type { Logger } from "pino";
import { openEngine, openSharing, openStore, systemClock } from "./assemble.ts";
import { channelGuides, channelPaths, channelTitles, linkTo } from "./config/channels.ts";
import { loadKeys } from "./config/keys.ts";
import { type Config, ConfigError } from "./config.ts";
import type { Budgets } from "./core/ports/budgets.ts";
import type { Channel } from "./core/ports/channel.ts";
import type { Hold } from "./core/ports/hold.ts";
import type { Store } from "./core/ports/store.ts";
import { createRedactor } from "./core/text/redact.ts";
import type { Engine } from "./engine/engine.ts";
import { Freezes } from "./engine/freezes.ts";
import type { Role } from "./engine/options.ts";
import type { Schedule } from "./engine/schedule.ts";
import { alwaysHeld, type SoleDuty, soleDuty } from "./engine/sole-duty.ts";
import { UnreadableRecords } from "./engine/unreadable.ts";
import { createHttp, type Http } from "./http/app.ts";
import { type Listening, serve } from "./http/serve.ts";
import { createLog } from "./log.ts";
import { openChannels } from "./open-channels.ts";
import { startToolServers } from "./tool-servers.ts";

const projectRoot = join(import.meta.dirname, "..");

const everything: Role = { works: true, speaks: true };
const alone =
  "--no-workers and --workers-only share the work between processes, which a SQLite file can't: set DATABASE_URL to postgres://…, or start without them.";

/** A bot that runs: tests reach into its engine, the command line stops it. */
export interface Belay {
  engine: Engine;
  http: Http;
  /** Those that are on, whether they could start or not. */
  channels: readonly Channel[];
  log: Logger;
  port: number;
  /** Where a browser on this machine finds the console. */
  url: string;
  /** Keeps accepting what is written down, finishes what runs, lets go of everything. Within 25 s. */
  stop(): Promise<void>;
}

/**
 * Starts everything that the configuration names; `role`: what of it this process does, without it all; `besides`:
 * channels that no configuration names. Throws with words for the operator when it can't.
 */
export async function startBelay(
  config: Config,
  { role = everything, besides = [] }: { role?: Role; besides?: readonly Channel[] } = {},
): Promise<Belay> {
  if (!(role.works && role.speaks) && !/^postgres(ql)?:/.test(config.databaseUrl))
    throw new ConfigError([alone]);
  const log = createLog({ level: config.logLevel, redact: createRedactor(config.secrets) });
  const unreadable = new UnreadableRecords(log);
  const store = await openStore(config, systemClock, (error) => unreadable.tell(error));
  try {
    return await startOn({ store, config, log, unreadable, role, besides });
  } catch (error) {
    await store.close();
    throw error;
  }
}

interface Opened {
  store: Store;
  config: Config;
  log: Logger;
  unreadable: UnreadableRecords;
  role: Role;
  besides: readonly Channel[];
}

async function startOn({ store, config, log, unreadable, role, besides }: Opened): Promise<Belay> {
  const keys = await loadKeys(store, config.tokenEventKey);
  const sharing = await openSharing(config, log);
  const budgets = sharing?.budgets ?? null;
  const channels = [...(await openChannels(config, keys, { budgets, clock: systemClock, log })), ...besides];
  const wakes = sharing?.wakes ?? null;
  const engine = await openEngine(config, { store, channels, log, unreadable, wakes, role });
  const spoken = role.speaks ? channels : [];
  const served = { engine, channels: spoken, log, clock: systemClock, budgets };
  const http = createHttp({ ...served, config: httpConfig(config) });
  // Before the first request can come there is somebody who writes it down.
  await engine.open();
  const listening = await serve(http, { host: config.host, port: config.port });
  await engine.start();
  const toolServers = startToolServers(config.toolServers, { engine, log });
  const duty = soleDuty(engine, { schedules: schedulesOf(config), clock: systemClock, log });
  const hold = sharing?.hold ?? alwaysHeld();
  if (role.speaks) await hold.start(duty);
  const stop = once(() => stopAll({ http, listening, duty, hold, engine, toolServers, budgets, store, log }));
  const url = config.publicUrl ?? `http://${config.host}:${listening.port}`;
  return { engine, http, channels: spoken, log, port: listening.port, url, stop };
}

function schedulesOf({ schedules }: Config): Schedule[] {
  return schedules.map(({ timezone, address, ...schedule }) => ({
    ...schedule,
    timeZone: timezone,
    speaksAt: address,
  }));
}

function httpConfig(config: Config): Parameters<typeof createHttp>[0]["config"] {
  const freezes = new Freezes(config.freezes);
  return {
    version: version(),
    auth: config.auth === "none" ? { mode: "none" } : { mode: "token", tokens: config.tokens },
    publicUrl: config.publicUrl,
    hosts: config.allowedHosts,
    corsOrigins: config.corsOrigins,
    trustedLinkHosts: config.trustedLinkHosts,
    defaultAgent: config.defaultAgent,
    consoleDir: join(projectRoot, "dist", "console"),
    about: { paths: channelPaths, titles: channelTitles, guides: channelGuides, linkTo },
    webhooks: config.webhooks.map(({ name, agent }) => ({ name, agent, path: `/webhooks/${name}` })),
    schedules: () => config.schedules.map((schedule) => scheduleInfo(schedule)),
    toolServers: config.toolServers,
    mcp: config.mcp,
    rate: { burst: 200, perSecond: 100 },
    trustProxy: config.trustProxy,
    warnings: config.warnings,
    freezes: (at) => freezes.holding(at),
    database: /^postgres(ql)?:/.test(config.databaseUrl) ? "PostgreSQL" : "SQLite file",
  };
}

function scheduleInfo({ name, agent, cron, timezone, task }: Config["schedules"][number]) {
  const next_at = new Cron(cron, { timezone }).nextRun(new Date(systemClock.now()))?.getTime() ?? null;
  return { name, agent, cron, timezone, task, next_at };
}

function version(): string {
  const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

async function stopAll(parts: {
  http: Http;
  listening: Listening;
  duty: SoleDuty;
  hold: Hold;
  engine: Engine;
  toolServers: { stop(): Promise<void> };
  budgets: Budgets | null;
  store: Store;
  log: Logger;
}): Promise<void> {
  parts.log.info({}, "stopping");
  parts.http.endStreams();
  await parts.duty.stopSchedules();
  // Requests are answered while runs come to rest, and until the port is closed: what arrives is written down.
  await parts.engine.drain(15_000, () => parts.listening.close(8_000));
  await parts.hold.stop();
  await parts.toolServers.stop();
  await parts.budgets?.close();
  await parts.store.close();
  parts.log.info({}, "stopped");
}

function once(stop: () => Promise<void>): () => Promise<void> {
  let stopping: Promise<void> | null = null;
  return () => {
    stopping ??= stop();
    return stopping;
  };
}

/** How the bot is: its channels, the worker's queue, the posts on their way, and whether the database answers. */
import type { Actor } from "../../core/actor.ts";
import { StoreError } from "../../core/ports/store-error.ts";
import type { Status } from "../../core/text/status.ts";
import type { Server } from "../guard/context.ts";
import type { Health } from "../wire/server.ts";
import { mayReadRow } from "./child-runs.ts";

/** Runs are counted up to here: whether a thousand or ten thousand are on the move changes nothing. */
const mostCounted = 1000;

/**
 * Degraded: a channel or a server of tools is down or has changed, posts were given up, a record can't be read or a model gives no answers; what does not
 * need it goes on. Down: the database does not answer.
 * Callers that nobody knows (null) learn the status alone, and cost no more than that.
 */
export async function healthOf(server: Server, caller: Actor | null): Promise<Health> {
  const { engine, channels, config, clock, startedAt } = server;
  const askedAt = clock.steady();
  const stored = await readStore(server);
  const ms = Math.round(clock.steady() - askedAt);
  const states = channels.map((channel) => ({ name: channel.name, ...channel.health() }));
  const toolServers = (config.toolServers ?? []).map((server) => server.status());
  const troubles = engine.modelTroubles;
  const unreadable = engine.unreadable.list();
  const isWhole =
    unreadable.length === 0 && troubles.length === 0 && toolServers.every((server) => server.ok);
  const well = stored?.outbox.given_up === 0 && isWhole && states.every((state) => state.ok);
  const working = engine.draining ? "draining" : well ? "ok" : "degraded";
  const status = stored ? working : "down";
  if (caller === null) return { status };
  return {
    status,
    version: config.version,
    model: engine.modelName,
    model_troubles: [...troubles],
    warnings: [...(config.warnings ?? [])],
    auth: config.auth.mode,
    started_at: startedAt,
    channels: states,
    channels_off: Object.entries(config.about.guides)
      .filter(([name]) => channels.every((channel) => channel.name !== name))
      .map(([name, guide]) => ({ title: config.about.titles[name] ?? name, guide })),
    tool_servers: toolServers.map(({ tools, ...server }) => ({ ...server, tools: [...tools] })),
    unreadable,
    left_behind: await leftBehindOf(server, caller, stored !== null),
    database: { kind: config.database ?? null, answers: stored !== null, ms },
    ...(stored && { outbox: stored.outbox, queue: await queueOf(server, stored.nextAt) }),
  };
}

/** By their titles, where the database answers and the caller may see them. */
async function leftBehindOf(
  server: Server,
  caller: Actor,
  answers: boolean,
): Promise<NonNullable<Health["left_behind"]>> {
  const { leftBehind, store } = server.engine;
  const runIds = [...new Set(leftBehind.map(({ run }) => run))];
  const rows = answers && runIds.length > 0 ? await store.runs({ runIds, limit: runIds.length }) : [];
  const titles = new Map(
    rows.filter((row) => mayReadRow(server, caller, row)).map(({ runId, task }) => [runId, task]),
  );
  return leftBehind.map(({ run, why }) => ({ run, title: titles.get(run) ?? null, why }));
}

/** null: the database does not answer; the log has the reason. */
async function readStore({ engine, log }: Server) {
  try {
    const [outbox, nextAt] = await Promise.all([engine.store.outboxHealth(), engine.store.nextWake()]);
    const { undelivered, oldestAt, givenUp } = outbox;
    return { outbox: { undelivered, oldest_at: oldestAt, given_up: givenUp }, nextAt };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error({ err: error }, "database does not answer");
    return null;
  }
}

async function queueOf({ engine, clock }: Server, nextAt: number | null) {
  const count = async (status: Status) =>
    (await engine.store.runs({ status: [status], limit: mostCounted })).length;
  const [running, sleeping] = await Promise.all([count("running"), count("sleeping")]);
  const due = nextAt !== null && nextAt <= clock.now();
  return { running, sleeping, due, next_at: due ? null : nextAt };
}

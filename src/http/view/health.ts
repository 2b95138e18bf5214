/** How the bot is: its channels, the worker's queue, the posts on their way, and whether the database answers. */
import type { Actor } from "../../core/actor.ts";
import { freezeInWords } from "../../core/freeze.ts";
import { StoreError } from "../../core/ports/store-error.ts";
import { mayReadRow } from "../../core/store/listed-runs.ts";
import type { Status } from "../../core/text/status.ts";
import type { Server } from "../guard/context.ts";
import type { Health } from "../wire/server.ts";

/** Runs are counted up to here: whether a thousand or ten thousand are on the move changes nothing. */
const mostCounted = 1000;
/** What was given up can't be mended there: so long it is news, and then history. */
const newsMs = 86_400_000;

/**
 * Degraded: a channel or a server of tools is down or has changed, posts were given up in the last day, a record can't
 * be read, the storage takes nothing or a model gives no answers; what does not need it goes on. Down: the database does not
 * answer.
 * Callers that nobody knows (null) learn the status alone, and cost no more than that.
 */
export async function healthOf(server: Server, caller: Actor | null): Promise<Health> {
  const { engine, channels, config, clock, startedAt } = server;
  const askedAt = clock.steady();
  const stored = await ifAnswered(server, () => readStore(server));
  const ms = Math.round(clock.steady() - askedAt);
  const more = caller && stored && (await ifAnswered(server, () => readMore(server, caller, stored.nextAt)));
  const states = channels.map((channel) => ({ name: channel.name, ...channel.health() }));
  const toolServers = (config.toolServers ?? []).map((server) => server.status());
  const troubles = engine.modelTroubles;
  const unreadable = engine.unreadable.list();
  const { fullSince, refusedSince } = engine.refusedWrites;
  const isWhole =
    fullSince === null &&
    refusedSince === null &&
    unreadable.length === 0 &&
    troubles.length === 0 &&
    toolServers.every((server) => server.ok);
  const well = stored?.outbox.given_up === 0 && isWhole && states.every((state) => state.ok);
  const working = engine.draining ? "draining" : well ? "ok" : "degraded";
  const answers = stored !== null && (caller === null || more !== null);
  const status = answers ? working : "down";
  if (caller === null) return { status };
  return {
    status,
    version: config.version,
    model: engine.modelName,
    model_troubles: [...troubles],
    warnings: [...(config.warnings ?? [])],
    freezes: (config.freezes?.(clock.now()) ?? []).map((freeze) => ({
      ...{ name: freeze.name, until: freeze.until, words: freezeInWords(freeze) },
    })),
    auth: config.auth.mode,
    started_at: startedAt,
    channels: states,
    channels_off: Object.entries(config.about.guides)
      .filter(([name]) => channels.every((channel) => channel.name !== name))
      .map(([name, guide]) => ({ title: config.about.titles[name] ?? name, guide })),
    tool_servers: toolServers.map(({ tools, ...server }) => ({ ...server, tools: [...tools] })),
    unreadable,
    left_behind: engine.leftBehind.map(({ run, why }) => ({
      run,
      title: more?.titles.get(run) ?? null,
      why,
    })),
    database: {
      kind: config.database ?? null,
      answers,
      ms,
      full_since: fullSince,
      refused_since: refusedSince,
    },
    ...(stored && more && { outbox: stored.outbox, queue: more.queue }),
  };
}

/** null: the database does not answer; the log has the reason. */
export async function ifAnswered<T>({ log }: Pick<Server, "log">, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error({ err: error }, "database does not answer");
    return null;
  }
}

async function readStore({ engine: { store }, clock }: Server) {
  const since = clock.now() - newsMs;
  const [outbox, nextAt] = await Promise.all([store.outboxHealth(since), store.nextWake()]);
  const { undelivered, oldestAt, givenUp } = outbox;
  return { outbox: { undelivered, oldest_at: oldestAt, given_up: givenUp }, nextAt };
}

/** For callers that are known. */
async function readMore(server: Server, caller: Actor, nextAt: number | null) {
  const [titles, queue] = await Promise.all([titlesLeftBehind(server, caller), queueOf(server, nextAt)]);
  return { titles, queue };
}

/** By run, where the caller may see them. */
async function titlesLeftBehind(server: Server, caller: Actor): Promise<Map<string, string>> {
  const { leftBehind, store } = server.engine;
  const runIds = [...new Set(leftBehind.map(({ run }) => run))];
  const rows = runIds.length > 0 ? await store.runs({ runIds, limit: runIds.length }) : [];
  return new Map(
    rows.filter((row) => mayReadRow(server.engine, caller, row)).map(({ runId, task }) => [runId, task]),
  );
}

async function queueOf({ engine, clock }: Server, nextAt: number | null) {
  const count = async (status: Status) =>
    (await engine.store.runs({ status: [status], limit: mostCounted })).length;
  const [running, sleeping] = await Promise.all([count("running"), count("sleeping")]);
  const due = nextAt !== null && nextAt <= clock.now();
  return { running, sleeping, due, next_at: due ? null : nextAt };
}

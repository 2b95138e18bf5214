/** Connections with a limit on every wait; a lost one fails the queries on it and never the process. */
import { Client, type ClientConfig, Pool, type PoolClient } from "pg";

/** How long each wait may last, ms. */
export interface Limits {
  /** For a connection: a new one, or a free one. */
  connectMs: number;
  /**
   * For the server to carry out a statement; an idle transaction is undone after it as well, and its locks are free.
   */
  statementMs: number;
  /** For the answer, network and all: a little longer, so that a slow server can still say so itself. */
  answerMs: number;
  /** So long is asked what became of a commit whose answer was lost: a database that restarts is back by then. */
  patienceMs: number;
}

/** Milliseconds. `answerMs` is longer than `statementMs`, so that the server's own words come first. */
export const defaultLimits: Limits = {
  connectMs: 5_000,
  statementMs: 10_000,
  answerMs: 12_000,
  patienceMs: 5_000,
};

/** Which database, and how long each wait may be. */
export interface Place {
  url: string;
  limits: Limits;
}

/**
 * A client that has a listener for `error` all its life: a connection may break while nobody waits for an
 * answer of it (checked out between two statements, or still saying who it is), and an event `error` that
 * nobody hears ends the process.
 */
class Connection extends Client {
  constructor(config?: ClientConfig) {
    super(config);
    this.on("error", () => {});
  }
}

type Connected = (
  error: Error | undefined,
  client: PoolClient | undefined,
  release: (destroy?: Error | boolean) => void,
) => void;

/**
 * A pool that takes a connection back once, however often it is given. graphile-worker does so twice when its LISTEN
 * fails while it stops, the second time where nobody catches an error: that ended the process.
 */
class OncePool extends Pool {
  override connect(): Promise<PoolClient>;
  override connect(connected: Connected): void;
  override connect(connected?: Connected): Promise<PoolClient> | undefined {
    if (connected === undefined) return super.connect();
    super.connect((error, client, release) => {
      if (client === undefined) return connected(error, client, release);
      let released = false;
      connected(error, client, (destroy) => {
        if (released) return;
        released = true;
        release(destroy);
      });
    });
  }
}

/** A connection of its own, for what takes longer than the pool lets a statement take. `answerMs`: 0 for ever. */
export function openConnection({ url, limits }: Place, answerMs: number): Client {
  return new Connection({
    ...settings(url, limits),
    idle_in_transaction_session_timeout: limits.statementMs,
    query_timeout: answerMs,
  });
}

/** At most `max` connections, made when they are needed. It does not fail here when the server is away. */
export function openPool({ url, limits }: Place, max = 16): Pool {
  const pool = new OncePool({
    ...settings(url, limits),
    Client: Connection,
    max,
    statement_timeout: limits.statementMs,
    idle_in_transaction_session_timeout: limits.statementMs,
    query_timeout: limits.answerMs,
  });
  // An idle connection that breaks is replaced by the next query.
  pool.on("error", () => {});
  // graphile-worker looks for a listener that takes care of each connection's errors: `Connection` does.
  pool.on("connect", () => {});
  return pool;
}

function settings(url: string, { connectMs }: Limits): ClientConfig {
  return {
    connectionString: url,
    application_name: "belay",
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: connectMs,
  };
}

/**
 * Lends a connection. One on which something failed is in an unknown state: it is closed, which rolls
 * back, and not used again.
 */
export async function withClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

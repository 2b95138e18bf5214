/** One read-only transaction on a connection of its own, bounded in time and bytes, and undone whatever happens. */
import { Socket } from "node:net";
import { Client } from "pg";
import { typed } from "./cell.ts";
import { noConnection } from "./errors.ts";
import type { Place } from "./place.ts";

/** So much is read from the server in one call. */
const maxBytes = 16 * 1024 * 1024;
const connectMs = 5_000;
const lookMs = 50;

/** The server may not hold a row back: one that is larger than all that may be read ends the connection. */
class TooMuch extends Error {
  constructor(name: string) {
    const most = maxBytes / 1024 / 1024;
    super(
      `${name} sent more than ${most} MB at once and was cut off; ask for fewer columns, or left(column, 1000) of long ones`,
    );
  }
}

/**
 * The transaction ends with the connection: nothing is committed, so closing it is the ROLLBACK. On `signal` the
 * server is told to cancel.
 * @throws Error in words for the model when there is no connection; what `work` throws
 */
export async function readOnly<T>(
  place: Place,
  signal: AbortSignal,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const socket = new Socket();
  const client = clientIn(place, socket);
  const isTooMuch = () => socket.bytesRead > maxBytes;
  const looking = setInterval(() => {
    if (isTooMuch()) socket.destroy();
  }, lookMs);
  try {
    const pid = await begin(client, place);
    const result = await cancelled(place, pid, signal, () => work(client));
    if (isTooMuch()) throw new TooMuch(place.name);
    return result;
  } catch (error) {
    throw isTooMuch() ? new TooMuch(place.name) : error;
  } finally {
    clearInterval(looking);
    await client.end().catch(() => {});
  }
}

function clientIn(place: Place, socket: Socket): Client {
  try {
    return clientFor(place, socket);
  } catch (error) {
    throw noConnection(error, place);
  }
}

function clientFor({ url, statementMs }: Place, socket = new Socket()): Client {
  const client = new Client({
    connectionString: url,
    application_name: "belay",
    connectionTimeoutMillis: connectMs,
    // Longer than the server's own limit, so that it can say itself what was too slow.
    query_timeout: statementMs + connectMs,
    stream: () => socket,
    types: { getTypeParser: (oid: number) => typed(oid) },
  });
  // A connection may break while nobody waits for an answer, and an `error` that nobody hears ends the process.
  client.on("error", () => {});
  return client;
}

async function begin(client: Client, place: Place): Promise<number> {
  try {
    await client.connect();
    await client.query("BEGIN");
    await client.query("SET TRANSACTION READ ONLY");
    await client.query(`SET LOCAL statement_timeout = ${Math.round(place.statementMs)}`);
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return rows[0]?.pid ?? 0;
  } catch (error) {
    throw noConnection(error, place);
  }
}

async function cancelled<T>(
  place: Place,
  pid: number,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let asked: Promise<void> | null = null;
  const cancel = () => {
    asked = askToCancel(place, pid);
  };
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", cancel);
    await asked;
  }
}

/** On a connection of its own: the first one is busy. When it can't be asked, the statement's own limit ends it. */
async function askToCancel(place: Place, pid: number): Promise<void> {
  const client = clientFor(place);
  try {
    await client.connect();
    await client.query("SELECT pg_cancel_backend($1)", [pid]);
  } catch {
    // Nothing more can be done from here.
  } finally {
    await client.end().catch(() => {});
  }
}

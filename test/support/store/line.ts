/** A line to PostgreSQL that breaks where a test says: before or after a request, or in silence. */
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * `before`: cut when the request comes, the server never sees it · `after`: cut when the server has answered, the
 * client never hears it · `unheard`: from the request on nothing passes, and nobody is told · `unanswered`: the
 * request passes, from then on nothing comes back, and nobody is told
 */
export type Break = "before" | "after" | "unheard" | "unanswered";

export const breaks: readonly Break[] = ["before", "after", "unheard", "unanswered"];

export interface PostgresLine {
  /** The same database, through this line. */
  url: string;
  /** Breaks one connection at the n-th request from now on, counted over all connections. */
  breakAt(request: number, how: Break): void;
  /** Breaks one connection at the next request that holds these words; resolves when it has come. */
  breakOn(words: string, how: Break): Promise<void>;
  /** Breaks nothing any more; true: the request had come. */
  disarm(): boolean;
  /** Every connection that is open now goes silent; new ones are well, or as silent. */
  silence(newOnes?: "well" | "silent"): void;
  /** Cuts every connection, and refuses new ones until `heal`. */
  cut(): void;
  /** What is open stays; new connections are refused until `heal`. */
  refuse(): void;
  heal(): void;
  /** New connections go to this address of the database. */
  lead(database: string): void;
  close(): Promise<void>;
}

interface Trap {
  how: Break;
  /** Told of each request; true: this is the one. */
  isIt: (request: Buffer) => boolean;
  came: boolean;
}

export async function startLine(database: string): Promise<PostgresLine> {
  let { hostname, port } = new URL(database);
  const lines = new Set<Connection>();
  let trap: Trap | null = null;
  let isCut = false;
  let isSilent = false;
  const onRequest = (request: Buffer): Break | null => {
    if (!trap || trap.came || !trap.isIt(request)) return null;
    trap.came = true;
    return trap.how;
  };
  const server = createServer({ allowHalfOpen: false }, (client) => {
    if (isCut) return void client.destroy();
    const connection = new Connection(client, connect(Number(port), hostname), onRequest);
    lines.add(connection);
    if (isSilent) connection.silence();
    client.once("close", () => lines.delete(connection));
  });
  const url = new URL(database);
  url.port = String(await listen(server));
  return {
    url: url.href,
    breakAt(request, how) {
      let seen = 0;
      trap = { how, isIt: () => ++seen === request, came: false };
    },
    breakOn(words, how) {
      return new Promise((resolve) => {
        const isIt = (request: Buffer) => {
          const found = request.includes(words);
          if (found) resolve();
          return found;
        };
        trap = { how, isIt, came: false };
      });
    },
    disarm() {
      const came = trap?.came ?? false;
      trap = null;
      return came;
    },
    silence(newOnes = "well") {
      isSilent = newOnes === "silent";
      for (const line of lines) line.silence();
    },
    cut() {
      isCut = true;
      for (const line of lines) line.cut();
    },
    refuse() {
      isCut = true;
    },
    heal() {
      isCut = false;
    },
    lead(database) {
      ({ hostname, port } = new URL(database));
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const line of lines) line.cut();
      await closed;
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}

/** One connection: whole requests of the client are looked at, one by one, and then passed on. */
class Connection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #onRequest: (request: Buffer) => Break | null;
  #pending = Buffer.alloc(0);
  /** Messages of a request whose end has not come yet. */
  #held: Buffer[] = [];
  /** The end of what the server has said. */
  #tail = Buffer.alloc(0);
  #started = false;
  #toServer = true;
  #toClient = true;
  #cutOnAnswer = false;

  constructor(client: Socket, server: Socket, onRequest: (request: Buffer) => Break | null) {
    this.#client = client;
    this.#server = server;
    this.#onRequest = onRequest;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", () => {});
    }
    client.on("data", (data: Buffer) => this.#fromClient(data));
    server.on("data", (data: Buffer) => this.#fromServer(data));
    client.once("close", () => server.destroy());
    // A line that is silent does not tell the client either that the server is gone.
    server.once("close", () => {
      if (this.#toClient || this.#cutOnAnswer) client.destroy();
    });
  }

  silence(): void {
    this.#toServer = false;
    this.#toClient = false;
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }

  #fromClient(data: Buffer): void {
    if (!this.#toServer) return;
    this.#pending = Buffer.concat([this.#pending, data]);
    for (let message = this.#next(); message && this.#toServer; message = this.#next()) {
      this.#held.push(message.bytes);
      if (isPart(message.kind)) continue;
      if (isRequest(message.kind)) this.#break(this.#onRequest(Buffer.concat(this.#held)));
      if (this.#toServer) this.#server.write(Buffer.concat(this.#held));
      this.#held = [];
    }
  }

  #break(how: Break | null): void {
    switch (how) {
      case "before":
        this.#toServer = false;
        this.cut();
        break;
      case "after":
        this.#cutOnAnswer = true;
        this.#toClient = false;
        break;
      case "unheard":
        this.silence();
        break;
      case "unanswered":
        this.#toClient = false;
        break;
      case null:
        break;
    }
  }

  #fromServer(data: Buffer): void {
    if (this.#toClient) this.#client.write(data);
    this.#tail = Buffer.concat([this.#tail, data]).subarray(-6);
    // `Ready for query` is the last message of every answer: what was asked is done.
    if (this.#cutOnAnswer && this.#tail[0] === 0x5a) this.cut();
  }

  /** The first message has no letter for its kind; every other one has, then four bytes for the length. */
  #next(): { kind: string; bytes: Buffer } | null {
    const head = this.#started ? 1 : 0;
    if (this.#pending.length < head + 4) return null;
    const length = head + this.#pending.readInt32BE(head);
    if (this.#pending.length < length) return null;
    const bytes = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    const kind = this.#started ? String.fromCharCode(bytes[0] ?? 0) : "start";
    this.#started = true;
    return { kind, bytes };
  }
}

/** Parse, bind, describe, execute: a sync follows. */
function isPart(kind: string): boolean {
  return "PBDE".includes(kind);
}

/** A simple query, or the sync that ends an extended one. */
function isRequest(kind: string): boolean {
  return kind === "Q" || kind === "S";
}

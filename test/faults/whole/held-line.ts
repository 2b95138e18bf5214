/** A line between a bot and PostgreSQL that can hold back an answer: the bot's intent is durable, and it does not know yet. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export class HeldLine {
  /** Address of the database by way of this line. */
  url = "";
  /** Asked of all that the bot sends; the answer to what it says true to is held until `letGo`. */
  watch: (text: string) => boolean = () => false;
  readonly #sockets = new Set<Socket>();
  /** What is held back, by the socket to the bot that it belongs to. */
  readonly #held = new Map<Socket, Buffer[]>();
  readonly #server;

  private constructor(to: URL) {
    this.#server = createServer((client) => this.#join(client, connect(Number(to.port), to.hostname)));
  }

  static async start(databaseUrl: string): Promise<HeldLine> {
    const url = new URL(databaseUrl);
    const line = new HeldLine(new URL(databaseUrl));
    line.#server.listen(0, "127.0.0.1");
    await once(line.#server, "listening");
    url.port = String((line.#server.address() as AddressInfo).port);
    line.url = url.href;
    return line;
  }

  /** What was held back goes on its way. */
  letGo(): void {
    for (const [client, pieces] of this.#held) for (const piece of pieces) client.write(piece);
    this.#held.clear();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket, server: Socket): void {
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on("data", (data: Buffer) => {
      if (!this.#held.has(client) && this.watch(data.toString("latin1"))) this.#held.set(client, []);
      server.write(data);
    });
    server.on("data", (data: Buffer) => {
      const held = this.#held.get(client);
      if (held) held.push(data);
      else client.write(data);
    });
  }
}

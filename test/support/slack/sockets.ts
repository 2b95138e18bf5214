/** Slack's side of Socket Mode: hello, envelopes, acknowledgements, and what was not acknowledged once more. */
import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";

export class SlackSockets {
  /** False: connections are opened, and then nothing is said. */
  greets = true;
  readonly #server: WebSocketServer;
  readonly #changed: () => void;
  readonly #acks = new Map<string, (payload: unknown) => void>();
  #opened = Promise.withResolvers<void>();
  #connections = 0;
  #envelopes = 0;

  /** `changed`: called after each connection and each acknowledgement. */
  constructor(server: Server, changed: () => void) {
    this.#changed = changed;
    this.#server = new WebSocketServer({ server, path: "/socket" });
    this.#server.on("connection", (socket) => this.#connected(socket));
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  /** Sockets that have been opened so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Sockets that are open now. */
  get open(): number {
    return this.#server.clients.size;
  }

  /** Push an envelope through the newest socket; resolves with the payload of its acknowledgement. */
  push(type: string, payload: unknown, envelopeId = `envelope-${++this.#envelopes}`): Promise<unknown> {
    const acked = Promise.withResolvers<unknown>();
    this.#acks.set(envelopeId, acked.resolve);
    this.sendRaw({ type, envelope_id: envelopeId, payload, accepts_response_payload: type !== "events_api" });
    return acked.promise;
  }

  /** As Slack does it with events: on the next connection again, until it is acknowledged. */
  async pushUntilAcked(type: string, payload: unknown): Promise<void> {
    for (;;) {
      const socket = this.#newest();
      if (!socket) {
        await this.#opened.promise;
        continue;
      }
      const acked = this.push(type, payload).then(() => true);
      const closed = new Promise<boolean>((resolve) => socket.once("close", () => resolve(false)));
      if (await Promise.race([acked, closed])) return;
    }
  }

  sendRaw(frame: object): void {
    this.sendText(JSON.stringify(frame));
  }

  sendText(text: string): void {
    const newest = this.#newest();
    if (!newest) throw new Error("no socket is open");
    newest.send(text);
  }

  /** The connection breaks without a word. */
  cut(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  #newest(): WebSocket | undefined {
    return [...this.#server.clients].filter((socket) => socket.readyState === socket.OPEN).at(-1);
  }

  #connected(socket: WebSocket): void {
    this.#connections += 1;
    socket.on("message", (data) => {
      const ack = JSON.parse(String(data)) as { envelope_id: string; payload: unknown };
      this.#acks.get(ack.envelope_id)?.(ack.payload);
      this.#changed();
    });
    if (this.greets) socket.send(JSON.stringify({ type: "hello", num_connections: 1 }));
    this.#opened.resolve();
    this.#opened = Promise.withResolvers<void>();
    this.#changed();
  }
}

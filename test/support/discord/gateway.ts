/** The gateway half of the Discord fake: sessions, heartbeats, resumes, and every way they go wrong. */
import type { Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { bot, channels, ids, member } from "./payloads.ts";

interface Packet {
  op: number;
  d: unknown;
  s?: number;
  t?: string;
}

export interface GatewayFaults {
  /** Close codes for the next sockets, instead of READY. */
  closeNext: number[];
  /** Heartbeats are not acknowledged. */
  deaf: boolean;
  /** The next RESUME is answered with op 9 (d: false). */
  forgetSession: boolean;
  heartbeatMs: number;
}

export class FakeGateway {
  readonly faults: GatewayFaults = { closeNext: [], deaf: false, forgetSession: false, heartbeatMs: 45_000 };
  /** What clients asked for, in order: `identify`, `resume`. */
  readonly began: string[] = [];
  intents = 0;
  guildChannels: Record<string, unknown>[] = [{ ...channels.text }];
  guildThreads: Record<string, unknown>[] = [];
  readonly #server: WebSocketServer;
  readonly #url: () => string;
  #socket: WebSocket | null = null;
  #seq = 0;
  /** Everything of this session, for a resume. */
  #log: Packet[] = [];

  constructor(http: Server, url: () => string) {
    this.#url = url;
    this.#server = new WebSocketServer({ server: http, path: "/gateway" });
    this.#server.on("connection", (socket) => this.#connected(socket));
  }

  /** Sent when a client is there, kept for its resume when not. */
  dispatch(t: string, d: unknown): void {
    this.#seq += 1;
    const packet = { op: 0, t, s: this.#seq, d };
    this.#log.push(packet);
    this.#send(packet);
  }

  /** op 7: please reconnect. */
  askToReconnect(): void {
    this.#send({ op: 7, d: null });
  }

  /** op 9: the session is gone. */
  invalidate(): void {
    this.#send({ op: 9, d: false });
  }

  /** The connection breaks; what is dispatched from now on is for the resume. */
  drop(code = 4000): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(code);
  }

  async close(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #send(packet: Packet): void {
    this.#socket?.send(JSON.stringify(packet));
  }

  #connected(socket: WebSocket): void {
    const answer = (packet: Packet) => socket.send(JSON.stringify(packet));
    answer({ op: 10, d: { heartbeat_interval: this.faults.heartbeatMs } });
    socket.on("message", (data) => {
      const packet = JSON.parse(String(data)) as { op: number; d: Record<string, unknown> };
      if (packet.op === 1 && !this.faults.deaf) answer({ op: 11, d: null });
      if (packet.op === 2) this.#identify(socket, Number(packet.d.intents));
      if (packet.op === 6) this.#resume(socket, Number(packet.d.seq));
    });
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = null;
    });
  }

  #identify(socket: WebSocket, intents: number): void {
    this.began.push("identify");
    this.intents = intents;
    const code = this.faults.closeNext.shift();
    if (code !== undefined) {
      socket.close(code);
      return;
    }
    this.#socket = socket;
    this.#seq = 0;
    this.#log = [];
    this.dispatch("READY", {
      v: 10,
      user: bot,
      guilds: [{ id: ids.guild, unavailable: true }],
      session_id: `session-${this.began.length}`,
      resume_gateway_url: this.#url(),
      application: { id: ids.application, flags: 1 << 19 },
    });
    this.dispatch("GUILD_CREATE", {
      id: ids.guild,
      name: "Example",
      owner_id: ids.dana,
      roles: [everyone],
      emojis: [],
      channels: this.guildChannels,
      threads: this.guildThreads,
      members: [{ ...member(), user: bot }],
      member_count: 2,
    });
  }

  #resume(socket: WebSocket, seq: number): void {
    this.began.push("resume");
    if (this.faults.forgetSession) {
      this.faults.forgetSession = false;
      socket.send(JSON.stringify({ op: 9, d: false }));
      return;
    }
    this.#socket = socket;
    for (const packet of this.#log.filter((each) => (each.s ?? 0) > seq)) this.#send(packet);
    this.#seq += 1;
    this.#send({ op: 0, t: "RESUMED", s: this.#seq, d: {} });
  }
}

const everyone = {
  id: ids.guild,
  name: "@everyone",
  permissions: "0",
  position: 0,
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  managed: false,
  mentionable: false,
  flags: 0,
};

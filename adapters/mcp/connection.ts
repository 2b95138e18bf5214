/**
 * One server, connected again whenever it went away. The state machine: `off` until somebody starts it or calls;
 * then attempts, with pauses that grow, each of which ends in a client that works and has listed its tools, or in
 * `trouble`. A client that closes is followed by the next attempt. A call that finds none asks for an attempt at
 * once, and waits for its end. What `stop` ended stays ended.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Client, ElicitResult, Transport } from "@modelcontextprotocol/client";
import { oneLine } from "../../src/core/text/brief.ts";
import { onlySeen } from "../../src/core/text/visible.ts";
import { clientOf } from "./client.ts";
import type { Definition } from "./definition.ts";
import type { ElicitParams } from "./elicitation.ts";
import { failureWords } from "./failure-words.ts";
import { listTools } from "./listing.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** A way to a server. `lastWords`: why it ended, as the transport knows it, `otherwise` when it knows nothing. */
export interface Way {
  open(): { transport: Transport; lastWords: (otherwise: string) => string };
}

export interface ConnectionOptions {
  way: Way;
  /** Hides the secrets of this server. */
  redact: (text: string) => string;
  /** It has listed its tools, the first time or again. */
  listed(definitions: readonly Definition[]): void;
  /** It came or went. */
  moved(): void;
  /** It asks people in the middle of a call, by this client. */
  asked(params: ElicitParams, client: Client): Promise<ElicitResult>;
}

const connectMs = 20_000;
const listMs = 20_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;
/** So long it must have been there for its next absence to count as the first. */
const steadyMs = 60_000;
/** Servers may announce changes as often as they like; they are asked once in so many ms. */
const relistMs = 1_000;
/** Also a server that announces nothing is looked at so often. */
const lookMs = 60_000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | null = null;
  #client: Client | null = null;
  #version: string | null = null;
  #trouble = "it is not connected yet";
  #looking: NodeJS.Timeout | undefined;
  #next = Promise.withResolvers<Client>();
  #hurry = new AbortController();
  #relisting: Promise<void> | null = null;
  #mode: "auto" | "legacy" = "auto";

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#next.promise.catch(() => {});
  }

  /** Why it is not there; null: it is. */
  get trouble(): string | null {
    return this.#client === null ? this.#trouble : null;
  }

  /** Name, version and protocol, as the server says them; null: it was never reached. */
  get version(): string | null {
    return this.#version;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Rejects with words when it is not there after an attempt of its own; nothing was sent then. */
  async ready(signal: AbortSignal): Promise<Client> {
    if (this.#client !== null) return this.#client;
    if (this.#stopping.signal.aborted) throw new Error("it is being stopped");
    const { promise } = this.#next;
    this.start();
    this.#hurry.abort();
    return unlessAborted(promise, signal, "it was given up");
  }

  /** Asks for the tools as they are now; who does not answer is connected anew. */
  async relist(): Promise<void> {
    const client = this.#client;
    if (client === null) throw new Error(this.#trouble);
    try {
      this.#options.listed(await listTools(client, listMs));
    } catch (error) {
      this.lost(client, error);
      throw error;
    }
  }

  /** Nothing comes back on this client: over HTTP only a request finds that out. */
  lost(client: Client, error: unknown): void {
    this.#gone(client, failureWords(error));
    void client.close().catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#next.reject(new Error("it is being stopped"));
    await this.#client?.close().catch(() => {});
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; failures++) {
      const since = performance.now();
      try {
        const { closed } = await this.#connect();
        await closed;
        if (performance.now() - since > steadyMs) failures = 0;
      } catch (error) {
        if (!signal.aborted) this.#failed(error);
      }
      if (signal.aborted) return;
      this.#hurry = new AbortController();
      const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10));
      const ends = AbortSignal.any([signal, this.#hurry.signal]);
      await wait(pause, undefined, { signal: ends, ref: false }).catch(() => {});
    }
  }

  #failed(error: unknown): void {
    // A server may take the question for its newest protocol badly: the next attempt does not ask it.
    this.#mode = this.#mode === "auto" ? "legacy" : "auto";
    this.#trouble = this.#words(error instanceof Error ? error.message : String(error));
    this.#next.reject(new Error(this.#trouble));
    this.#renew();
    this.#options.moved();
  }

  #renew(): void {
    this.#next = Promise.withResolvers<Client>();
    this.#next.promise.catch(() => {});
  }

  /** Resolves when the client works; `closed`, in turn, when it has closed. */
  async #connect(): Promise<{ closed: Promise<void> }> {
    const { transport, lastWords } = this.#options.way.open();
    const closed = Promise.withResolvers<void>();
    const { asked } = this.#options;
    const changed = () => this.#relistSoon();
    const client = clientOf(this.#mode, { closed: closed.resolve, changed, asked });
    try {
      const connected = client
        .connect(transport, { timeout: connectMs })
        .then(() => listTools(client, listMs));
      const definitions = await unlessAborted(connected, this.#stopping.signal, "it is being stopped");
      const { name = "unnamed", version = "" } = client.getServerVersion() ?? {};
      const protocol = client.getNegotiatedProtocolVersion() ?? "unknown";
      this.#version = this.#words(`${name} ${version}, protocol ${protocol}`);
      this.#options.listed(definitions);
    } catch (error) {
      await transport.close().catch(() => {});
      throw new Error(lastWords(failureWords(error)), { cause: error });
    }
    this.#client = client;
    this.#looking = setInterval(() => this.#relistSoon(), lookMs).unref();
    this.#next.resolve(client);
    this.#options.moved();
    return { closed: closed.promise.then(() => this.#gone(client, lastWords("the connection ended"))) };
  }

  /** Once for each client, whoever finds it out first. */
  #gone(client: Client, why: string): void {
    if (this.#client !== client) return;
    this.#client = null;
    clearInterval(this.#looking);
    this.#trouble = this.#words(why);
    this.#renew();
    if (!this.#stopping.signal.aborted) this.#options.moved();
  }

  #relistSoon(): void {
    this.#relisting ??= wait(relistMs, undefined, { signal: this.#stopping.signal, ref: false })
      .then(() => {
        this.#relisting = null;
        return this.relist();
      })
      // Gone meanwhile: the next connection lists anyway.
      .catch(() => {});
  }

  #words(text: string): string {
    return oneLine(onlySeen(this.#options.redact(text))).slice(0, 500);
  }
}

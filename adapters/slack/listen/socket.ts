/** A Socket Mode connection that is kept up: dialled again at once when Slack closes it, with pauses on failure. */

import { SocketModeClient } from "@slack/socket-mode";
import { guarded } from "../../../src/core/ports/guarded.ts";
import { thrown } from "../../../src/core/text/thrown.ts";
import { clientOptions, type SlackOptions, sdkLogger } from "../options.ts";

/** What Slack pushes: an Events API envelope, a slash command, an interaction. */
export interface Envelope {
  body: Record<string, unknown>;
  ack(answer?: object): Promise<void>;
}

const helloMs = 15_000;
const longestPauseMs = 30_000;

/**
 * States and what moves between them:
 *
 * - dialling: `apps.connections.open` is asked for an address, then the connection waits for Slack's hello, at
 *   most 15 s. The hello leads to up. A failure of the first dial is thrown by `start`; each later one leads to
 *   pausing.
 * - up: envelopes arrive. Each is acknowledged when it is persisted, and not at all when that fails: Slack sends
 *   it again. Slack closes every connection after a while; that leads to pausing.
 * - pausing: 50 ms after a close; after failed dials 1 s, 2 s, 4 s … at most 30 s. Then dialling again, without
 *   end.
 * - stopped: no more dialling. `stop` first waits for the envelopes that are being persisted, then hangs up.
 *
 * Nothing is remembered over a crash: what was not acknowledged Slack delivers again, to any connection of the
 * app. The client's own reconnecting is off: it leaves a hole of five seconds at each refresh, and its error when
 * Slack can't be reached is caught by nobody.
 */
export class Socket {
  readonly #log: SlackOptions["log"];
  readonly #client: SocketModeClient;
  readonly #busy = new Set<Promise<void>>();
  #isUp = false;
  #isStopped = false;
  #trouble = "not connected yet";
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SlackOptions & { appToken: string }, receive: (envelope: Envelope) => Promise<void>) {
    this.#log = options.log;
    this.#client = new SocketModeClient({
      appToken: options.appToken,
      autoReconnectEnabled: false,
      clientOptions: clientOptions(options),
      logger: sdkLogger(options.log),
    });
    this.#client.on("disconnected", () => this.#closed());
    const dropped = (error: unknown) =>
      this.#log.error({ channel: "slack", err: thrown(error) }, "slack envelope dropped");
    this.#client.on(
      "slack_event",
      guarded((envelope: Envelope) => this.#take(receive(envelope)), dropped),
    );
    // The client reads frames in a listener of its own, and rejects into nowhere over one that is not as documented.
    const readers = this.#client.listeners("ws_message");
    this.#client.removeAllListeners("ws_message");
    for (const read of readers) this.#client.on("ws_message", guarded(read, dropped));
  }

  /** Resolves when Slack has said hello; throws what apps.connections.open says. */
  async start(): Promise<void> {
    // A connection without a hello would hang for ever.
    const impatience = setTimeout(() => void this.#client.disconnect(), helloMs);
    try {
      await this.#client.start();
    } finally {
      clearTimeout(impatience);
    }
    this.#isUp = true;
    if (this.#isStopped) await this.#hangUp();
  }

  /** Waits for what is being remembered, then closes. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#busy);
    await this.#hangUp();
  }

  health(): { ok: boolean; detail: string } {
    return this.#isUp ? { ok: true, detail: "Socket Mode, connected" } : { ok: false, detail: this.#trouble };
  }

  async #hangUp(): Promise<void> {
    this.#isUp = false;
    await this.#client.disconnect();
  }

  #closed(): void {
    // While dialling, the failure belongs to start().
    if (!this.#isUp || this.#isStopped) return;
    this.#isUp = false;
    this.#trouble = "connection closed, dialling again";
    this.#dialLater(0);
  }

  #dialLater(attempt: number): void {
    if (this.#isStopped) return;
    const pause = attempt === 0 ? 50 : Math.min(longestPauseMs, 500 * 2 ** attempt);
    this.#timer = setTimeout(() => {
      this.start().then(
        () => this.#log.info({ channel: "slack" }, "slack socket connected again"),
        (error: unknown) => {
          this.#trouble = `can't connect: ${error instanceof Error ? error.message : "closed before the hello"}`;
          const fields = { channel: "slack", attempt, err: this.#trouble };
          this.#log.warn(fields, "slack socket could not connect");
          this.#dialLater(attempt + 1);
        },
      );
    }, pause);
  }

  #take(received: Promise<void>): void {
    const task = received.catch((error: unknown) => {
      // Not acknowledged: Slack sends it again.
      this.#log.error({ channel: "slack", err: thrown(error) }, "slack envelope was not remembered");
    });
    this.#busy.add(task);
    void task.finally(() => this.#busy.delete(task));
  }
}

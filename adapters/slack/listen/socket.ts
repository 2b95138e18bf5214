/** A Socket Mode connection that stays: dials again at once when Slack recycles it, with patience when it can't. */

import { SocketModeClient } from "@slack/socket-mode";
import { clientOptions, type SlackOptions, sdkLogger } from "../options.ts";

/** What Slack pushes: an Events API envelope, a slash command, an interaction. */
export interface Envelope {
  body: Record<string, unknown>;
  ack(answer?: object): Promise<void>;
}

export interface Socket {
  /** Resolves when Slack has said hello; throws what apps.connections.open says. */
  start(): Promise<void>;
  /** Waits for what is being remembered, then closes. */
  stop(): Promise<void>;
  health(): { ok: boolean; detail: string };
}

const helloMs = 15_000;
const longestPauseMs = 30_000;

/**
 * The client's own reconnecting is off: it leaves a hole of five seconds at each refresh and throws into nowhere when
 * Slack can't be reached. States: dialling → up → (closed) → dialling …, until stopped.
 */
export function socket(
  options: SlackOptions & { appToken: string },
  receive: (envelope: Envelope) => Promise<void>,
): Socket {
  const client = new SocketModeClient({
    appToken: options.appToken,
    autoReconnectEnabled: false,
    clientOptions: clientOptions(options),
    logger: sdkLogger(options.log),
  });
  const busy = new Set<Promise<void>>();
  let up = false;
  let stopped = false;
  let trouble = "not connected yet";
  let timer: NodeJS.Timeout | undefined;

  const dial = async (): Promise<void> => {
    // A connection without a hello would hang for ever.
    const impatience = setTimeout(() => void client.disconnect(), helloMs);
    try {
      await client.start();
    } finally {
      clearTimeout(impatience);
    }
    up = true;
    if (stopped) await hangUp();
  };

  const hangUp = async (): Promise<void> => {
    up = false;
    await client.disconnect();
  };

  const dialLater = (attempt: number): void => {
    if (stopped) return;
    const pause = attempt === 0 ? 50 : Math.min(longestPauseMs, 500 * 2 ** attempt);
    timer = setTimeout(() => {
      dial().then(
        () => options.log.info({ channel: "slack" }, "slack socket connected again"),
        (error: unknown) => {
          trouble = `can't connect: ${error instanceof Error ? error.message : "closed before the hello"}`;
          options.log.warn({ channel: "slack", attempt, err: trouble }, "slack socket could not connect");
          dialLater(attempt + 1);
        },
      );
    }, pause);
  };

  client.on("disconnected", () => {
    // While dialling, the failure belongs to dial().
    if (!up || stopped) return;
    up = false;
    trouble = "connection closed, dialling again";
    dialLater(0);
  });

  client.on("slack_event", (envelope: Envelope) => {
    const task = receive(envelope).catch((error: unknown) => {
      // Not acknowledged: Slack sends it again.
      options.log.error({ channel: "slack", err: String(error) }, "slack envelope was not remembered");
    });
    busy.add(task);
    void task.finally(() => busy.delete(task));
  });

  return {
    start: dial,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.allSettled(busy);
      await hangUp();
    },
    health: () => (up ? { ok: true, detail: "Socket Mode, connected" } : { ok: false, detail: trouble }),
  };
}

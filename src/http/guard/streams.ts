/** The open event streams of this process: woken by commits, ended by a stop or a revoked session. */
import type { SSEStreamingApi } from "hono/streaming";
import type { Clock } from "../../core/ports/clock.ts";
import type { Store } from "../../core/ports/store.ts";
import { Bell } from "./bell.ts";

/** The console session that a stream was opened under: the stream ends with it. */
export interface StreamSession {
  id: string;
  /** ms since the epoch */
  expiresAt: number;
}

const heartbeatMs = 10_000;

interface Open {
  session: string | null;
  end: AbortController;
}

/** One instance per server. A stream holds no events back: it reads them from the log when it is woken. */
export class Streams {
  readonly #open = new Set<Open>();
  readonly #ended = new AbortController();
  readonly #clock: Clock;
  readonly #store: Pick<Store, "session">;

  constructor(clock: Clock, store: Pick<Store, "session">) {
    this.#clock = clock;
    this.#store = store;
  }

  /**
   * Calls `send` once, and again after each `ring`, one at a time, until the client leaves, the session ends or
   * the server stops. Between the calls a comment keeps proxies from cutting the line; `send` runs then as well, for
   * what other processes committed, and within about 10 s it is seen that one of them ended the session.
   */
  async run(
    stream: SSEStreamingApi,
    session: StreamSession | null,
    subscribe: (ring: () => void) => () => void,
    send: () => Promise<void>,
  ): Promise<void> {
    const open: Open = { session: session?.id ?? null, end: new AbortController() };
    const bell = new Bell();
    const unsubscribe = subscribe(() => bell.ring());
    this.#open.add(open);
    stream.onAbort(() => open.end.abort());
    let lookedAt = this.#clock.steady();
    try {
      while (!open.end.signal.aborted) {
        await send();
        const rung = await bell.wait(heartbeatMs, open.end.signal);
        if (session && this.#clock.now() >= session.expiresAt) return;
        if (session && (!rung || this.#clock.steady() - lookedAt >= heartbeatMs)) {
          lookedAt = this.#clock.steady();
          if ((await this.#store.session(session.id)) === null) return;
        }
        if (!rung && !open.end.signal.aborted) await stream.write(": still here\n\n");
      }
    } finally {
      unsubscribe();
      this.#open.delete(open);
    }
  }

  /** Ends the streams of a console session that was revoked. */
  endSession(session: string): void {
    for (const open of this.#open) if (open.session === session) open.end.abort();
  }

  /** Aborts when the server stops: whoever waits for a run tells what it knows, and is asked again elsewhere. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  endAll(): void {
    this.#ended.abort();
    for (const open of this.#open) open.end.abort();
  }
}

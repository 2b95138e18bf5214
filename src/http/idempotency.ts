/** `Idempotency-Key`: the same request under the same key is done once, however often it is sent. */
import type { InboxKey, Submitted } from "../core/ports.ts";
import type { Ctx, Server } from "./context.ts";
import { ProblemError, problemOfRefusal } from "./problems.ts";
import { sha256 } from "./sessions.ts";

export interface Request {
  /** Who sends: keys of different principals never meet. */
  principal: string;
  key: string | null;
  /** What the key stands for: the operation and its checked body. */
  operation: string;
  body: unknown;
}

/** Throws 400 `invalid_idempotency_key`. */
export function idempotencyKeyOf(c: Ctx): string | null {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return null;
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  const detail = "An Idempotency-Key has 1 to 255 printable ASCII characters. A UUID is a good one.";
  throw new ProblemError("invalid_idempotency_key", detail);
}

/**
 * The request is remembered before it acts, and the run's commit settles it: after a crash in between, the same
 * request acts again and the engine, which knows the key too, lets it happen once. A refusal is kept as well.
 */
export class Idempotency {
  readonly #server: Server;
  /** Keys of requests that this process is at work on. */
  readonly #busy = new Set<string>();

  constructor(server: Server) {
    this.#server = server;
  }

  /** Throws 409 `idempotency_in_progress`, 422 `idempotency_key_reused`, or the refusal. */
  async once(
    request: Request,
    act: (inbox: InboxKey | null) => Promise<Submitted>,
  ): Promise<{ runId: string; replayed: boolean }> {
    if (request.key === null) return done(await act(null));
    const inbox = { source: `api:${request.principal}`, key: request.key };
    const name = JSON.stringify([inbox.source, inbox.key]);
    const fingerprint = sha256(JSON.stringify([request.operation, request.body]));
    const mine = !this.#busy.has(name);
    if (mine) this.#busy.add(name);
    try {
      const before = await this.#remember(inbox, fingerprint);
      if (before !== null) return before;
      if (!mine) throw inProgress();
      return await this.#settle(inbox, await act(inbox));
    } finally {
      if (mine) this.#busy.delete(name);
    }
  }

  /** The outcome of the first request with this key, or null when it has none yet. */
  async #remember(inbox: InboxKey, fingerprint: string) {
    const { store } = this.#server.engine;
    const receivedAt = this.#server.clock.now();
    if ((await store.receive({ ...inbox, body: fingerprint, receivedAt })) === "new") return null;
    const row = await store.inboxRow(inbox);
    if (!row) return null;
    if (row.body !== fingerprint) {
      const detail = "This Idempotency-Key belongs to another request. Use a new key for a new request.";
      throw new ProblemError("idempotency_key_reused", detail);
    }
    if (row.state === "refused") throw problemOfRefusal(JSON.parse(row.outcome ?? "{}"));
    return row.state === "done" && row.runId !== null ? { runId: row.runId, replayed: true } : null;
  }

  async #settle(inbox: InboxKey, submitted: Submitted) {
    if (!submitted.ok) {
      const outcome = JSON.stringify(submitted.refusal);
      await this.#server.engine.store.settleInbox(inbox, { state: "refused", runId: null, outcome });
    }
    return done(submitted);
  }
}

function done(submitted: Submitted): { runId: string; replayed: boolean } {
  if (!submitted.ok) throw problemOfRefusal(submitted.refusal);
  return { runId: submitted.runId, replayed: submitted.duplicate };
}

function inProgress(): ProblemError {
  const detail = "The first request with this Idempotency-Key has not ended. Wait a second, then ask again.";
  return new ProblemError("idempotency_in_progress", detail, { headers: { "Retry-After": "1" } });
}

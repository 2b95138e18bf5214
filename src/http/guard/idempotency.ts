/** `Idempotency-Key`: the same request under the same key is done once, however often it is sent. */
import type { Submitted } from "../../core/ports/channel.ts";
import type { InboxKey } from "../../core/ports/deliveries.ts";
import type { Ctx, Server } from "./context.ts";
import { ProblemError, problemOfRefusal } from "./problems.ts";
import { sha256 } from "./sessions.ts";

type Key = Required<InboxKey>;

/** A request that changes something, with all that decides whether it is the same as an earlier one. */
export interface KeyedRequest {
  /** Who sends: keys of different principals never meet. */
  principal: string;
  key: string | null;
  /** What the key stands for: the operation and its checked body. */
  operation: string;
  body: unknown;
  /** Where the run stands that a refusal speaks of. */
  instance: string | null;
}

/** Throws 400 `invalid_idempotency_key`. */
export function idempotencyKeyOf(c: Ctx): string | null {
  const key = c.req.header("idempotency-key");
  return key === undefined ? null : checkedKey(key);
}

/** Wherever it was written. Throws 400 `invalid_idempotency_key`. */
export function checkedKey(key: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  const detail = "An Idempotency-Key has 1 to 255 printable ASCII characters. A UUID is a good one.";
  throw new ProblemError("invalid_idempotency_key", detail);
}

/**
 * The commit of the run takes the key with it and what it stands for, so that nothing can happen twice. A refusal
 * changed nothing: the same request is judged anew when it comes again.
 */
export class Idempotency {
  readonly #server: Server;
  /** Keys of requests that this process is at work on, with what they stand for. */
  readonly #busy = new Map<string, string>();

  constructor(server: Server) {
    this.#server = server;
  }

  /** Throws 409 `idempotency_in_progress`, 422 `idempotency_key_reused`, or the refusal. */
  async once(
    request: KeyedRequest,
    act: (inbox: InboxKey | null) => Promise<Submitted>,
  ): Promise<{ runId: string; replayed: boolean }> {
    if (request.key === null) return done(await act(null), request);
    const print = sha256(JSON.stringify([request.operation, request.body]));
    const inbox = { source: `api:${request.principal}`, key: request.key, print };
    const name = JSON.stringify([inbox.source, inbox.key]);
    const busy = this.#busy.get(name);
    if (busy !== undefined) throw busy === print ? inProgress() : reused();
    this.#busy.set(name, print);
    try {
      return (await this.#before(inbox)) ?? (await this.#first(request, inbox, act));
    } finally {
      this.#busy.delete(name);
    }
  }

  /** The outcome of an earlier request with this key, or null. */
  async #before(inbox: Key) {
    const row = await this.#server.engine.store.inboxRow(inbox);
    if (!row || row.runId === null) return null;
    if (row.outcome && row.outcome !== inbox.print) throw reused();
    return { runId: row.runId, replayed: true };
  }

  async #first(request: KeyedRequest, inbox: Key, act: (inbox: InboxKey) => Promise<Submitted>) {
    const submitted = await act(inbox);
    const isFirst = submitted.ok && !submitted.duplicate;
    // Another process was faster, and may have left nothing to do: what it did is the answer, if it was the same request.
    return (!isFirst && (await this.#before(inbox))) || done(submitted, request);
  }
}

function done(submitted: Submitted, { instance }: KeyedRequest): { runId: string; replayed: boolean } {
  if (!submitted.ok) throw problemOfRefusal(submitted.refusal, instance);
  return { runId: submitted.runId, replayed: submitted.duplicate };
}

function reused(): ProblemError {
  const detail = "This Idempotency-Key belongs to another request. Use a new key for a new request.";
  return new ProblemError("idempotency_key_reused", detail);
}

function inProgress(): ProblemError {
  const detail = "The first request with this Idempotency-Key has not ended. Wait a second, then ask again.";
  return new ProblemError("idempotency_in_progress", detail, { headers: { "Retry-After": "1" } });
}

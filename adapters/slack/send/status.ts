/** Slack's agent session status (the loader and native Stop): an extra, switched off where Slack does not have it. */
import type { Status } from "../../../src/core/text/status.ts";
import { readAddress } from "../address.ts";
import { channelError, slackCode } from "../errors.ts";
import type { Session } from "../session.ts";
import { perMinute, type Rate, rateOf } from "./rates.ts";
import { topRun } from "./top-run.ts";

type SessionStatus = "processing" | "suspended" | "active";

const meaning: Record<Status, SessionStatus> = {
  running: "processing",
  paused: "suspended",
  waiting_human_input: "suspended",
  sleeping: "suspended",
  complete: "active",
  failed: "active",
  max_steps_reached: "suspended",
  cancelled: "active",
};
const repaired = 50;
const mostRemembered = 5000;
/** Slack could not be reached: no hurry for an extra. */
const troubleMs = 30_000;
/** Who starts later may be the next of one that died meanwhile. */
const once = { burst: 1, everyMs: 10_000 };
const method = "agents.sessions.setStatus";

/** One sender; the newest status of an address replaces one that still waits. */
export class SessionStatuses {
  readonly #session: Session;
  readonly #rate: Rate;
  readonly #shown = new Map<string, SessionStatus>();
  readonly #wanted = new Map<string, SessionStatus>();
  #isOff = false;
  #isSending = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#rate = rateOf(session, "statuses", { everyMs: perMinute(50), burst: 10 });
  }

  /** Shows how the run is now, at this address. Never throws, waits for nothing. */
  show(runId: string, address: string): void {
    if (this.#isOff) return;
    topRun(this.#session.inlet.store, runId).then(
      (row) => row && this.#want(address, meaning[row.status]),
      () => undefined,
    );
  }

  /** Statuses that a former process left: nothing may look busy that is not. */
  async repair(): Promise<void> {
    // Of many that start together one does it for all.
    const isOurs = await this.#session.options.budgets?.take(
      `slack/${this.#session.bot.team}/repair`,
      once,
      1,
    );
    if (isOurs?.taken === 0) return;
    const newestFirst = await this.#session.inlet.store.runs({ channel: "slack", limit: repaired });
    for (const row of newestFirst.reverse()) {
      if (row.address !== null && row.parentId === null) this.#want(row.address, meaning[row.status]);
    }
  }

  /** Says nothing any more; the next start repairs. */
  stop(): void {
    this.#isOff = true;
    clearTimeout(this.#timer);
  }

  #want(address: string, status: SessionStatus): void {
    if (this.#isOff || readAddress(address)?.root == null) return;
    this.#wanted.delete(address);
    if (this.#shown.get(address) === status) return;
    this.#wanted.set(address, status);
    void this.#send();
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    for (let [next] = this.#wanted; next !== undefined && !this.#isOff; [next] = this.#wanted) {
      const wait = (await this.#rate.wait(method)) || (await this.#trySet(next[0]));
      if (wait === 0) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#send(), wait).unref();
      break;
    }
    this.#isSending = false;
  }

  /** ms until it may be tried again; 0: done, or never. */
  async #trySet(address: string): Promise<number> {
    const place = readAddress(address);
    // While its turn was waited for it may have become another, or none.
    const status = this.#wanted.get(address);
    if (status === undefined || this.#isOff) return 0;
    this.#wanted.delete(address);
    if (this.#shown.size >= mostRemembered) this.#shown.clear();
    this.#shown.set(address, status);
    try {
      const where = { channel_id: place?.channel, thread_ts: place?.root };
      await this.#session.client.apiCall(method, { ...where, status });
      return 0;
    } catch (error) {
      const { failure, retryAfterMs, message } = channelError(error, { method, idempotent: true });
      // Where Slack does not have it, it says `unknown_method`, `missing_scope` or `not_allowed_token_type`.
      if (slackCode(error) !== null && failure.type !== "wait") {
        this.#isOff = true;
        const fields = { channel: "slack", err: message };
        this.#session.options.log.info(fields, "slack session status is not available");
        return 0;
      }
      this.#shown.delete(address);
      if (!this.#wanted.has(address)) this.#wanted.set(address, status);
      if (failure.type === "wait") await this.#rate.pause(failure.retryAfterMs);
      return retryAfterMs ?? troubleMs;
    }
  }
}

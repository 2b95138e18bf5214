/** Slack's agent session status (the loader and native Stop): an extra, switched off where Slack does not have it. */
import type { Status } from "../../../src/core/text/status.ts";
import { readAddress } from "../address.ts";
import { channelError } from "../errors.ts";
import type { Session } from "../session.ts";
import { pace } from "./pace.ts";
import { perMinute } from "./rates.ts";
import { topRun } from "./top-run.ts";

type SessionStatus = "processing" | "suspended" | "active";

export interface SessionStatuses {
  /** Shows how the run is now, at this address. Never throws, waits for nothing. */
  show(runId: string, address: string): void;
  /** Statuses that a former process left: nothing may look busy that is not. */
  repair(): Promise<void>;
  /** Says nothing any more; the next start repairs. */
  stop(): void;
}

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
const method = "agents.sessions.setStatus";

/** One sender; the newest status of an address replaces one that still waits. */
export function sessionStatuses(session: Session): SessionStatuses {
  const { client, inlet, options } = session;
  const shown = new Map<string, SessionStatus>();
  const wanted = new Map<string, SessionStatus>();
  const rate = pace(options.clock, perMinute(50), 10);
  let isOff = false;
  let isSending = false;
  let timer: NodeJS.Timeout | undefined;

  const want = (address: string, status: SessionStatus): void => {
    if (isOff || readAddress(address)?.root == null) return;
    wanted.delete(address);
    if (shown.get(address) === status) return;
    wanted.set(address, status);
    void send();
  };

  const send = async (): Promise<void> => {
    if (isSending) return;
    isSending = true;
    for (let [next] = wanted; next !== undefined && !isOff; [next] = wanted) {
      const wait = rate.wait(method) || (await trySet(...next));
      if (wait === 0) continue;
      clearTimeout(timer);
      timer = setTimeout(() => void send(), wait).unref();
      break;
    }
    isSending = false;
  };

  /** ms until it may be tried again; 0: done, or never. */
  const trySet = async (address: string, status: SessionStatus): Promise<number> => {
    const place = readAddress(address);
    wanted.delete(address);
    if (shown.size >= mostRemembered) shown.clear();
    shown.set(address, status);
    try {
      await client.apiCall(method, { channel_id: place?.channel, thread_ts: place?.root, status });
      return 0;
    } catch (error) {
      const { permanent, retryAfterMs, message } = channelError(error, { method, idempotent: true });
      if (permanent) {
        isOff = true;
        options.log.info({ channel: "slack", err: message }, "slack session status is not available");
        return 0;
      }
      shown.delete(address);
      if (!wanted.has(address)) wanted.set(address, status);
      return retryAfterMs ?? troubleMs;
    }
  };

  return {
    show(runId, address) {
      if (isOff) return;
      topRun(inlet.store, runId).then(
        (row) => row && want(address, meaning[row.status]),
        () => undefined,
      );
    },
    async repair() {
      const newestFirst = await inlet.store.runs({ channel: "slack", limit: repaired });
      for (const row of newestFirst.reverse()) {
        if (row.address !== null && row.parentId === null) want(row.address, meaning[row.status]);
      }
    },
    stop() {
      isOff = true;
      clearTimeout(timer);
    },
  };
}

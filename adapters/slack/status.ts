/** Slack's agent session status (the loader and native Stop): an extra, switched off by its first failure. */
import type { Status } from "../../src/core/state.ts";
import { readAddress } from "./address.ts";
import { slackCode } from "./errors.ts";
import type { Session } from "./session.ts";

type SessionStatus = "processing" | "suspended" | "active";

export interface SessionStatuses {
  /** Shows how the run at this address is now. Never throws, waits for nothing. */
  show(runId: string, address: string): void;
  /** Statuses that a former process left: nothing of what has ended may look busy. */
  repair(): Promise<void>;
}

const shown: Record<Status, SessionStatus> = {
  running: "processing",
  paused: "suspended",
  waiting_human_input: "suspended",
  sleeping: "suspended",
  complete: "active",
  failed: "active",
  max_steps_reached: "suspended",
  cancelled: "active",
};
const repaired = 20;
const mostRemembered = 5000;

export function sessionStatuses(session: Session): SessionStatuses {
  const last = new Map<string, SessionStatus>();
  let off = false;

  const set = async (address: string, status: SessionStatus): Promise<void> => {
    const place = readAddress(address);
    if (off || place === null || place.root === null || last.get(address) === status) return;
    if (last.size >= mostRemembered) last.clear();
    last.set(address, status);
    try {
      await session.client.apiCall("agents.sessions.setStatus", {
        channel_id: place.channel,
        thread_ts: place.root,
        status,
      });
    } catch (error) {
      off = true;
      const code = slackCode(error) ?? "unreachable";
      session.options.log.info({ channel: "slack", code }, "slack session status is not available");
    }
  };

  return {
    show(runId, address) {
      if (off) return;
      session.inlet.store.run(runId).then(
        (row) => row && set(address, shown[row.status]),
        () => undefined,
      );
    },
    async repair() {
      const ended: Status[] = ["complete", "failed", "cancelled"];
      const rows = await session.inlet.store.runs({ channel: "slack", status: ended, limit: repaired });
      for (const row of rows) if (row.address !== null) await set(row.address, "active");
    },
  };
}

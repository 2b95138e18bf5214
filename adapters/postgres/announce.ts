/** Tells other processes of commits: within it when a person acts, right after it when a run rests, later for steps. */
import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Changed, Commit } from "../../src/core/ports/commit.ts";
import { isEnded } from "../../src/core/text/status.ts";

/** The name for NOTIFY and LISTEN, the same in all processes on the database. */
export const announcementChannel = "belay_commits";

/**
 * Commits with an announcement wait for each other on the whole server, each until the other is on the disk. So what
 * workers commit is told by itself, which writes nothing that must be on the disk, and the many steps of a run share a
 * few. What a person does writes a job with it, as a rule, and thus an announcement in any case; a launch that its own
 * process drives needs none, and is told as a step is.
 */
const sharedMs = 50;

/** Ends the announcement of a run that is due with its commit and that nobody holds. */
export const ifDue = " due";

/** SQL for the row at hand, of which it takes `run_id` and `version`: it is due and nobody holds it any more. */
export const tellReleased = `pg_notify('${announcementChannel}', 'released 0 ' || version || ' ' || run_id || '${ifDue}')`;

/** One per process. What it tells are hints; who misses one sees the commit at its next look. */
export interface Announcer {
  /** What the commit's own transaction tells, or null: then `later` tells it. */
  within(commit: Commit): string | null;
  later(commit: Commit): void;
  /** What another process told; null: it was this one. */
  read(payload: string): Changed | null;
  close(): void;
}

/** `close` drops what was to be told later. */
export function announcer(pool: Pool): Announcer {
  const self = randomUUID();
  const waiting = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;

  function stop(): void {
    clearTimeout(timer);
    clearImmediate(turn);
    timer = turn = undefined;
  }

  function flush(): void {
    stop();
    const payloads = [...waiting.values()];
    waiting.clear();
    // Who looks on sees it a little later when this fails: nothing depends on it.
    pool
      .query("SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload", [
        announcementChannel,
        payloads,
      ])
      .catch(() => {});
  }

  return {
    within: (commit) => (commit.epoch === null && !commit.claim ? payloadOf(self, commit) : null),
    later(commit) {
      waiting.set(commit.runId, payloadOf(self, commit));
      // Runs that rest with one statement are told of together.
      if (commit.release) turn ??= setImmediate(flush);
      else timer ??= setTimeout(flush, sharedMs);
    },
    read(payload) {
      const [teller, ended, version, runId, due] = payload.split(" ");
      if (teller === self || runId === undefined) return null;
      return { runId, version: Number(version), ended: ended === "1", due: due === ifDue.trim() };
    },
    close: stop,
  };
}

function payloadOf(self: string, commit: Commit): string {
  const ended = isEnded(commit.row.status) ? 1 : 0;
  return `${self} ${ended} ${commit.expect + commit.events.length} ${commit.runId}`;
}

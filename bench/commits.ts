/**
 * The bare cost of a run's commits: the same rows into the same tables through the same settings, and nothing else.
 */
import Database from "better-sqlite3";
import { openFile } from "../adapters/sqlite/open.ts";

/** The rows that one commit of a run left behind: its events. */
export interface BareCommit {
  runId: string;
  events: { version: number; type: string; v: number; at: number; data: string }[];
}

/** What the last run in this file committed, each commit ending at one of `versions`. */
export function commitsIn(path: string, runId: string, versions: readonly number[]): BareCommit[] {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare("SELECT version, type, v, at, data FROM events WHERE run_id = ? ORDER BY version");
  const events = rows.all(runId) as BareCommit["events"];
  db.close();
  return versions.map((version, index) => ({
    runId,
    events: events.slice(versions[index - 1] ?? 0, version),
  }));
}

export interface BareStore {
  /**
   * These commits of a run that is new, each in a turn of the event loop of its own, as in any program that awaits it.
   * `at`: when each version was committed, ms.
   */
  replay(commits: readonly BareCommit[]): Promise<{ ms: number; at: number[] }>;
  close(): void;
}

export function openBareStore(path: string): BareStore {
  const { client, close } = openFile(path);
  const begin = client.prepare("BEGIN IMMEDIATE");
  const commit = client.prepare("COMMIT");
  const launch = client.prepare(
    `INSERT INTO runs (run_id, version, status, agent, task, channel, principal, person_name, steps, tokens,
       cost_micros, asking, launched_at, updated_at) VALUES (?, 0, 'running', 'default', 'add', 'console',
       'console:bench', 'bench', 0, 0, 0, 0, ?, ?)`,
  );
  const progress = client.prepare(
    "UPDATE runs SET version = ?, steps = ?, tokens = ?, updated_at = ? WHERE run_id = ? AND version = ?",
  );
  const insert = client.prepare(
    "INSERT INTO events (run_id, version, type, v, at, data) VALUES (?, ?, ?, ?, ?, ?)",
  );
  return {
    async replay(commits) {
      const { runId, events } = commits[0] ?? { runId: "none", events: [] };
      const now = events[0]?.at ?? 0;
      launch.run(runId, now, now);
      const at: number[] = [];
      const started = performance.now();
      let before = 0;
      for (const { events } of commits) {
        await new Promise((resolve) => setImmediate(resolve));
        begin.run();
        const last = events.at(-1);
        if (last) progress.run(last.version, last.version, last.version, last.at, runId, before);
        for (const { version, type, v, at, data } of events) insert.run(runId, version, type, v, at, data);
        commit.run();
        before = last?.version ?? before;
        at[before] = performance.now();
      }
      return { ms: performance.now() - started, at };
    },
    close,
  };
}

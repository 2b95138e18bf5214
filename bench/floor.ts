/** The floor: the bare inserts of about 500 bytes with better-sqlite3, synchronous=FULL, and nothing else. */
import Database from "better-sqlite3";

const body = "x".repeat(480);

export function openFloor(path: string) {
  const db = new Database(path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.exec("CREATE TABLE e (run TEXT, version INTEGER, body TEXT, PRIMARY KEY (run, version)) WITHOUT ROWID");
  const insert = db.prepare("INSERT INTO e VALUES (?, ?, ?)");
  return {
    /** ms for `steps` steps of two commits each. */
    steps(steps: number, run = "r"): number {
      const started = performance.now();
      for (let version = 0; version < steps * 2; version++) insert.run(run, version, body);
      return performance.now() - started;
    },
    /** ms when `runs` runs of `steps` steps share the commits of each round. */
    grouped(runs: number, steps: number): number {
      const begin = db.prepare("BEGIN IMMEDIATE");
      const commit = db.prepare("COMMIT");
      const started = performance.now();
      for (let version = 0; version < steps * 2; version++) {
        begin.run();
        for (let run = 0; run < runs; run++) insert.run(`g${run}`, version, body);
        commit.run();
      }
      return performance.now() - started;
    },
    close: () => db.close(),
  };
}

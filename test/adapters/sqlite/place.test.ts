/** How SQLite finds the run that is meant at a place: without going over all that ended there. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { commit, must, row, thread } from "../../support/store/commits.ts";

test("a place where many have ended costs as much as any other: what goes on there has its index", async () => {
  const prepare = vi.spyOn(Database.prototype, "prepare");
  onTestFinished(() => prepare.mockRestore());
  const store = await openSqlite({ path: ":memory:", clock: Date });
  onTestFinished(() => store.close());
  await store.commit(commit("r1", 0, { only: { address: thread, after: null } }));
  const calls = prepare.mock.calls.map(([text], index) => ({ text, on: prepare.mock.contexts[index] }));
  const looks = calls
    .filter(({ text }) => /\b(from|update) "?addresses/i.test(text))
    .map(({ text, on }) => {
      const named = text.includes("@") ? [{ address: thread, ended: "[]" }] : null;
      return (on as Database.Database)
        .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
        .all(...(named ?? [...text.matchAll(/\?/g)].map(() => 1)))
        .flatMap(({ detail }) => /(?:SCAN|SEARCH) (?:addresses|runs)\b.*/.exec(detail) ?? []);
    });
  expect(looks).toEqual([
    ["SEARCH addresses USING INDEX addresses_of_run (run_id=?)"],
    [
      "SEARCH addresses USING INDEX addresses_live (address=? AND ended=?)",
      "SEARCH addresses USING INDEX addresses_live (address=? AND ended=?)",
      "SEARCH runs USING INDEX sqlite_autoindex_runs_1 (run_id=?)",
    ],
    [
      "SEARCH addresses USING INDEX addresses_live (address=? AND ended=?)",
      "SEARCH runs USING INDEX sqlite_autoindex_runs_1 (run_id=?)",
    ],
    [
      "SEARCH addresses USING INDEX addresses_live (address=? AND ended=? AND seq>?)",
      "SEARCH addresses USING COVERING INDEX addresses_run (address=? AND run_id=?)",
      "SEARCH runs USING INDEX sqlite_autoindex_runs_1 (run_id=?)",
    ],
  ]);
});

test("the places of a run that ends say so, also in a file of a former release", async () => {
  const home = mkdtempSync(join(tmpdir(), "belay-places-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const path = join(home, "belay.db");
  cpSync("test/fixtures/golden/0.1.0/belay.db", path);
  const store = await openSqlite({ path, clock: Date });
  await must(store.commit(commit("r1", 0, { addresses: [thread, "email:m1"] })));
  await must(store.commit(commit("r1", 1, { row: row("r1", { status: "cancelled" }) })));
  await store.close();
  const client = new Database(path);
  onTestFinished(() => void client.close());
  const places =
    "SELECT DISTINCT ended, status FROM addresses JOIN runs USING (run_id) ORDER BY ended, status";
  expect(client.prepare(places).raw().all()).toEqual([
    [0, "running"],
    [0, "sleeping"],
    [0, "waiting_human_input"],
    [1, "cancelled"],
    [1, "complete"],
  ]);
});

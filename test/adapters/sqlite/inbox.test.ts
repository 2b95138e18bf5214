/** How SQLite claims messages: without going over everything that waits. */
import Database from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { clock } from "../../support/bot.ts";

test("a claim goes over no more than the oldest messages, and from place to place", async () => {
  const prepare = vi.spyOn(Database.prototype, "prepare");
  onTestFinished(() => prepare.mockRestore());
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const calls = prepare.mock.calls.map(([text], index) => ({ text, on: prepare.mock.contexts[index] }));
  const sought = calls.filter(({ text }) => /^SELECT seq FROM inbox WHERE/.test(text));
  const values = { now: 1, before: 1, limit: 1, oldest: 1, end: 1, except: "[]" };
  const looks = sought.map(({ text, on }) =>
    (on as Database.Database)
      .prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`)
      .all(values)
      .map(({ detail }) => detail)
      .filter(
        (detail) => /(SCAN|SEARCH) (inbox|next) /.test(detail) && !detail.includes("INTEGER PRIMARY KEY"),
      ),
  );
  expect(looks).toEqual([
    ["SCAN inbox USING COVERING INDEX inbox_pending"],
    ["SCAN inbox USING INDEX inbox_pending"],
    [
      "SEARCH next USING COVERING INDEX inbox_order (address=? AND seq>?)",
      "SEARCH next USING COVERING INDEX inbox_order (address>?)",
      "SEARCH inbox USING INDEX inbox_order (address=?)",
    ],
  ]);
});

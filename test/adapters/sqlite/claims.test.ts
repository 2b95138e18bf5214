/** How SQLite claims runs: by a date that somebody may set back. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { clock } from "../../support/bot.ts";
import { commit, must } from "../../support/store/commits.ts";

test("a date that is set back keeps no run held, but those that this process drives", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
  const claim = (now: number, except: string[] = []) =>
    store.claim({ owner: "here", now, leaseMs: 15_000, limit: 9, except });
  const before = 3_600_000;
  expect(await claim(before)).toMatchObject([{ runId: "r1", epoch: 1 }]);
  expect(await claim(before)).toEqual([]);
  expect(await claim(1, ["r1"])).toEqual([]);
  expect(await claim(1)).toMatchObject([{ runId: "r1", epoch: 2, recovered: true }]);
  expect(await claim(1)).toEqual([]);
});

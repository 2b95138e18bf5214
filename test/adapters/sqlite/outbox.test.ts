/** How SQLite claims posts: by a date that somebody may set back. */
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { longestClaimMs } from "../../../src/core/ports/deliveries.ts";
import { clock } from "../../support/bot.ts";
import { commit, must, post } from "../../support/store/commits.ts";

test("a date that is set back keeps no post claimed", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  await must(store.commit(commit("r1", 0, { posts: [post("p", "one")] })));
  const due = (now: number) => store.dueDeliveries({ now, limit: 9, channels: ["slack"] });
  const begin = (now: number) => store.beginDelivery({ id: "r1/p#0", now, leaseMs: longestClaimMs });
  const before = 3_600_000;
  await begin(before);
  expect(await due(before)).toEqual([]);
  expect(await due(1)).toMatchObject([{ id: "r1/p#0", uncertain: true }]);
  expect(await begin(1)).toMatchObject({ id: "r1/p#0", uncertain: true });
  expect(await due(1)).toEqual([]);
  expect(await begin(1)).toBeNull();
});

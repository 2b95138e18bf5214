/** What the judge of whole bots calls late: a run that stood still although a bot was there to go on with it. */
import { expect, test } from "vitest";
import { Ledger } from "./whole/ledger.ts";
import { lateTakeovers } from "./whole/takeovers.ts";

const lost = (bot: string, at: number) => ({ bot, at, isThere: false });
const back = (bot: string, at: number) => ({ bot, at, isThere: true });

test.each([
  { what: "after a lease and a look", changes: [lost("a", 1_000), lost("b", 900_000)], late: 0 },
  { what: "later", changes: [lost("a", 1_000), lost("b", 900_000)], at: 26_000, late: 1 },
  {
    what: "later, while nobody was there",
    changes: [lost("a", 1_000), lost("b", 2_000), back("b", 12_000)],
    at: 26_000,
    late: 0,
  },
  {
    what: "by the second, the first of whom was lost as well",
    changes: [lost("a", 1_000), lost("b", 16_000), lost("c", 900_000)],
    at: 33_000,
    late: 0,
  },
  {
    what: "later than by the second",
    changes: [lost("a", 1_000), lost("b", 16_000), lost("c", 900_000)],
    at: 37_000,
    late: 1,
  },
  {
    what: "later, but the database was away",
    changes: [lost("a", 1_000), lost("b", 900_000)],
    at: 26_000,
    restarts: 1,
    late: 0,
  },
])("a run that goes on $what", ({ changes, at = 18_000, restarts = 0, late }) => {
  const ledger = new Ledger();
  ledger.counts.databaseRestarts = restarts;
  ledger.sightings.push({ bot: "a", at: 500, item: "t-00001" });
  ledger.changes.push(...changes);
  const events = [
    { version: 1, type: "launched", at: 400, data: {} },
    { version: 2, type: "recovered", at, data: {} },
  ];
  const runs = [{ id: "run_1", item: "t-00001", status: "complete", events }];
  expect(lateTakeovers({ ledger, runs })).toHaveLength(late);
});

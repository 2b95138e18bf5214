/** What several processes may do together: the pace towards Slack, wrong codes, requests; and logins that work at all. */
import { Client } from "pg";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { openBudgets } from "../../adapters/postgres/budgets.ts";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { paces, rateOf } from "../../adapters/slack/send/rates.ts";
import type { Budgets } from "../../src/core/ports/budgets.ts";
import { clockOf } from "../support/clock.ts";
import { bench } from "../support/http/server.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
let url: string;
beforeAll(async () => {
  server = await startPostgres();
});
beforeEach(async () => {
  url = await server.database();
});
afterAll(() => server.stop());

const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const perHour = { burst: 3, everyMs: 3_600_000 };

function budgetsOfAProcess(): Budgets {
  const budgets = openBudgets({ url, log });
  onTestFinished(() => budgets.close());
  return budgets;
}

/** Two processes of one bot. */
async function twoServers(...config: Parameters<typeof bench>) {
  const start = async () => {
    const store = await openPostgres({ url, clock: Date });
    const b = await bench(config[0], [], { store, budgets: budgetsOfAProcess() });
    onTestFinished(() => b[Symbol.dispose]());
    return b;
  };
  return [await start(), await start()] as const;
}

const login = (b: Awaited<ReturnType<typeof bench>>, code: string) =>
  b.call("POST", "/session", { as: null, json: { code }, headers: { origin: "http://localhost:3000" } });

test("many who ask at once get the burst between them, and are told when there is more", async () => {
  const [one, two] = [budgetsOfAProcess(), budgetsOfAProcess()];
  const asked = Array.from({ length: 20 }, (_, n) => (n % 2 ? one : two).take("few", perHour, 1));
  const got = await Promise.all(asked);
  expect(got.filter(({ taken }) => taken === 1)).toHaveLength(3);
  const refused = await one.take("few", perHour, 1);
  expect(refused.taken).toBe(0);
  expect(refused.waitMs).toBeGreaterThan(3_500_000);
  expect(refused.waitMs).toBeLessThanOrEqual(3_600_000);
});

test("who asks for more than there is gets what there is", async () => {
  const budgets = budgetsOfAProcess();
  expect(await budgets.take("rest", perHour, 2)).toEqual({ taken: 2, waitMs: 0 });
  expect(await budgets.take("rest", perHour, 2)).toEqual({ taken: 1, waitMs: 0 });
});

test("one more is there after its time, never more than the burst", async () => {
  const budgets = budgetsOfAProcess();
  const quick = { burst: 2, everyMs: 1 };
  await budgets.take("quick", quick, 2);
  // The database's clock goes on between two statements; however far, it is two at most.
  const later = await budgets.take("quick", quick, 9);
  expect(later.taken).toBeLessThanOrEqual(2);
});

test("a clock of the database that was set back by a day holds up nobody", async () => {
  const [budgets, client] = [budgetsOfAProcess(), new Client({ connectionString: url })];
  onTestFinished(() => client.end());
  await client.connect();
  const setBack = () => client.query("UPDATE budgets SET free_at = free_at + 86400000");
  await budgets.take("few", perHour, 1);
  await setBack();
  expect(await budgets.take("few", perHour, 1)).toEqual({ taken: 1, waitMs: 0 });
  await setBack();
  // What the other side says now holds all the same.
  await budgets.pause("few", perHour, 60_000);
  const { taken, waitMs } = await budgets.take("few", perHour, 1);
  expect(taken).toBe(0);
  expect(waitMs).toBeLessThanOrEqual(60_000);
});

test("a 429 at one process holds the other, and two send no faster than one", async () => {
  // By its own count each process may send: only the common one can hold it.
  let time = 0;
  const session = () => {
    const options = { clock: clockOf(() => time), budgets: budgetsOfAProcess() };
    return { options, bot: { team: "T1" } } as Parameters<typeof paces>[0];
  };
  const [one, two] = [session(), session()];
  const once = { everyMs: 3_600_000, burst: 1 };
  const [first, second] = [rateOf(one, "posts/C1", once), rateOf(two, "posts/C1", once)];
  expect(await first.wait("a")).toBe(0);
  const told = await second.wait("b");
  expect(told).toBeGreaterThan(3_500_000);
  // Another channel has its own.
  expect(await rateOf(two, "posts/C2", once).wait("c")).toBe(0);
  // Whoever was refused is the first of its own process: a newcomer does not overtake it.
  time += told;
  expect(await second.wait("newcomer")).toBeGreaterThan(0);
  await paces(one).edits.pause(60_000);
  expect(await paces(two).edits.wait("d")).toBeGreaterThan(0);
});

test("a code that one process made logs in at another, once at one of them", async () => {
  const [made, other] = await twoServers();
  const code = await made.http.issueLoginCode();
  const answers = await Promise.all([login(other, code), login(made, code), login(other, code)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
});

test("wrong codes at one and the other are counted together", async () => {
  const [one, two] = await twoServers();
  const statuses: number[] = [];
  for (let n = 0; n < 12; n++) statuses.push((await login(n % 2 ? one : two, `wrong-${n}`)).status);
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
  expect(statuses.slice(10)).toEqual([429, 429]);
});

test("requests of one token are counted together, whichever process they reach", async () => {
  const [one, two] = await twoServers({ rate: { burst: 5, perSecond: 0.001 } });
  const statuses: number[] = [];
  for (let n = 0; n < 8; n++) statuses.push((await (n % 2 ? one : two).call("GET", "/agents")).status);
  expect(statuses.sort()).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
});

test("a session that one process ended is ended at the other", async () => {
  const [one, two] = await twoServers();
  const cookie = (await login(one, await one.http.issueLoginCode())).headers.get("set-cookie") ?? "";
  const headers = { cookie: cookie.split(";")[0] ?? "", origin: "http://localhost:3000" };
  const ask = async () => (await two.call("GET", "/session", { as: null, headers })).status;
  expect(await ask()).toBe(200);
  await one.call("DELETE", "/session", { as: null, headers });
  expect(await ask()).toBe(401);
});

test("while the database is away each process keeps to what it counts by itself", async () => {
  const away = openBudgets({ url: "postgres://nobody@127.0.0.1:1/none", log });
  onTestFinished(() => away.close());
  expect(await away.take("any", perHour, 1)).toEqual({ taken: 1, waitMs: 0 });
  await away.pause("any", perHour, 1_000);
});

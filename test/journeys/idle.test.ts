/** What a whole process asks of PostgreSQL while nothing happens, however many runs wait. */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { loadConfig } from "../../src/config.ts";
import { startBelay } from "../../src/main.ts";
import { clock, startBot } from "../support/bot.ts";
import { configFolder } from "../support/config-folder.ts";
import { ask, call, calling, scripted } from "../support/model/scripted.ts";
import { idleTime } from "../support/store/idle-time.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const minuteMs = 60_000;
/** As promised: 2 a second. */
const mostAMinute = 120;

/** Half of them ask a person, the others sleep for hours. */
async function withWaitingRuns(count: number): Promise<string> {
  const url = await server.database();
  const store = await openPostgres({ url, clock });
  const halves = ["waiting_human_input", "sleeping"] as const;
  for (const status of count > 0 ? halves : []) {
    const rests = status === "sleeping" ? call("sleep_until", { seconds: 36_000 }) : ask("which one?");
    const bot = await startBot({ store, model: scripted(calling(rests)) });
    const launched = await Promise.all(Array.from({ length: count / 2 }, () => bot.launch("wait")));
    await Promise.all(launched.map((runId) => bot.untilStatus(runId, status)));
    await bot.stop();
  }
  await store.close();
  return url;
}

/** All of a process that can be on with PostgreSQL alone: it works, has a channel, and holds what one alone may have. */
async function wholeProcess(url: string) {
  const token = "token-of-this-test";
  const hook = { name: "build", verify: { kind: "bearer" }, secretEnv: "BUILD_TOKEN", prompt: "build.md" };
  const home = configFolder({
    "belay.config.ts": `export default ${JSON.stringify({ webhooks: [hook] })};\n`,
    "build.md": "What does this build say?\n",
  });
  onTestFinished(() => home[Symbol.dispose]());
  const own = { DATABASE_URL: url, BELAY_TOKEN: token, BUILD_TOKEN: token };
  return startBelay(await loadConfig({ ...own, PORT: "0", LOG_LEVEL: "silent" }, home.path));
}

/** How often it asks what in a minute, the first one after its start aside. */
async function idleMinute(url: string): Promise<Map<string, number>> {
  using time = idleTime();
  const belay = await wholeProcess(url);
  await time.pass(minuteMs);
  const asked = await time.pass(minuteMs);
  await Promise.all([belay.stop(), time.pass(10_000)]);
  return new Map([...Map.groupBy(asked, (name) => name)].map(([name, all]) => [name, all.length]));
}

test("a process asks at most twice a second while nothing happens, and runs that wait cost nothing", async () => {
  const alone = await idleMinute(await withWaitingRuns(0));
  const sum = [...alone.values()].reduce((before, times) => before + times, 0);
  expect(sum, JSON.stringify([...alone])).toBeLessThanOrEqual(mostAMinute);
  // The lock is kept, the sweep looks, and the line is asked whether it is well: it was a whole process.
  expect([...alone.keys()]).toEqual(expect.arrayContaining(["SELECT true AS mine", "sweep", "SELECT 1"]));
  expect(await idleMinute(await withWaitingRuns(300))).toEqual(alone);
});

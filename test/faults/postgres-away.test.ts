/** The database can't be found or has moved: nothing is acknowledged, health says so, and afterwards all is well. */
import dns from "node:dns";
import pino from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openWakes } from "../../adapters/postgres/wakes.ts";
import { clock } from "../support/bot.ts";
import { listeningBot } from "../support/http/bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { type PostgresLine, startLine } from "../support/store/line.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const log = pino({ level: process.env.TEST_LOG ?? "silent" });

async function botOver(url: string) {
  const store = await openPostgres({ url, clock });
  const model = scripted(finalAnswer("before"), finalAnswer("after"), finalAnswer("again"));
  const listening = await listeningBot({ store, wakes: openWakes({ url, log }), model });
  onTestFinished(async () => {
    await listening.stop();
    await store.close();
  });
  const headers = { authorization: "Bearer secret-admin", "content-type": "application/json" };
  const launch = (key: string) =>
    fetch(`${listening.url}/agent/launch`, {
      method: "POST",
      headers: { ...headers, "idempotency-key": key },
      body: JSON.stringify({ input_prompt: "Say it." }),
    });
  return {
    launch,
    health: async () => (await fetch(`${listening.url}/health`, { headers })).status,
    /** Accepts it, also when it takes a while, and sees it end. */
    async ends(key: string) {
      await expect.poll(async () => (await launch(key)).status).toBe(200);
      const { id } = (await (await launch(key)).json()) as { id: string };
      const state = () => fetch(`${listening.url}/agent/state/${id}`, { headers });
      const status = async () => ((await (await state()).json()) as { status: string }).status;
      await expect.poll(status).toBe("complete");
    },
    runs: async () => (await store.runs({ limit: 10 })).length,
  };
}

/** The host is known to nobody until the returned function is called. */
function forgetHost(host: string): () => void {
  const found = dns.lookup;
  const asked = vi.spyOn(dns, "lookup").mockImplementation(((name: string, ...rest: unknown[]) => {
    const back = rest.at(-1) as (error: Error) => void;
    if (name !== host) return Reflect.apply(found, dns, [name, ...rest]);
    back(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: "ENOTFOUND" }));
  }) as typeof dns.lookup);
  onTestFinished(() => asked.mockRestore());
  return () => asked.mockRestore();
}

type Away = (line: PostgresLine, url: string) => Promise<() => Promise<void> | void>;

const ways: Record<string, Away> = {
  "its name can't be resolved": async (line) => {
    const found = forgetHost("localhost");
    line.cut();
    line.heal();
    return found;
  },
  "it moved to another server": async (line, url) => {
    const standby = await startLine(url);
    onTestFinished(() => standby.close());
    line.cut();
    return () => {
      line.lead(standby.url);
      line.heal();
    };
  },
};

test.each(Object.entries(ways))("the database is away: %s", async (_, away) => {
  const database = await server.database();
  const line = await startLine(database);
  onTestFinished(() => line.close());
  const url = new URL(line.url);
  url.hostname = "localhost";
  const bot = await botOver(url.href);
  await bot.ends("before");
  const back = await away(line, database);
  expect((await bot.launch("during")).status).toBe(503);
  expect(await bot.health()).toBe(503);
  await back();
  await expect.poll(bot.health).toBe(200);
  await bot.ends("during");
  await bot.ends("after");
  // What was not acknowledged made no run of its own.
  expect(await bot.runs()).toBe(3);
});

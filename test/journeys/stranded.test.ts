/** Whoever accepted a message may die right after its answer: every process that lives finds it. */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { inboundCodec } from "../../src/core/store/records.ts";
import { runIdFor } from "../../src/engine/ids.ts";
import { clock, operator, startBot } from "../support/bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

function message(key: string): Inbound {
  return {
    key,
    actor: operator,
    channel: "slack",
    address: `slack:T1/C1/${key}`,
    intent: { type: "message", text: `do ${key}`, addressed: true, agent: null },
    replyTo: {},
    context: [],
  };
}

/** As a process does that answers 200 and is then killed: the row is there, and nobody works on it. */
async function acceptedByTheDead(store: Store, key: string): Promise<void> {
  const body = inboundCodec.encode(message(key));
  await store.receive({ source: "slack", key, body, receivedAt: clock.now() });
}

test("on PostgreSQL, of two processes that live one does what a third accepted, once", async () => {
  const url = await server.database();
  const stores = await Promise.all([1, 2, 3].map(() => openPostgres({ url, clock })));
  onTestFinished(() => Promise.all(stores.map((store) => store.close())).then(() => {}));
  const [one, two, dead] = stores;
  if (!one || !two || !dead) throw new Error("three are open");
  const ended = Promise.withResolvers<string>();
  for (const store of [one, two]) {
    const bot = await startBot({ store, model: scripted(finalAnswer("done")) });
    onTestFinished(() => bot.stop());
    bot.engine.watch(({ runId }) => {
      bot.untilEnd(runId).then(() => ended.resolve(runId), ended.reject);
    });
  }
  await acceptedByTheDead(dead, "stranded");
  const runId = await ended.promise;
  expect(await one.run(runId)).toMatchObject({ status: "complete", task: "do stranded" });
  expect(await one.runs({ limit: 9 })).toHaveLength(1);
});

test("on SQLite, a message that nobody was told of is found", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  const bot = await startBot({ store, model: scripted(finalAnswer("done")) });
  onTestFinished(() => bot.stop());
  const launched = Promise.withResolvers<string>();
  bot.engine.watch(({ runId }) => launched.resolve(runId));
  await acceptedByTheDead(store, "quiet");
  expect((await bot.untilEnd(await launched.promise)).phase.at).toBe("complete");
});

test("what was accepted before the start is done at the start", async () => {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  await acceptedByTheDead(store, "early");
  const bot = await startBot({ store, model: scripted(finalAnswer("done")) });
  onTestFinished(() => bot.stop());
  const ended = await bot.untilEnd(runIdFor({ source: "slack", key: "early" }));
  expect(ended.phase).toMatchObject({ at: "complete", answer: "done" });
});

/** Two bots on one PostgreSQL: each sends what nobody else is sending. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { webhookChannel } from "../../adapters/webhook/channel.ts";
import type { Delivery } from "../../src/core/ports/channel.ts";
import { clock, operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { gate } from "../support/gate.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";
import { deliver, hook, hooksAt, secret } from "../support/webhook/bench.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** Keeps what it is given; `hold` makes a send take its time. */
function recorder(hold: (delivery: Delivery) => Promise<void>) {
  const sent: Delivery[] = [];
  const told = new Map<string, () => void>();
  const channel = muteChannel({
    async post(delivery) {
      sent.push(delivery);
      await hold(delivery);
      told.get(delivery.address)?.();
      return { remoteId: delivery.remoteId ?? `message ${delivery.id}` };
    },
  });
  const until = (address: string) => new Promise<void>((resolve) => told.set(address, resolve));
  return { channel, sent, until };
}

async function process(url: string, hold: (delivery: Delivery) => Promise<void> = async () => {}) {
  const store = await openPostgres({ url, clock });
  const chat = recorder(hold);
  const bot = await startBot({ store, model: scripted(finalAnswer("done")), channels: [chat.channel] });
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
  });
  const launch = async (address: string) => {
    const submitted = await bot.engine.launch(
      "default",
      {
        ...{ task: "work", actor: operator, via: { channel: "chat" }, addresses: [address] },
        ...{ context: [], trusted: true, follows: null, parent: null },
      },
      null,
    );
    return submitted.ok ? submitted.runId : "";
  };
  return { bot, launch, ...chat };
}

test("a post that one process is sending is left alone by the other", async () => {
  const url = await server.database();
  const held = gate();
  const one = await process(url, () => held.pass());
  onTestFinished(() => held.open());
  await one.launch("chat:first");
  await held.reached;
  const other = await process(url);
  const second = other.until("chat:second");
  // It looks for what is due: had it not left the first post alone, it would send that as well.
  await other.launch("chat:second");
  await second;
  expect(other.sent.map(({ address }) => address)).not.toContain("chat:first");
});

test("each sees what the other drives, to the end", async () => {
  const url = await server.database();
  const [one, other] = [await process(url), await process(url)];
  const seen = new Map<string, number>();
  const ends = new Map<string, () => void>();
  const hear = new Set<string>();
  other.bot.engine.watch(({ runId, version }) => {
    seen.set(runId, version);
    ends.get(`${runId} ${version}`)?.();
    hear.add(`${runId} ${version}`);
  });
  const runId = await one.launch("chat:live");
  const { version } = await one.bot.untilEnd(runId);
  await new Promise<void>((resolve) => {
    ends.set(`${runId} ${version}`, resolve);
    if (hear.has(`${runId} ${version}`)) resolve();
  });
  expect(seen.get(runId)).toBe(version);
});

test("however the runs fall, each post is sent anew once", async () => {
  const url = await server.database();
  // A run that answers at once has one post.
  const wanted = 40;
  const ids = new Set<string>();
  const all = Promise.withResolvers<void>();
  const hear = async ({ id }: Delivery) => {
    if (ids.add(id).size === wanted) all.resolve();
  };
  const bots = await Promise.all([process(url, hear), process(url, hear)]);
  await Promise.all(Array.from({ length: wanted }, (_, index) => bots[index % 2]?.launch(`chat:${index}`)));
  await all.promise;
  for (const { bot } of bots) await bot.stop();
  const anew = bots.flatMap(({ sent }) => sent).filter(({ remoteId }) => remoteId === null);
  expect(anew.map(({ id }) => id).sort()).toEqual([...ids].sort());
});

test("reports of one matter that reach two processes at once are one run, 200 times", async () => {
  const url = await server.database();
  const start = async () => {
    const store = await openPostgres({ url, clock });
    const silent = () => {};
    const channel = webhookChannel({
      ...hooksAt([hook({ agent: "default", concurrencyKey: ["matter"] })]),
      eventKey: Buffer.alloc(32, 3),
      clock,
      log: { info: silent, warn: silent },
    });
    // A run that asks is at rest, and lives: nothing but the launches is under way.
    const bot = await startBot({ store, model: scripted(calling(ask("Shall I?"))), channels: [channel] });
    onTestFinished(async () => {
      await bot.stop();
      await store.close();
    });
    return { channel, store };
  };
  const [one, other] = [await start(), await start()];
  for (let round = 0; round < 200; round++) {
    const answers = await Promise.all(
      [one, other].map(({ channel }, reporter) => {
        const body = JSON.stringify({ matter: round, reporter });
        return deliver(channel, "ci", body, signedBy(body, `${round}-${reporter}`));
      }),
    );
    const runIds = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { run_id: string }).run_id),
    );
    expect(new Set(runIds).size, `round ${round}: ${runIds}`).toBe(1);
  }
  expect(await one.store.runs({ limit: 1000 })).toHaveLength(200);
});

function signedBy(body: string, id: string): Record<string, string> {
  const mac = createHmac("sha256", secret).update(body).digest("hex");
  return { "x-hub-signature-256": `sha256=${mac}`, "x-github-delivery": id };
}

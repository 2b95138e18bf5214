/** Words of one thread that reach two processes on one PostgreSQL are heard in the order in which they were said. */
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import type { Actor } from "../../src/core/actor.ts";
import type { Inbound, Said } from "../../src/core/ports/inbound.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { clock, operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { gate } from "../support/gate.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const source = "chat";

function said(key: string, address: string): Inbound {
  const intent: Said = { type: "message", text: key, addressed: true, agent: null };
  return { key, actor: operator, channel: source, address, intent, replyTo: {}, context: [] };
}

/** What both processes settled, in order. */
function heardBy() {
  const order: string[] = [];
  const waiting: { key: string; tell: () => void }[] = [];
  return {
    order,
    settled: (key: string) => {
      order.push(key);
      for (const one of waiting) if (one.key === key) one.tell();
    },
    until: (key: string) =>
      order.includes(key)
        ? Promise.resolve()
        : new Promise<void>((tell) => {
            waiting.push({ key, tell });
          }),
  };
}

async function start(
  url: string,
  heard: ReturnType<typeof heardBy>,
  identify: (actor: Actor) => Promise<Actor | null>,
  patienceMs?: number,
) {
  const opened = await openPostgres({ url, clock });
  const store: Store = {
    ...opened,
    claimInbox: (claim) => opened.claimInbox({ ...claim, patienceMs: patienceMs ?? claim.patienceMs }),
    settleInbox: async (key, settled) => {
      const isOurs = await opened.settleInbox(key, settled);
      heard.settled(key.key);
      return isOurs;
    },
  };
  const model = scripted(finalAnswer("done"), finalAnswer("done"), finalAnswer("done"));
  const bot = await startBot({ store, model, channels: [muteChannel({ identify })] });
  onTestFinished(async () => {
    await bot.stop();
    await opened.close();
  });
  return { store, accept: (inbound: Inbound) => bot.engine.accept(inbound) };
}

test("while one process does not know yet who spoke first, another one leaves what was said after it alone", async () => {
  const url = await server.database();
  const heard = heardBy();
  const held = gate();
  onTestFinished(() => held.open());
  const one = await start(url, heard, (actor) => held.pass().then(() => actor));
  await one.accept({ ...said("first", "chat:C1/1"), unsure: true });
  await held.reached;
  // Whatever it may claim, it hears: who spoke first is known here.
  const other = await start(url, heard, async (actor) => actor);
  await other.accept(said("second", "chat:C1/1"));
  await other.accept(said("elsewhere", "chat:C1/2"));
  await heard.until("elsewhere");
  held.open();
  await heard.until("second");
  expect(heard.order.filter((key) => key !== "elsewhere")).toEqual(["first", "second"]);
});

test("whom the platform never shows to any of them silences the thread no longer than there is patience", async () => {
  const url = await server.database();
  const heard = heardBy();
  const held = gate();
  onTestFinished(() => held.open());
  const one = await start(url, heard, () => held.pass().then(() => null));
  await one.accept({ ...said("first", "chat:C1/1"), unsure: true });
  await held.reached;
  const other = await start(url, heard, async () => null, 0);
  await other.accept(said("second", "chat:C1/1"));
  await heard.until("second");
  expect(await other.store.inboxRow({ source, key: "first" })).toMatchObject({ state: "pending" });
  expect(heard.order).toEqual(["second"]);
});

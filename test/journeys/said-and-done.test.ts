/** Once a message is done, the inbox keeps its key alone: a secret that somebody wrote does not lie there for weeks. */
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Inbound, Intent } from "../../src/core/ports/inbound.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { ask, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const canary = "canary-5up3r-s3cret";
let store: Store;
let bot: Bot;

beforeEach(async () => {
  store = await openSqlite({ path: ":memory:", clock });
  bot = await startBot({
    store,
    model: scripted(calling(ask("Which version?"), ask("Where?")), finalAnswer("Done.")),
  });
  onTestFinished(() => bot.stop().then(() => store.close()));
});

function inbound(key: string, channel: string, intent: Intent, address: string | null = null): Inbound {
  const context = [{ source: "thread", text: canary, trusted: false }];
  return { key, actor: operator, channel, address, intent, replyTo: {}, context };
}

/** What the inbox keeps of it once it is done. */
async function keptOf({ key, channel }: Inbound): Promise<string> {
  let row = await store.inboxRow({ source: channel, key });
  while (row?.state === "pending" || row?.outcome === null) {
    // Each turn lets the inbox go on; the row says when it is done.
    await new Promise((resolve) => setImmediate(resolve));
    row = await store.inboxRow({ source: channel, key });
  }
  return row?.body ?? "the row is gone";
}

test.each(["slack", "discord", "email", "webhook:ci", "terminal"])(
  "of whatever %s brings, done or refused, no word stays in the inbox",
  async (channel) => {
    const runId = await bot.launch("deploy");
    const { questions } = await bot.untilStatus(runId, "waiting_human_input");
    const questionId = questions[0]?.id ?? "";
    // One of every kind that a channel can make, with the secret wherever a person writes.
    const intents: Record<Intent["type"], Intent> = {
      choose: { type: "choose", questionId, value: canary },
      approve: { type: "approve", questionId, input: { password: canary } },
      refuse: { type: "refuse", questionId, reason: canary },
      meant: { type: "meant", key: canary, questionId },
      changed: { type: "changed", key: canary, text: canary },
      answer: { type: "answer", questionId, text: canary },
      undo: { type: "undo", questionId },
      link: { type: "link", questionId },
      press: { type: "press", action: "pause", runId },
      instruction: { type: "instruction", text: `status ${canary}` },
      message: { type: "message", text: `rotate ${canary}`, addressed: true, agent: null },
    };
    for (const intent of Object.values(intents)) {
      const said = inbound(`${channel} ${intent.type}`, channel, intent);
      expect(await bot.engine.accept(said)).toBe("new");
      expect(await keptOf(said), intent.type).toBe("");
      expect(await bot.engine.accept(said), intent.type).toBe("duplicate");
    }
  },
);

test("words whose writer is asked which question they answer are kept until that is said", async () => {
  const address = "slack:T1/C1/1.1";
  const first = { type: "message", text: "deploy", addressed: true, agent: null, thread: "ours" } as const;
  await bot.engine.accept(inbound("first", "slack", first, address));
  await keptOf(inbound("first", "slack", first));
  const { questions } = await bot.untilStatus((await store.runAt(address)) ?? "", "waiting_human_input");
  const said = inbound("said", "slack", { ...first, text: canary, said: canary }, address);
  await bot.engine.accept(said);
  expect(await keptOf(said)).toContain(canary);
  const meant = inbound("meant", "slack", { type: "meant", key: "said", questionId: questions[1]?.id ?? "" });
  await bot.engine.accept(meant);
  expect(await keptOf(meant)).toBe("");
  expect(await keptOf(said)).toBe("");
  const again = { ...meant, key: "meant again" };
  await bot.engine.accept(again);
  await keptOf(again);
  expect((await store.inboxRow({ source: "slack", key: "meant again" }))?.state).toBe("refused");
});

/** Which runs hear of an alert while more than one of its matter has not ended. */
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { webhookChannel } from "../../adapters/webhook/channel.ts";
import type { Model } from "../../src/core/ports/model.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { clock, openRights, operator, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { gate } from "../support/gate.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { approveIn, deployment, deploysOnce, isAsking, offered } from "../support/undoable.ts";
import { deliver, hook, hooksAt, secret } from "../support/webhook/bench.ts";

const alert = readFileSync(new URL("../fixtures/webhook/alertmanager-firing.json", import.meta.url), "utf8");
const bearer = { authorization: `Bearer ${secret}` };
const hour = 3_600_000;
const by = { actor: operator, via: { channel: "console" } };

const alerts = hook({
  name: "alerts",
  agent: "default",
  verify: { kind: "alertmanager" },
  prompt: "Find out what is wrong.",
  concurrencyKey: ["groupKey"],
  resolvedWhen: [{ path: "status", in: ["resolved"] }],
});

/** `now` of the channel alone: it says how long a question has waited. */
async function start(model: Model, tools: Tool[] = []) {
  const later = { ms: 0 };
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  /** Runs of which the store takes no events. */
  const cutOff = new Set<string>();
  const silent = () => {};
  const channel = webhookChannel({
    ...hooksAt([alerts]),
    eventKey: Buffer.alloc(32, 3),
    clock: clockOf(() => clock.now() + later.ms),
    log: { info: silent, warn: silent },
  });
  const rights = { ...openRights, launch: ["webhook:alerts", "console:*"], answer: ["console:*"] };
  const bot = await startBot({
    model,
    tools,
    channels: [channel],
    rights,
    store: {
      ...store,
      async commit(commit) {
        if (cutOff.has(commit.runId)) throw new StoreError("storage_busy", "the connection broke");
        return store.commit(commit);
      },
    },
  });
  onTestFinished(() => bot.stop());
  const told = async (body: string) => {
    const response = await deliver(channel, "alerts", body, bearer);
    return { status: response.status, ...((await response.json()) as { run_id?: string; ignored?: string }) };
  };
  /** The same matter, reported once more. */
  const fires = (at: string) => told(alert.replace("2026-01-22T19:34:08.123Z", at));
  const heard = async (runId: string) =>
    (await bot.engine.events(runId)).flatMap((event) => (event.type === "heard" ? event.text : []));
  return { bot, later, cutOff, told, fires, heard };
}

test("an alert starts a run while an undo of the last one is asked about: nobody hears words in that", async () => {
  const { tool } = deployment();
  const { bot, told, fires } = await start(deploysOnce(), [tool]);
  const first = (await told(alert)).run_id ?? "";
  await approveIn(bot, first);
  const questionId = offered(await bot.untilEnd(first))?.id ?? "";
  const undo = await bot.engine.command(first, { type: "undo", questionId, ...by }, null);
  if (!undo.ok) throw new Error(undo.refusal.message);
  await bot.until(undo.runId, isAsking);

  const again = await fires("2026-01-22T20:00:00Z");
  expect(again).toMatchObject({ status: 202, run_id: expect.any(String) });
  expect([first, undo.runId]).not.toContain(again.run_id);
  expect(await bot.store.runs({ limit: 9 })).toHaveLength(3);
});

test("an alert starts a run while the last one is being stopped, which hears nothing more", async () => {
  const busy = gate();
  const tool = defineTool({
    name: "wipe",
    description: "Wipe the cache.",
    input: z.object({}),
    effect: "once",
    requiresApproval: false,
    run: async () => {
      await busy.pass();
      return "wiped";
    },
  });
  const { bot, told, fires, heard } = await start(scripted(calling(call("wipe", {})), finalAnswer("ok")), [
    tool,
  ]);
  const first = (await told(alert)).run_id ?? "";
  await approveIn(bot, first);
  await busy.reached;
  await bot.engine.command(first, { type: "cancel", reason: "a false alarm", ...by }, null);
  const again = (await fires("2026-01-22T20:00:00Z")).run_id ?? "";
  expect(again).not.toBe(first);
  const said = await bot.engine.command(first, { type: "say", text: "and the disk?", ...by }, null);
  expect(said).toMatchObject({
    ok: false,
    refusal: { message: expect.stringContaining("is being stopped") },
  });
  busy.open();
  expect((await bot.untilEnd(first)).phase.at).toBe("cancelled");
  expect(await heard(first)).toEqual([]);
});

/** One asks and is looked at by nobody, the other began after it. */
async function twoOfOneMatter() {
  const started = await start(
    scripted(calling(ask("Which service?")), calling(ask("Which one?")), finalAnswer("It is over.")),
  );
  const { bot, later, told, fires } = started;
  const asleep = (await told(alert)).run_id ?? "";
  await bot.untilStatus(asleep, "waiting_human_input");
  later.ms = 2 * hour;
  const atWork = (await fires("2026-01-22T21:34:08.123Z")).run_id ?? "";
  expect(atWork).not.toBe(asleep);
  await bot.untilStatus(atWork, "waiting_human_input");
  return { ...started, asleep, atWork, over: alert.replaceAll('"firing"', '"resolved"') };
}

test("that it is over is told to each run that has not ended, once", async () => {
  const { told, heard, asleep, atWork, over } = await twoOfOneMatter();
  expect(await told(over)).toMatchObject({ status: 202, run_id: atWork });
  expect(await told(over)).toMatchObject({ status: 200, run_id: atWork });
  for (const runId of [asleep, atWork]) {
    expect(await heard(runId)).toEqual([expect.stringMatching(/^The alert is resolved:/)]);
  }
});

test("who heard that it is over hears it no second time when the delivery was cut off before the next one, which ends", async () => {
  const { bot, told, heard, cutOff, asleep, atWork, over } = await twoOfOneMatter();
  cutOff.add(atWork);
  expect(await told(over)).toMatchObject({ status: 503 });
  cutOff.clear();
  await bot.engine.command(atWork, { type: "cancel", reason: "over", ...by }, null);
  await bot.untilEnd(atWork);
  const again = await told(over);
  expect(await heard(asleep)).toEqual([expect.stringMatching(/^The alert is resolved:/)]);
  expect(again).toMatchObject({ status: 200, run_id: asleep });
});

test("that it is over starts nothing once all of its runs have ended", async () => {
  const { bot, told } = await start(scripted(finalAnswer("Nothing to see.")));
  await bot.untilEnd((await told(alert)).run_id ?? "");
  expect(await told(alert.replaceAll('"firing"', '"resolved"'))).toEqual({
    status: 202,
    ignored: "resolved",
  });
});

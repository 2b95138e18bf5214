/** A damaged run is forgotten like any other, however it stood: nobody can stop it, and nobody can read it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { fold } from "../../src/core/reduce/reduce.ts";
import { statusOf } from "../../src/core/state.ts";
import { noteKinds, writeNote } from "../../src/core/store/notes.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Bot, clock, operator, startBot } from "../support/bot.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const canary = "canary5up3rs3crt";
const by = { actor: operator, via: { channel: "console" } };

/** A database in a file, and a second way into it for whoever harms it. */
async function file() {
  const home = mkdtempSync(join(tmpdir(), "belay-damaged-"));
  const path = join(home, "belay.db");
  const store = await openSqlite({ path, clock });
  onTestFinished(async () => {
    await store.close();
    rmSync(home, { recursive: true });
  });
  const harm = (sql: string, ...values: unknown[]) => {
    const other = new Database(path);
    other.prepare(sql).run(...values);
    other.close();
  };
  const bytes = () =>
    [path, `${path}-wal`].filter(existsSync).map((name) => readFileSync(name).toString("latin1"));
  return { store, harm, bytes };
}

async function bot(options: Parameters<typeof startBot>[0]): Promise<Bot> {
  const started = await startBot(options);
  onTestFinished(() => started.stop());
  return started;
}

const spoilt = "UPDATE events SET data = '{' WHERE run_id = ? AND version = ?";

test.each([
  ["its first event", 1],
  ["a later one", 2],
])("one that waits for an answer, by %s: not a byte of it is left", async (_, version) => {
  const { store, harm, bytes } = await file();
  const before = await startBot({ store, model: scripted(calling(ask(`Where is ${canary}?`))) });
  const runId = await before.launch(`find ${canary}`);
  await before.until(runId, ({ questions }) => questions.length > 0);
  await before.stop();
  const sent = { runId, questionId: null, to: `${canary}@x.example`, address: "email:t" };
  await writeNote(store, noteKinds.mailSent, { of: "t1", value: sent });
  harm(spoilt, runId, version);

  const { engine } = await bot({ store, model: scripted() });
  await expect(engine.state(runId)).rejects.toThrow("can't be read");
  await engine.unreadable.orNull(engine.state(runId));
  const { steps, costUsd } = (await store.run(runId)) ?? {};
  const done = await engine.forget(runId, by);
  expect(done).toEqual({ ok: true, forgotten: [runId], toldTo: [], erased: true });
  expect(bytes().join("")).not.toContain(canary);
  expect(await store.run(runId)).toMatchObject({ status: "failed", task: "(forgotten)", steps, costUsd });
  const state = fold(await store.read(runId));
  expect(state).toMatchObject({
    from: { principal: "console:local" },
    forgotten: { from: { name: operator.name } },
  });
  expect(statusOf(state)).toBe("failed");
  expect(engine.unreadable.list()).toEqual([]);
});

test("who may not have a whole one forgotten may not have a damaged one", async () => {
  const { store, harm } = await file();
  const { engine, launch, untilEnd } = await bot({ store, model: scripted(finalAnswer(canary)) });
  const runId = await launch("find it");
  await untilEnd(runId);
  harm(spoilt, runId, 1);
  const stranger = { ...operator, principal: "slack:T1/U9", name: "eve" };
  const refused = await engine.forget(runId, { ...by, actor: stranger });
  expect(refused).toMatchObject({ ok: false, refusal: { code: "not_allowed" } });
  expect(await store.readEach(runId, 0)).not.toHaveLength(1);
});

test("one that a newer release wrote is left to that release", async () => {
  const { store, harm } = await file();
  const { engine, launch, untilEnd } = await bot({ store, model: scripted(finalAnswer(canary)) });
  const runId = await launch("find it");
  await untilEnd(runId);
  harm("UPDATE events SET v = 99, sum = NULL WHERE run_id = ? AND version = 2", runId);
  await expect(engine.forget(runId, by)).rejects.toMatchObject({ code: "storage_version" });
  expect(await store.run(runId)).toMatchObject({ task: "find it" });
});

test("a damaged child that never ended goes with the run above it", async () => {
  const { store, harm, bytes } = await file();
  const first = await startBot({ store, model: scripted(calling(ask(canary))) });
  const parent = await first.launch("a whole run");
  const asking = await first.until(parent, ({ questions }) => questions.length > 0);
  const request = {
    ...{ task: canary, addresses: [], context: [], trusted: true, follows: null, ...by },
    parent: { runId: parent, callId: "c1", depth: 1 },
  };
  const launched = await first.engine.launch("default", request, null);
  if (!launched.ok) throw new Error(launched.refusal.message);
  await first.engine.command(asking.runId, { type: "cancel", reason: "", ...by }, null);
  await first.untilEnd(parent);
  await first.stop();
  harm(spoilt, launched.runId, 1);
  harm("UPDATE runs SET status = 'sleeping' WHERE run_id = ?", launched.runId);

  const { engine } = await bot({ store, model: scripted() });
  const done = await engine.forget(parent, by);
  expect(done).toMatchObject({ ok: true, forgotten: [launched.runId, parent] });
  expect(bytes().join("")).not.toContain(canary);
});

test("what a process still finds out about it, which had read it before the damage, is not kept", async () => {
  const { store, harm } = await file();
  const result = Promise.withResolvers<string>();
  const began = Promise.withResolvers<void>();
  const slow = defineTool({
    name: "slow",
    description: "slow",
    input: z.object({}),
    effect: "read",
    async run() {
      began.resolve();
      return { found: await result.promise };
    },
  });
  const worker = await bot({ store, model: scripted(calling(call("slow", {}))), tools: [slow] });
  const runId = await worker.launch("find it");
  await began.promise;
  harm(spoilt, runId, 1);
  const other = await bot({ store, model: scripted(), tools: [slow] });
  const done = await other.engine.forget(runId, by);
  expect(done).toMatchObject({ ok: true, forgotten: [runId] });
  result.resolve(canary);
  await worker.stop();
  expect((await store.read(runId)).map(({ type }) => type)).toEqual(["forgotten"]);
});

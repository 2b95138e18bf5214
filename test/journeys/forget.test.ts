/** What is forgotten is gone: no byte of it is left in a database, nor in what is taken out of one. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { backUp } from "../../adapters/sqlite/backup.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Inbound } from "../../src/core/ports/inbound.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { noteKinds, writeNote } from "../../src/core/store/notes.ts";
import { childRunId } from "../../src/engine/ids.ts";
import { WithAttachments } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent, type Bot, clock, operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

/** Read as base64 it is the bytes of a file, whose stored text is the canary again. */
const canary = "canary5up3rs3crt";
const address = "chat:C1/1";
const by = { actor: operator, via: { channel: "console" } };

const chat = muteChannel();

const input = z.object({ note: z.string() });
const brings = defineTool({
  ...{ name: "bring", description: "Brings a file.", effect: "read", input },
  run: ({ note }) =>
    new WithAttachments(note, [
      { name: canary, mediaType: "text/plain", bytes: Buffer.from(canary, "base64"), alt: canary },
    ]),
});
const deploys = defineTool({
  ...{ name: "deploy", description: "Deploys.", effect: "once", requiresApproval: true, input },
  run: () => "deployed",
});

function start(store: Store): Promise<Bot> {
  const mine = scripted(
    calling(call("bring", { note: canary })),
    calling(call("hand_off", { agent: "helper", task: canary }, "h1")),
    calling(ask(`Which ${canary}?`)),
    calling(call("deploy", { note: canary })),
    finalAnswer(canary),
  );
  const child = scripted(finalAnswer(canary));
  const others = scripted(...Array.from({ length: 12 }, () => finalAnswer("harmless ".repeat(400))));
  const known = agent();
  const tools = [...known.tools, "bring", "deploy"];
  return startBot({
    ...{ store, channels: [chat], tools: [brings, deploys] },
    model: {
      name: "three",
      answer(request, signal) {
        const isChild = request.cacheKey.startsWith("helper");
        const isOther = JSON.stringify(request.input).includes("something else");
        return (isChild ? child : isOther ? others : mine).answer(request, signal);
      },
    },
    agents: [
      { ...known, tools, handOff: ["helper"] },
      { ...known, name: "helper", hash: "helper-1", handOff: [] },
    ],
  });
}

const mention: Inbound = {
  ...{ key: "m1", actor: operator, channel: "chat", address, replyTo: {} },
  intent: { type: "message", text: `do ${canary}`, addressed: true, agent: null },
  context: [{ source: "thread", text: canary, trusted: false }],
};

/** A run that holds the canary wherever one can, among others; resolves with its id when it has ended. */
async function played(bot: Bot): Promise<string> {
  const { engine, store } = bot;
  await engine.accept(mention);
  const begun = Promise.withResolvers<string>();
  const end = engine.watch(({ runId }) => begun.resolve(runId));
  const runId = (await store.runAt(address)) ?? (await begun.promise);
  end();
  for (let other = 0; other < 6; other++) await bot.untilEnd(await bot.launch(`something else ${other}`));
  const asking = await bot.until(runId, ({ questions }) => questions[0]?.kind === "ask");
  const answer = {
    type: "provide_input",
    questionId: asking.questions[0]?.id ?? "",
    answer: canary,
  } as const;
  await engine.command(runId, { ...answer, ...by }, null);
  const approving = await bot.until(runId, ({ questions }) => questions[0]?.kind === "approval");
  const refuse = { type: "refuse", questionId: approving.questions[0]?.id ?? "", reason: canary } as const;
  await engine.command(runId, { ...refuse, ...by }, null);
  await bot.untilEnd(runId);
  for (let other = 6; other < 12; other++) await bot.untilEnd(await bot.launch(`something else ${other}`));
  const sent = { runId, questionId: null, to: `${canary}@x.example`, address: "email:t" };
  await writeNote(store, noteKinds.mailSent, { of: "t1", value: sent });
  await writeNote(store, noteKinds.resultTarget, {
    ...{ of: address, value: { webhook: "ci", callback: `https://x.example/${canary}`, github: null } },
  });
  await engine.launch("default", launchOf(canary), { source: "api:token:ci", key: "k1", print: canary });
  return runId;
}

function launchOf(task: string) {
  return {
    ...{ task, addresses: [], context: [], trusted: true, follows: null, parent: null },
    ...by,
  };
}

/** Forgotten, it is not begun again by what began it, not even when the inbox has lost its key. */
async function staysForgotten(bot: Bot, runId: string): Promise<void> {
  const count = (await bot.store.runs({ limit: 99 })).length;
  expect(await bot.engine.accept(mention)).toBe("duplicate");
  await bot.store.pruneInbox(Number.MAX_SAFE_INTEGER);
  const again = await bot.engine.launch("default", launchOf("again"), { source: "chat", key: "m1" });
  expect(again).toMatchObject({ ok: true, runId, duplicate: true });
  expect(await bot.store.runs({ limit: 99 })).toHaveLength(count);
}

async function forget(bot: Bot, ...runIds: string[]) {
  const done = [];
  for (const runId of runIds) done.push(await bot.engine.forget(runId, by));
  return done;
}

test("in SQLite, not a byte is left in the file, beside it, or in a backup", async () => {
  const home = mkdtempSync(join(tmpdir(), "belay-forget-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const path = join(home, "belay.db");
  const store = await openSqlite({ path, clock });
  const bot = await start(store);
  onTestFinished(() => bot.stop().then(() => store.close()));
  const hits = (file: string) =>
    existsSync(file) ? readFileSync(file).toString("latin1").split(canary).length - 1 : 0;
  const runId = await played(bot);
  const other = (await store.inboxRow({ source: "api:token:ci", key: "k1" }))?.runId ?? "";
  await bot.untilEnd(other);
  expect(hits(path) + hits(`${path}-wal`)).toBeGreaterThan(20);
  expect(await forget(bot, runId, other)).toEqual([
    { ok: true, forgotten: [childRunId(runId, "h1.2"), runId], toldTo: [], erased: true },
    { ok: true, forgotten: [other], toldTo: [], erased: true },
  ]);
  expect([hits(path), hits(`${path}-wal`)]).toEqual([0, 0]);
  await backUp(path, join(home, "backup.db"));
  expect(hits(join(home, "backup.db"))).toBe(0);
  expect(await bot.engine.forget(runId, by)).toEqual({ ok: true, forgotten: [], toldTo: [], erased: true });
  await staysForgotten(bot, runId);
});

describe("in PostgreSQL", () => {
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.stop());

  /** Every row of every table, in all schemas that are not the server's own. */
  async function dumped(url: string): Promise<string> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const tables = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query(`SELECT row_to_json(t)::text AS row FROM ${name} AS t`);
      texts.push(...rows.map(({ row }) => `${name} ${row}`));
    }
    await client.end();
    return texts.join("\n");
  }

  test("no row of any table holds it, and VACUUM is left to the database", async () => {
    const url = await server.database();
    const store = await openPostgres({ url, clock });
    const bot = await start(store);
    onTestFinished(() => bot.stop().then(() => store.close()));
    const runId = await played(bot);
    const other = (await store.inboxRow({ source: "api:token:ci", key: "k1" }))?.runId ?? "";
    await bot.untilEnd(other);
    expect((await dumped(url)).split(canary).length).toBeGreaterThan(20);
    expect(await forget(bot, runId, other)).toMatchObject([{ ok: true, erased: false }, { ok: true }]);
    const rest = (await dumped(url)).split("\n").filter((row) => row.includes(canary));
    expect(rest).toEqual([]);
    await staysForgotten(bot, runId);
  });
});

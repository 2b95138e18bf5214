/** Everything that a bot knows moves from a file to PostgreSQL and back, or nothing does. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { defaultLimits } from "../../adapters/postgres/connection.ts";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openWholePostgres } from "../../adapters/postgres/whole-store.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { openWholeSqlite } from "../../adapters/sqlite/whole-store.ts";
import { moveStore } from "../../src/cli/move-store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { WholeStore } from "../../src/core/ports/whole-store.ts";
import { startChild } from "../support/child.ts";
import { commit, must, post, question } from "../support/store/commits.ts";
import { type PostgresLine, startLine } from "../support/store/line.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const clock = { now: () => 1_000 };

function newFile(): string {
  const home = mkdtempSync(join(tmpdir(), "belay-move-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  return join(home, "belay.db");
}

async function fill(store: Store): Promise<void> {
  const posts = [post("a", "with 'quotes', a \\ and 🙂")];
  await must(
    store.commit(
      commit("r1", 0, { wakeAt: 9_000, posts, addresses: ["chat:1"], questions: [question("r1", "q1")] }),
    ),
  );
  await must(store.commit(commit("r1", 1)));
  await store.receive({ source: "slack", key: "k1", body: "{}", receivedAt: 5 });
  const bytes = Uint8Array.of(0, 255, 10);
  await store.saveAttachment({ runId: "r1", hash: "h1", name: "a.png", mediaType: "image/png", bytes });
  await store.saveNote("a note", "value");
  await store.saveSession({ id: "s1", principal: "console:local", createdAt: 1, expiresAt: 2 });
  await store.audit({
    ...{
      at: 1,
      principal: "console:local",
      action: "launch",
      resource: "r1",
      decision: "allowed",
      rule: "x",
    },
  });
}

async function filledFile(): Promise<string> {
  const path = newFile();
  const store = await openSqlite({ path, clock });
  await fill(store);
  await store.close();
  return path;
}

async function move(from: Promise<WholeStore>, to: Promise<WholeStore>) {
  const [old, young] = [await from, await to];
  try {
    return await moveStore(old, young);
  } finally {
    await old.close();
    await young.close();
  }
}

test("there and back again every table has the same records", async () => {
  const [path, again, url] = [await filledFile(), newFile(), await server.database()];
  const there = await move(openWholeSqlite(path), openWholePostgres(url));
  const counts = Object.fromEntries(there.map(({ table, records }) => [table, records]));
  expect(counts).toMatchObject({ runs: 1, events: 2, inbox: 1, outbox: 1, addresses: 1, questions: 1 });
  expect(counts).toMatchObject({ notes: 1, sessions: 1, audits: 1, attachments: 1 });
  expect(await move(openWholePostgres(url), openWholeSqlite(again))).toEqual(there);
});

test("files are read a few at a time: they are large", async () => {
  const [path, url] = [newFile(), await server.database()];
  const store = await openSqlite({ path, clock });
  const bytes = Uint8Array.of(1);
  for (let n = 0; n < 20; n++) {
    await store.saveAttachment({ runId: "r1", hash: `h${n}`, name: "a.png", mediaType: "image/png", bytes });
  }
  await store.close();
  await move(openWholeSqlite(path), openWholePostgres(url));
  for (const opened of [openWholeSqlite(path), openWholePostgres(url)]) {
    const whole = await opened;
    const parts: number[] = [];
    for await (const rows of whole.read("attachments")) parts.push(rows.length);
    await whole.close();
    expect(Math.max(...parts)).toBeLessThanOrEqual(8);
    expect(parts.reduce((sum, rows) => sum + rows, 0)).toBe(20);
  }
});

test("a moved store goes on: what is written next has the next place", async () => {
  const [path, url] = [await filledFile(), await server.database()];
  await move(openWholeSqlite(path), openWholePostgres(url));
  const store = await openPostgres({ url, clock });
  onTestFinished(() => store.close());
  expect((await store.read("r1")).length).toBe(2);
  await store.receive({ source: "slack", key: "k2", body: "{}", receivedAt: 6 });
  expect((await store.pendingInbox(10)).map(({ key }) => key)).toEqual(["k1", "k2"]);
});

test("nothing is moved into a store that has records", async () => {
  const [path, other] = [await filledFile(), await filledFile()];
  const moving = move(openWholeSqlite(path), openWholeSqlite(other));
  await expect(moving).rejects.toMatchObject({ code: "storage_locked" });
});

test("nothing is moved while a bot has the store", async () => {
  const [path, url] = [await filledFile(), await server.database()];
  const live = await openPostgres({ url, clock });
  onTestFinished(() => live.close());
  await live.note("connected");
  await expect(openWholePostgres(url)).rejects.toMatchObject({ code: "storage_locked" });
  const bot = await openSqlite({ path, clock });
  onTestFinished(() => bot.close());
  await expect(openWholeSqlite(path)).rejects.toMatchObject({
    code: "storage_locked",
    message: `${path} is in use by process ${process.pid}: stop it first`,
  });
});

test("a place on the line that can't be opened is told without the setting that it is not", async () => {
  const folder = dirname(newFile());
  await expect(openWholeSqlite(folder)).rejects.toMatchObject({
    code: "storage_refused",
    message: expect.stringMatching(/; name a file, in a folder that this user may write$/),
  });
});

/** Moves a filled file over a line that fails when the last answer is due; `before`: happens right before. */
async function moveOverALineThatBreaks(how: "before" | "after", before = (_: PostgresLine) => {}) {
  const [path, url] = [await filledFile(), await server.database()];
  const line = await startLine(url);
  onTestFinished(() => line.close());
  const limits = { ...defaultLimits, patienceMs: 1_000 };
  const [old, young] = [await openWholeSqlite(path), await openWholePostgres(line.url, limits)];
  onTestFinished(async () => {
    await young.close().catch(() => {});
    await old.close();
  });
  const breaking: WholeStore = {
    ...{ tables: () => young.tables(), read: (table) => young.read(table), close: () => young.close() },
    write: (table, rows) => young.write(table, rows),
    finish() {
      // The first asks for the number of the transaction, the second is COMMIT.
      line.breakAt(2, how);
      before(line);
      return young.finish();
    },
  };
  return { url, moving: moveStore(old, breaking) };
}

async function recordsAt(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query("SELECT 1 FROM runs");
  await client.end();
  return rows.length;
}

test("a move whose last answer is lost is told as what it became: moved", async () => {
  const { url, moving } = await moveOverALineThatBreaks("after");
  expect((await moving).length).toBeGreaterThan(0);
  expect(await recordsAt(url)).toBe(1);
});

test("a move whose last word never arrived is told as not written", async () => {
  const { url, moving } = await moveOverALineThatBreaks("before");
  await expect(moving).rejects.toMatchObject({ code: "storage_busy", uncertain: false });
  expect(await recordsAt(url)).toBe(0);
});

test("a move of which nobody can say whether it was written is told so, with what to do", async () => {
  const { moving } = await moveOverALineThatBreaks("before", (line) => line.refuse());
  await expect(moving).rejects.toMatchObject({
    code: "storage_busy",
    uncertain: true,
    message: expect.stringContaining("Move again"),
  });
});

test("a record that arrives otherwise than it was undoes the whole move", async () => {
  const [path, url] = [await filledFile(), await server.database()];
  const [old, young] = [await openWholeSqlite(path), await openWholePostgres(url)];
  const spoiling: WholeStore = {
    tables: () => young.tables(),
    read: (table) => young.read(table),
    write: (table, rows) => young.write(table, table === "notes" ? [] : rows),
    finish: () => young.finish(),
    close: () => young.close(),
  };
  await expect(moveStore(old, spoiling)).rejects.toMatchObject({ code: "storage_damaged" });
  await old.close();
  await young.close();
  const store = await openPostgres({ url, clock });
  onTestFinished(() => store.close());
  expect(await store.run("r1")).toBeNull();
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

test("a move that is killed in the middle leaves nothing behind, and the next one moves all", {
  timeout: 60_000,
}, async () => {
  const [path, url] = [await filledFile(), await server.database()];
  const [other, locking] = [await connect(url), await connect(url)];
  const connected = async (condition = "") => {
    const mover = "datname = current_database() AND application_name = 'belay'";
    const { rows } = await other.query(`SELECT FROM pg_stat_activity WHERE ${mover} ${condition}`);
    return rows.length > 0;
  };
  // What comes before `runs` is written by then, what comes after is not.
  await locking.query("BEGIN");
  await locking.query("LOCK TABLE runs IN SHARE MODE");
  const killed = startChild("src/cli/migrate-store.ts", [path, url]);
  onTestFinished(() => killed.kill());
  while (!(await connected("AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO runs%'")));
  await killed.kill();
  await locking.query("COMMIT");
  // The server notices at its next answer that nobody hears it.
  while (await connected());
  const { rows } = await other.query("SELECT run_id FROM events UNION ALL SELECT run_id FROM addresses");
  expect(rows).toEqual([]);
  expect(await startChild("src/cli/migrate-store.ts", [path, url]).succeeded()).toContain(
    "Moved and compared.",
  );
  expect((await other.query("SELECT run_id FROM runs")).rows).toEqual([{ run_id: "r1" }]);
});

test("an address that is misspelt moves nothing, and makes no file of that name", async () => {
  const path = await filledFile();
  const moved = startChild("src/cli/migrate-store.ts", [path, "postgre://belay@127.0.0.1/belay"], {
    cwd: join(path, ".."),
  });
  expect(await moved.ended).toMatchObject({
    code: 2,
    errors: expect.stringContaining("<to>: must be a file path or postgres://…"),
  });
  expect(readdirSync(join(path, "..")).filter((name) => name.startsWith("postgre"))).toEqual([]);
});

test("a place may be written as a file: address", async () => {
  const [path, to] = [await filledFile(), newFile()];
  await startChild("src/cli/migrate-store.ts", [
    pathToFileURL(path).href,
    pathToFileURL(to).href,
  ]).succeeded();
  expect(existsSync(to)).toBe(true);
});

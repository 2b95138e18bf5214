/** A database that is not all of a bot's data is refused with words, and a backup of a live one is whole. */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { startBot } from "../support/bot.ts";
import { startChild } from "../support/child.ts";
import { ask, calling, scripted } from "../support/model/scripted.ts";

const clock = { now: () => Date.now(), steady: () => performance.now() };
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "belay-backup-"));
  path = join(folder, "belay.db");
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

const open = (at: string) => openSqlite({ path: at, clock });

/** A bot with a run that asks; it stays open until the test ends or `stop`. */
async function live() {
  const store = await open(path);
  const bot = await startBot({ store, model: scripted(calling(ask("Which colour?"))) });
  const runId = await bot.launch("ask");
  await bot.untilStatus(runId, "waiting_human_input");
  let isOpen = true;
  const stop = async () => {
    if (!isOpen) return;
    isOpen = false;
    await bot.stop();
    await store.close();
  };
  onTestFinished(stop);
  return { store, runId, stop };
}

async function refusal(at: string): Promise<StoreError> {
  const error: unknown = await open(at).then(
    (store) => store.close(),
    (refused: unknown) => refused,
  );
  if (!(error instanceof StoreError)) throw new Error(`opened ${at}`, { cause: error });
  expect(error.code).toBe("storage_damaged");
  return error;
}

function backup(to: string, databaseUrl = path) {
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  return startChild("src/cli/backup.ts", to === "" ? [] : [to], { env }).ended;
}

test("the copy of a live file without its -wal is refused, where it lies and anywhere else", async () => {
  await live();
  const copy = join(folder, "copy.db");
  copyFileSync(path, copy);
  expect((await refusal(copy)).message).toMatch(/copy\.db-wal.*is missing.*restore your latest backup/);
  // Somebody who wants what it holds says so.
  writeFileSync(`${copy}-wal`, "");
  await (await open(copy)).close();
});

test("a -wal that is gone after a crash is noticed, one that is there is read", async () => {
  const { runId } = await live();
  for (const end of ["", "-wal"]) copyFileSync(path + end, join(folder, `crashed.db${end}`));
  const crashed = join(folder, "crashed.db");
  const store = await open(crashed);
  expect(await store.run(runId)).not.toBeNull();
  await store.close();

  copyFileSync(path, crashed);
  rmSync(`${crashed}-wal`, { force: true });
  await refusal(crashed);
});

test("a bot that had data does not begin anew when its file is gone or empty", async () => {
  const { stop } = await live();
  await stop();
  rmSync(path);
  expect((await refusal(path)).message).toMatch(/belay\.db is missing.*had data in it.*belay\.db\.marker/);
  writeFileSync(path, "");
  expect((await refusal(path)).message).toMatch(/belay\.db is empty/);
  rmSync(`${path}.marker`);
  expect((await refusal(path)).message).toMatch(/may be a copy that failed/);
  // Nothing was made meanwhile.
  expect(statSync(path).size).toBe(0);
  rmSync(path);
  await (await open(path)).close();
});

test("a clean stop leaves one file that is whole by itself", async () => {
  const { stop, runId } = await live();
  await stop();
  const moved = join(folder, "moved.db");
  copyFileSync(path, moved);
  const store = await open(moved);
  expect(await store.run(runId)).not.toBeNull();
  await store.close();
});

test("npm run backup copies a live database, checked, and the copy is restored by putting it back", async () => {
  const { runId, stop } = await live();
  const to = join(folder, "backup.db");
  const made = await backup(to);
  expect(made).toMatchObject({ code: 0, errors: "" });
  expect(made.output).toContain("1 run, 1 open question");
  expect(statSync(to).mode & 0o077).toBe(0);
  expect(readdirSync(folder).filter((name) => name.includes("backup"))).toEqual(["backup.db"]);
  await stop();

  for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
  copyFileSync(to, path);
  const store = await open(path);
  expect((await store.run(runId))?.status).toBe("waiting_human_input");
  expect((await store.openQuestions({ limit: 9 })).rows).toHaveLength(1);
  await store.close();
});

test("a backup that can't be made says why and leaves nothing", async () => {
  const { stop } = await live();
  await stop();
  const to = join(folder, "backup.db");
  writeFileSync(to, "an older one");
  expect((await backup(to)).errors).toContain("exists: name a file that does not");
  expect((await backup("")).errors).toContain("npm run backup -- <file>");
  expect((await backup(join(folder, "b.db"), join(folder, "nothing.db"))).errors).toContain("no database at");
  const postgres = await backup("it's.dump", "postgres://u:secret@127.0.0.1/belay");
  expect(postgres).toMatchObject({ code: 1, output: "" });
  expect(postgres.errors).toContain(`pg_dump --format=custom --file='it'\\''s.dump' "$DATABASE_URL"`);
  expect(postgres.errors).not.toContain("secret");
  expect(existsSync(join(folder, "b.db"))).toBe(false);
});

/** What only the SQLite file must keep: one process, full durability, and no start on anything it can't vouch for. */
import { randomBytes } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { storeErrorOf } from "../../adapters/sqlite/errors.ts";
import { groupCommit } from "../../adapters/sqlite/group.ts";
import { checkVersion, openFile } from "../../adapters/sqlite/open.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { startChild } from "../support/child.ts";
import { commit, must, post, thread } from "../support/store/commits.ts";

let home: string;
let path: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "belay-sqlite-"));
  path = join(home, "data", "belay.db");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = () => openSqlite({ path, clock: Date });

/** Opens the store in another process, and returns once `versions` of its run are committed. */
async function child(versions: number) {
  const running = startChild("test/support/store/child.ts", [path]);
  onTestFinished(() => running.kill());
  await running.says(new RegExp(`^${versions}$`, "m"));
  return {
    pid: running.process.pid,
    async kill() {
      await running.kill();
      const { output } = await running.ended;
      // What stands after the last newline may be half a number.
      return Number(output.split("\n").at(-2));
    },
  };
}

describe("the file", () => {
  it("syncs every commit", () => {
    const { client, close } = openFile(path);
    expect(client.pragma("synchronous", { simple: true })).toBe(2);
    expect(client.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(client.pragma("foreign_keys", { simple: true })).toBe(1);
    expect(client.pragma("busy_timeout", { simple: true })).toBe(5000);
    close();
  });

  it("is readable by its owner only, and so is its directory", async () => {
    const store = await open();
    await must(store.commit(commit("r1", 0)));
    expect(statSync(join(home, "data")).mode & 0o777).toBe(0o700);
    for (const suffix of ["", "-wal", ".lock", ".pid"]) {
      expect(statSync(path + suffix).mode & 0o077, suffix).toBe(0);
    }
    await store.close();
  });

  it("keeps everything over a restart", async () => {
    const before = await open();
    await must(before.commit(commit("r1", 0, { posts: [post("p", "x")], addresses: [thread] })));
    await before.close();
    const after = await open();
    expect(await after.read("r1")).toHaveLength(1);
    expect(await after.dueDeliveries({ now: 1, limit: 1, channels: ["slack"] })).toHaveLength(1);
    await after.close();
  });

  it("needs an SQLite whose WAL is sound", () => {
    for (const version of ["3.51.2", "3.50.9", "2.99.99"]) {
      expect(() => checkVersion(version)).toThrow(expect.objectContaining({ code: "storage_version" }));
    }
    for (const version of ["3.51.3", "3.53.0", "4.0.0"]) expect(() => checkVersion(version)).not.toThrow();
  });

  it("of a newer release is refused and left alone", async () => {
    await (await open()).close();
    const client = new Database(path);
    client.pragma("user_version = 99");
    client.close();
    await expect(open()).rejects.toMatchObject({
      code: "storage_version",
      message: expect.stringContaining("written by a newer release"),
    });
  });

  it("is there whole or not at all: a first start that fails leaves nothing in the way of the next", async () => {
    const migrations = [1, 2].map((number) => ({
      number,
      sql: number === 1 ? "CREATE TABLE t (n)" : "no SQL",
    }));
    expect(() => openFile(path, migrations)).toThrow("syntax error");
    expect(readdirSync(dirname(path))).toEqual(["belay.db.lock"]);
    await (await open()).close();
  });

  it("is made anew after a first start that was killed in the middle", async () => {
    mkdirSync(dirname(path));
    const half = new Database(`${path}.new`);
    half.exec("CREATE TABLE half (n)");
    half.close();
    writeFileSync(`${path}.new-journal`, "half a page");
    await (await open()).close();
    expect(readdirSync(dirname(path)).sort()).toEqual(["belay.db", "belay.db.lock", "belay.db.marker"]);
  });
});

describe("the lock", () => {
  it("refuses a second opening in the same process", async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({ code: "storage_locked" });
    await expect(open()).rejects.toThrow(`in use by process ${process.pid}`);
    await store.close();
    await (await open()).close();
  });

  it("refuses a second process by name, and is free as soon as the first is killed", async () => {
    const other = await child(1);
    await expect(open()).rejects.toMatchObject({
      code: "storage_locked",
      message: `${path} is in use by process ${other.pid}: stop it first, or set DATABASE_URL to another file or to PostgreSQL`,
    });
    await other.kill();
    await (await open()).close();
  });

  it("ignores a process id that a dead process left behind, whoever has it now", async () => {
    await (await open()).close();
    writeFileSync(`${path}.pid`, `${process.ppid}\n`);
    await (await open()).close();
  });
});

describe("a killed process", () => {
  it("has lost nothing that it was told is written, and its runs are free at once", async () => {
    const other = await child(50);
    const told = await other.kill();
    const store = await open();
    expect((await store.read("r1")).length).toBeGreaterThanOrEqual(told);
    const claims = await store.claim({ owner: "next", now: Date.now(), leaseMs: 1000, limit: 1 });
    expect(claims).toEqual([{ runId: "r1", epoch: 2, recovered: true }]);
    await store.close();
  });

  it.each([
    ["of an older release", [{ number: 1, sql: "" }], "storage_version"],
    ["whose migration fails", [{ number: 99, sql: "no SQL" }], "SQLITE_ERROR"],
  ])("leaves a file that a start %s does not spoil for the right one", async (_, migrations, code) => {
    const other = await child(5);
    const told = await other.kill();
    expect(() => openFile(path, migrations)).toThrow(expect.objectContaining({ code }));
    const store = await open();
    expect((await store.read("r1")).length).toBeGreaterThanOrEqual(told);
    await store.close();
  });
});

describe("group commit", () => {
  it("shares one transaction in one turn, and answers after it", async () => {
    const said: string[] = [];
    const client = new Database(join(home, "group.db"), { verbose: (sql) => said.push(String(sql)) });
    client.exec("CREATE TABLE t (n integer)");
    const group = groupCommit(client);
    const insert = client.prepare("INSERT INTO t VALUES (1)");
    const writes = Array.from({ length: 20 }, () =>
      group.write(() => insert.run()).then(() => expect(said).toContain("COMMIT")),
    );
    await Promise.all(writes);
    expect(said.filter((sql) => sql === "COMMIT")).toHaveLength(1);
    client.close();
  });

  it("answers nothing before the COMMIT, which may still refuse what was written", async () => {
    const client = new Database(join(home, "group.db"));
    client.pragma("foreign_keys = ON");
    client.exec(
      "CREATE TABLE t (n integer PRIMARY KEY, of integer REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
    );
    const { write } = groupCommit(client);
    const insert = client.prepare("INSERT INTO t VALUES (?, ?)");
    // SQLite looks at a deferred key at the COMMIT alone.
    await expect(write(() => insert.run(1, 99))).rejects.toMatchObject({
      code: "SQLITE_CONSTRAINT_FOREIGNKEY",
    });
    const both = await Promise.allSettled([write(() => insert.run(2, 2)), write(() => insert.run(3, 99))]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(client.prepare("SELECT n FROM t").pluck().all()).toEqual([2]);
    client.close();
  });

  it("rejects everybody when the disk is full, and works again when there is room", async () => {
    const { client, close } = openFile(path);
    const { write } = groupCommit(client);
    const insert = client.prepare("INSERT INTO notes (name, value) VALUES (?, ?)");
    const big = () => write(() => insert.run(randomBytes(8).toString("hex"), "x".repeat(100_000)));
    const pages = client.pragma("page_count", { simple: true }) as number;
    client.pragma(`max_page_count = ${pages + 2}`);
    const small = write(() => insert.run("small", "x"));
    for (const outcome of await Promise.allSettled([small, big(), big()])) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "storage_full" } });
    }
    client.pragma("max_page_count = 100000");
    await big();
    expect(client.prepare("SELECT count(*) FROM notes").pluck().get()).toBe(1);
    close();
  });

  it("says that it may not write, and not that the disk is full, where it may not", async () => {
    const { client, close } = openFile(path);
    const { write } = groupCommit(client);
    client.pragma("query_only = on");
    await expect(write(() => client.exec("DELETE FROM notes"))).rejects.toMatchObject({
      code: "storage_refused",
      message: expect.stringMatching(/can't be used: .*SQLITE_READONLY.*; let this user write the file/),
    });
    client.pragma("query_only = off");
    close();
  });

  it.each([
    ["SQLITE_IOERR_WRITE", "storage_refused", /look for its disk in the system's log/],
    ["SQLITE_IOERR_SHMSIZE", "storage_full", /free space/],
    ["SQLITE_FULL", "storage_full", /free space/],
    ["SQLITE_READONLY_DBMOVED", "storage_refused", /let this user write/],
    ["SQLITE_CANTOPEN", "storage_refused", /in a folder that this user may write/],
  ])("tells %s in words of its own", (sqlite, code, remedy) => {
    const known = storeErrorOf(new Database.SqliteError("it went wrong", sqlite), path);
    expect(known).toMatchObject({ code, message: expect.stringMatching(remedy) });
  });

  it("says busy when somebody else keeps the file locked", async () => {
    const { client, close } = openFile(path);
    client.pragma("busy_timeout = 1");
    const stranger = new Database(path);
    stranger.exec("BEGIN IMMEDIATE");
    const { write } = groupCommit(client);
    await expect(write(() => 1)).rejects.toMatchObject({ code: "storage_busy" });
    stranger.exec("ROLLBACK");
    expect(await write(() => 1)).toBe(1);
    stranger.close();
    close();
  });
});

describe("a damaged file", () => {
  const everything = async (store: Store) =>
    JSON.stringify([
      await store.runs({ limit: 1000 }),
      await Promise.all(Array.from({ length: 60 }, (_, n) => store.read(`r${n}`))),
      await store.dueDeliveries({ now: 1, limit: 1000, channels: ["slack"] }),
    ]);

  async function fill(): Promise<string> {
    const store = await open();
    const long = "x".repeat(3000);
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        must(
          store.commit(
            commit(`r${n}`, 0, {
              events: [{ type: "completed", at: n, answer: long }],
              posts: [post("p", long, { runId: `r${n}` })],
            }),
          ),
        ),
      ),
    );
    const before = await everything(store);
    await store.close();
    return before;
  }

  it("never starts silently with wrong data, whichever page is overwritten", async () => {
    const before = await fill();
    copyFileSync(path, `${path}.good`);
    const pages = statSync(path).size / 4096;
    let refused = 0;
    for (let page = 0; page < pages; page += Math.max(1, Math.floor(pages / 40))) {
      const bytes = readFileSync(`${path}.good`);
      randomBytes(4096).copy(bytes, page * 4096);
      writeFileSync(path, bytes);
      try {
        const store = await open();
        expect(await everything(store), `page ${page}`).toBe(before);
        await store.close();
      } catch (error) {
        expect(error, `page ${page}`).toMatchObject({ code: "storage_damaged" });
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  it("is refused with words on what to do, and not touched", async () => {
    await fill();
    truncateSync(path, 4096 * 5);
    const before = readFileSync(path);
    await expect(open()).rejects.toMatchObject({
      code: "storage_damaged",
      message: expect.stringMatching(/is damaged: .*restore your latest backup/),
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    writeFileSync(path, "this is no database, but somebody's notes: ".repeat(200));
    await expect(open()).rejects.toMatchObject({ code: "storage_damaged" });
  });
});

/**
 * Two releases on one database during an upgrade. The older one is the real code of an earlier commit, where the clone
 * has the history; what a still newer one may do to the tables is played on today's code.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client } from "pg";
import pino from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import { openWakes } from "../../adapters/postgres/wakes.ts";
import { clock, startBot } from "../support/bot.ts";
import { startChild, startProgram } from "../support/child.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

/** The last commit with schema 7: the database that it makes is some steps behind today's. */
const older = "28b57561";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const token = "token-of-this-test";
const history = await startProgram("git", ["cat-file", "-e", `${older}^{commit}`]).ended;

/** The folder of the older release, with today's packages: it needs none that are gone. */
async function olderRelease(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "belay-older-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tar = join(folder, "code.tar");
  // Without the console, whose build would take longer than all the rest.
  const paths = ["src", "adapters", "prompts", "belay.config.ts", "package.json", ":!src/console"];
  await startProgram("git", ["archive", "-o", tar, older, "--", ...paths]).succeeded();
  const code = join(folder, "code");
  mkdirSync(code);
  await startProgram("tar", ["-xf", tar, "-C", code]).succeeded();
  symlinkSync(resolve("node_modules"), join(code, "node_modules"));
  return code;
}

function program(folder: string, url: string, ...flags: string[]) {
  const child = startChild(join(folder, "src/cli/serve.ts"), flags, {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: "0", DATABASE_URL: url, BELAY_TOKEN: token, LOG_LEVEL: "warn" },
  });
  onTestFinished(() => child.kill());
  return child;
}

async function started(...given: Parameters<typeof program>) {
  const child = program(...given);
  const [, url = ""] = /Belay is ready: (\S+)/.exec(await child.says(/Belay is ready: \S+\n/)) ?? [];
  const ask = async (path: string, json?: unknown) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const body = json === undefined ? {} : { method: "POST", body: JSON.stringify(json) };
    return (await fetch(url + path, { headers, ...body })).json() as Promise<Record<string, unknown>>;
  };
  return {
    kill: () => child.kill(),
    launch: async () => String((await ask("/agent/launch", { input_prompt: "What is 17 + 25?" })).id),
    untilEnd: (id: string) =>
      expect
        .poll(async () => (await ask(`/agent/state/${id}`)).status, { timeout: 120_000 })
        .toBe("complete"),
  };
}

test.skipIf(history.code !== 0)(
  "runs of the older release end on the newer one and the other way round (needs the history that a shallow clone has not)",
  async () => {
    const [url, old, young] = [await server.emptyDatabase(), await olderRelease(), resolve(".")];
    const oldWeb = await started(old, url, "--no-workers");
    const oldWorker = await started(old, url, "--workers-only");
    // Its start changes the tables under the feet of the others.
    const web = await started(young, url, "--no-workers");
    const onOld = await web.launch();
    await oldWeb.untilEnd(onOld);
    await oldWorker.kill();
    const begun = await oldWeb.launch();
    await started(young, url, "--workers-only");
    await web.untilEnd(begun);
    await oldWeb.untilEnd(begun);
    // Back again is refused: a process of the older release can't be started any more.
    const back = await program(old, url).ended;
    expect(back.code).toBe(1);
    expect(back.errors).toContain("it was written by a newer release");
  },
);

test("what a newer release adds to the tables, and an event that this one does not know, stop nothing but that run", async () => {
  const url = await server.database();
  const log = pino({ level: "silent" });
  const store = await openPostgres({ url, clock });
  const model = scripted(finalAnswer("first"), finalAnswer("second"), finalAnswer("third"));
  const bot = await startBot({ store, clock, log, model, wakes: openWakes({ url, log }) });
  onTestFinished(async () => {
    await bot.stop();
    await store.close();
  });
  await bot.untilEnd(await bot.launch("before"));
  const newer = new Client({ connectionString: url });
  await newer.connect();
  onTestFinished(() => newer.end());
  // A newer release's start: columns, a table, and the number of its schema.
  await newer.query(
    `ALTER TABLE runs ADD COLUMN added text; ALTER TABLE events ADD COLUMN added bigint NOT NULL DEFAULT 0;
     ALTER TABLE outbox ADD COLUMN added text; ALTER TABLE notes ADD COLUMN added text;
     CREATE TABLE added (id text PRIMARY KEY); INSERT INTO belay_schema (version) VALUES (999)`,
  );
  const known = await bot.launch("beside");
  await bot.untilEnd(known);
  // A run of the newer release, with an event of it, which is due for whoever works.
  await newer.query(
    `INSERT INTO runs (run_id, version, status, agent, task, channel, principal, person_name, steps, tokens,
       cost_micros, asking, launched_at, updated_at, wake_at)
     SELECT 'newer', version + 1, 'running', agent, task, channel, principal, person_name, 0, 0, 0, 0, 1, 1, 0
     FROM runs WHERE run_id = '${known}';
     INSERT INTO events (run_id, version, type, v, at, data)
     SELECT 'newer', version, type, v, at, data FROM events WHERE run_id = '${known}';
     INSERT INTO events (run_id, version, type, v, at, data)
     SELECT 'newer', version, 'foreseen', 1, 1, '{"type":"foreseen","at":1}' FROM runs WHERE run_id = 'newer'`,
  );
  await expect.poll(() => bot.engine.unreadable.left).toEqual(["newer"]);
  await bot.untilEnd(await bot.launch("after"));
  const row = async () =>
    (await newer.query("SELECT status, epoch, owner FROM runs WHERE run_id = 'newer'")).rows;
  await expect.poll(row).toEqual([{ status: "running", epoch: "1", owner: null }]);
  // Whoever starts now, in this release, is told why it can't.
  await expect(openPostgres({ url, clock })).rejects.toMatchObject({
    code: "storage_version",
    message: expect.stringContaining("start that release, or restore a backup from before the upgrade"),
  });
});

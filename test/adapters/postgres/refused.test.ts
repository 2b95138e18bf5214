/** A database that can't be opened: the start says why and what to do, and the doctor says it before. */
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { defaultLimits } from "../../../adapters/postgres/connection.ts";
import { diagnoseDatabase } from "../../../adapters/postgres/doctor.ts";
import { Lane } from "../../../adapters/postgres/lane.ts";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { openWholePostgres } from "../../../adapters/postgres/whole-store.ts";
import { StoreError } from "../../../src/core/ports/store-error.ts";
import { commit } from "../../support/store/commits.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

let server: TestPostgres;
let url: string;
/** The same place with another part. */
const at = (change: (place: URL) => void) => {
  const place = new URL(url);
  change(place);
  return place.href;
};

beforeAll(async () => {
  server = await startPostgres();
  url = await server.emptyDatabase();
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE ROLE reader LOGIN PASSWORD 'loopback-only'");
  await client.end();
});
afterAll(() => server.stop());

describe.each([
  [
    "a database that is not there",
    (place: URL) => (place.pathname = "/nowhere"),
    /"nowhere" does not exist/,
    /createdb/,
  ],
  [
    "a wrong password",
    (place: URL) => (place.password = "wrong"),
    /authentication failed/,
    /password in (DATABASE_URL|its address)/,
  ],
  [
    "no password",
    (place: URL) => (place.password = ""),
    /empty password/,
    /password in (DATABASE_URL|its address)/,
  ],
  [
    "TLS where there is none",
    (place: URL) => place.searchParams.set("sslmode", "require"),
    /not support SSL/,
    /sslmode/,
  ],
])("%s", (_, change, why, remedy) => {
  test("is told with a remedy, by the start and by the move of a store", async () => {
    const place = at(change);
    const matching = { code: "storage_refused", message: expect.stringMatching(why) };
    const starts = () => openPostgres({ url: place, clock: Date });
    const moves = () => openWholePostgres(place);
    for (const open of [starts, moves]) {
      const error: unknown = await open().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject(matching);
      expect(error).toMatchObject({ message: expect.stringMatching(remedy) });
      expect(String(error)).not.toContain("wrong");
      // A setting is not what a command's line names.
      if (open === moves) expect(String(error)).not.toContain("DATABASE_URL");
    }
  });

  test("is told by the doctor", async () => {
    const finding = await diagnoseDatabase(at(change));
    expect(finding).toMatchObject({ ok: false, detail: expect.stringMatching(why) });
    expect(finding.fix).toMatch(remedy);
  });
});

describe("a user who may not make tables", () => {
  const reader = () => at((place) => (place.username = "reader"));

  test("is told what is missing by the start, and by the doctor before it", async () => {
    const error: unknown = await openPostgres({ url: reader(), clock: Date }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "storage_refused",
      message: expect.stringContaining("owns the database"),
    });
    expect(await diagnoseDatabase(reader())).toMatchObject({
      ok: false,
      detail: expect.stringContaining("its user reader may not make tables"),
      fix: expect.stringContaining("owns the database"),
    });
  });

  test("an owner may, before the first start and after it", async () => {
    const sound = { ok: true, detail: expect.stringMatching(/^PostgreSQL \d+\.\d+.* answers$/) };
    expect(await diagnoseDatabase(url)).toMatchObject(sound);
    await (await openPostgres({ url, clock: Date })).close();
    expect(await diagnoseDatabase(url)).toMatchObject(sound);
  });
});

test("a password that changes while a bot runs is told in the same words, and the bot goes on with the right one", async () => {
  const place = await server.emptyDatabase();
  const admin = new Client({ connectionString: place });
  await admin.connect();
  onTestFinished(() => admin.end());
  const password = (text: string) => admin.query(`ALTER ROLE runner PASSWORD '${text}'`);
  await admin.query("CREATE ROLE runner LOGIN PASSWORD 'first'");
  await admin.query(`ALTER DATABASE "${new URL(place).pathname.slice(1)}" OWNER TO runner`);
  const own = new URL(place);
  own.username = "runner";
  own.password = "first";
  const store = await openPostgres({ url: own.href, clock: Date });
  onTestFinished(() => store.close());
  await password("second");
  const cut = () =>
    admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'runner'");
  await cut();
  const tries = [
    () => store.outboxHealth(),
    () => store.note("a"),
    () => store.commit(commit("r1", 0)),
    () => store.receive({ source: "slack", key: "k1", body: "{}", receivedAt: 5 }),
  ];
  for (const attempt of tries) {
    const refused = { code: "storage_refused", message: expect.stringContaining("password in DATABASE_URL") };
    // The end of its connection is heard when it is used, or before.
    await expect.poll(() => attempt().catch((error: unknown) => error)).toMatchObject(refused);
  }
  await password("first");
  expect(await store.outboxHealth()).toMatchObject({ undelivered: 0 });
  expect(await store.commit(commit("r1", 0))).toMatchObject({ ok: true });
});

test("who waits for jobs of a database that lets nobody in logs it in the same words", async () => {
  const place = { url: at((where) => (where.password = "wrong")), limits: defaultLimits };
  const logged: object[] = [];
  const log = { debug() {}, warn: (fields: object) => void logged.push(fields) };
  const lane = new Lane({ place, log, atOnce: 1, ahead: 1, tasks: () => ({ run: async () => {} }) });
  await lane.start();
  await lane.stop();
  const message = expect.stringMatching(
    /^PostgreSQL can't be used: .*; check the .*password in DATABASE_URL/,
  );
  expect(logged).toMatchObject([{ err: { code: "storage_refused", message } }]);
});

test("a server that takes no writes is not said to be full: a standby takes none, either", async () => {
  const place = await server.emptyDatabase();
  const store = await openPostgres({ url: place, clock: Date });
  onTestFinished(() => store.close());
  const admin = new Client({ connectionString: place });
  await admin.connect();
  onTestFinished(() => admin.end());
  const name = new URL(place).pathname.slice(1);
  const readOnly = async (how: "on" | "off") => {
    await admin.query("SET default_transaction_read_only = off");
    await admin.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = ${how}`);
    await admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
  };
  await readOnly("on");
  await expect
    .poll(() => store.commit(commit("r1", 0)).catch((error: unknown) => error))
    .toMatchObject({
      code: "storage_refused",
      message: expect.stringMatching(
        /read-only transaction; name the primary in DATABASE_URL, not a standby/,
      ),
    });
  await readOnly("off");
  await expect
    .poll(() => store.commit(commit("r1", 0)).catch((error: unknown) => error))
    .toMatchObject({ ok: true });
});

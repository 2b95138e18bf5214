/** A database that can't be opened: the start says why and what to do, and the doctor says it before. */
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { diagnoseDatabase } from "../../../adapters/postgres/doctor.ts";
import { openPostgres } from "../../../adapters/postgres/store.ts";
import { openWholePostgres } from "../../../adapters/postgres/whole-store.ts";
import { StoreError } from "../../../src/core/ports/store-error.ts";
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
    /password in DATABASE_URL/,
  ],
  ["no password", (place: URL) => (place.password = ""), /empty password/, /password in DATABASE_URL/],
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
    for (const open of [() => openPostgres({ url: place, clock: Date }), () => openWholePostgres(place)]) {
      const error: unknown = await open().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject(matching);
      expect(error).toMatchObject({ message: expect.stringMatching(remedy) });
      expect(String(error)).not.toContain("wrong");
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

/** What PostgreSQL adds: several processes on one database. Each store here has a pool of its own. */
import { Client } from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { openPostgres } from "../../adapters/postgres/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, must, woke } from "../support/store/commits.ts";
import type { TestPostgres } from "../support/store/postgres.ts";

export function postgresRaces(server: () => TestPostgres, open: (url: string) => Promise<Store>): void {
  async function pair(): Promise<[Store, Store, string]> {
    const url = await server().database();
    return [await open(url), await open(url), url];
  }

  async function connected(url: string): Promise<Client> {
    const client = new Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  }

  const nameIn = (url: string) => url.slice(url.lastIndexOf("/") + 1);

  /** Resolves when so many others on this database wait for a lock. */
  async function waiting(client: Client, count: number): Promise<void> {
    const look =
      "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    const waiters = async () => {
      // A transaction sees one snapshot of the activity unless it asks for another.
      await client.query("SELECT pg_stat_clear_snapshot()");
      return (await client.query(look)).rowCount;
    };
    await expect.poll(waiters).toBe(count);
  }

  describe("two processes on one PostgreSQL", () => {
    it("race on every version of a run, and exactly one wins each time", async () => {
      const [a, b] = await pair();
      for (let version = 0; version < 40; version++) {
        const results = await Promise.all([a.commit(commit("r1", version)), b.commit(commit("r1", version))]);
        expect(results.map((result) => result.ok).sort()).toEqual([false, true]);
      }
      expect(await a.read("r1")).toHaveLength(40);
    });

    it("launch at most one run for one message", async () => {
      const [a, b] = await pair();
      for (let n = 0; n < 20; n++) {
        const inbox = { source: "slack", key: `k${n}` };
        const results = await Promise.all([
          a.commit(commit(`a${n}`, 0, { inbox })),
          b.commit(commit(`b${n}`, 0, { inbox })),
        ]);
        expect(results.filter((result) => result.ok)).toHaveLength(1);
        expect(results.find((result) => !result.ok)).toMatchObject({ why: "duplicate" });
      }
      expect(await a.runs({ limit: 100 })).toHaveLength(20);
    });

    it("share due runs between 20 claimers without overlap", async () => {
      const [a, b] = await pair();
      const launches = Array.from({ length: 50 }, (_, n) =>
        must(a.commit(commit(`r${n}`, 0, { wakeAt: 0 }))),
      );
      await Promise.all(launches);
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? a : b).claim({ owner: `w${n}`, now: 1, leaseMs: 60_000, limit: 5 }),
        ),
      );
      const taken = claims.flat().map((claim) => claim.runId);
      expect(taken.length).toBeGreaterThan(10);
      expect(new Set(taken).size).toBe(taken.length);
    });

    it("wake each other's parents in any order without waiting for ever", async () => {
      const [a, b] = await pair();
      for (const id of ["p1", "p2"]) await must(a.commit(commit(id, 0)));
      const results = await Promise.all(
        Array.from({ length: 30 }, (_, n) =>
          n % 2
            ? a
                .commit(commit("p1", n, { wake: ["p2"] }))
                .then(() => a.commit(commit(`x${n}`, 0, { wake: ["p2", "p1"] })))
            : b.commit(commit(`y${n}`, 0, { wake: ["p1", "p2"] })),
        ),
      );
      expect(results.every((result) => result.ok)).toBe(true);
    });

    it("that wait for each other both get through: the one that was undone runs again", async () => {
      const [, , url] = await pair();
      const other = await connected(url);
      // Each connection looks for a circle once, so long after it began to wait: the commit's when the circle is there,
      // the other one never, so that the commit is the one that is undone.
      await other.query(`ALTER DATABASE ${nameIn(url)} SET deadlock_timeout = '3s'`);
      await other.query("SET deadlock_timeout = '10min'");
      const a = await open(url);
      for (const id of ["p1", "p2"]) await must(a.commit(commit(id, 0)));
      await other.query("BEGIN");
      await other.query("SELECT FROM runs WHERE run_id = 'p1' FOR UPDATE");
      const committed = a.commit(commit("p2", 1, { wake: ["p1"] }));
      await waiting(other, 1);
      // The commit holds p2 and waits for p1: now it is a circle.
      await other.query("SELECT FROM runs WHERE run_id = 'p2' FOR UPDATE");
      await other.query("COMMIT");
      expect(await committed).toEqual({ ok: true, version: 2 });
    });

    it("find the event that one of them wrote while the other one was claiming the run", async () => {
      const [a, , url] = await pair();
      await must(a.commit(commit("r1", 0, { wakeAt: 0 })));
      await a.claim({ owner: "gone", now: 1, leaseMs: -1, limit: 1, only: ["r1"] });
      const other = await connected(url);
      // A claim that looks at the end of a lease stops there: it has its snapshot, and no lock yet.
      await other.query(`
        CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS
          'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN pg_catalog.clock_timestamp(); END'`);
      await other.query(`ALTER DATABASE ${nameIn(url)} SET search_path = public, pg_catalog`);
      const slow = await open(url);
      await other.query("SELECT pg_advisory_lock(7)");
      const claim = { now: 1, leaseMs: 60_000, limit: 1, only: ["r1"] };
      const claiming = slow.claim({ owner: "w1", ...claim });
      await waiting(other, 1);
      await must(a.commit(commit("r1", 1, { wakeAt: 0 })));
      await other.query("SELECT pg_advisory_unlock(7)");
      // Claimed at version 2, with a log of version 1: that is no log to go by.
      expect(await claiming).toEqual([{ runId: "r1", epoch: 2, recovered: true }]);
      await slow.releaseAll("w1");
      expect(await slow.claim({ owner: "w2", ...claim })).toMatchObject([
        { epoch: 3, log: [woke(1), woke(2)] },
      ]);
    });

    it("migrate an empty database together, once", async () => {
      const url = await server().emptyDatabase();
      const stores = await Promise.all([open(url), open(url), open(url)]);
      await must((stores[0] as Store).commit(commit("r1", 0)));
      expect(await stores[2]?.run("r1")).not.toBeNull();
    });
  });

  describe("PostgreSQL", () => {
    it("of a newer release is refused", async () => {
      const url = await server().database();
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query("INSERT INTO belay_schema (version) VALUES (99)");
      await client.end();
      await expect(openPostgres({ url, clock: Date })).rejects.toMatchObject({ code: "storage_version" });
    });

    it("that can't be reached is said, without its password", async () => {
      const opening = openPostgres({ url: "postgres://dana:secret@127.0.0.1:1/belay", clock: Date });
      await expect(opening).rejects.toMatchObject({ code: "storage_busy" });
      await expect(opening).rejects.not.toThrow("secret");
    });

    it("that cuts every connection is busy, and then works again", async () => {
      const url = await server().database();
      const store = await open(url);
      await must(store.commit(commit("r1", 0)));
      const client = new Client({ connectionString: url });
      await client.connect();
      const cut =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'belay' AND datname = current_database()";
      const slow = store.claim({ owner: "w", now: 1, leaseMs: 1, limit: 1 }).catch((error: unknown) => error);
      await client.query(cut);
      const outcome = await slow;
      if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ code: "storage_busy" });
      await client.end();
      await expect
        .poll(() =>
          store.commit(commit("r1", 1)).then(
            (result) => result.ok,
            () => false,
          ),
        )
        .toBe(true);
    });
  });
}

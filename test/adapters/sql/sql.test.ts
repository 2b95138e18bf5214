/** The SQL pack against a real PostgreSQL: what it tells, what the server refuses, and where it ends. */
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../../../adapters/sql/tools.ts";
import { fine } from "../../../src/core/ports/finding.ts";
import type { CallOutcome } from "../../../src/core/ports/toolbox.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";
import { diagnosed } from "../../support/diagnosed.ts";
import { startPostgres, type TestPostgres } from "../../support/store/postgres.ts";

const call = { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal: new AbortController().signal };
let server: TestPostgres;
let url: string;
let admin: Client;

beforeAll(async () => {
  server = await startPostgres();
  url = await server.emptyDatabase();
  admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`
    CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2) NOT NULL, paid boolean, note text, at timestamptz);
    COMMENT ON TABLE orders IS 'one row an order';
    INSERT INTO orders VALUES (1, 19.90, true, NULL, '2026-11-28T01:00:00Z'), (9007199254740993, 0.10, false, 'é', NULL);
    CREATE FUNCTION drop_orders() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DROP TABLE orders'; RETURN 1; END $$;
    CREATE FUNCTION add_order() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO orders VALUES (3, 1); RETURN 1; END $$;
    CREATE SEQUENCE numbers;
    ANALYZE orders;`);
});
afterAll(async () => {
  await admin?.end();
  await server?.stop();
});

describe("the doctor", () => {
  const at = (address: string) =>
    diagnosed(sql({ name: "shop", description: "The shop.", url: secretOf("SHOP_URL", address) }));

  it("says what can be read, and warns of a user who may do more than read", async () => {
    await admin.query("CREATE ROLE reader LOGIN PASSWORD 'hunter2-reader'; GRANT SELECT ON orders TO reader");
    const reader = new URL(url);
    Object.assign(reader, { username: "reader", password: "hunter2-reader" });
    expect(await at(reader.href)).toEqual([
      fine(
        "SQL shop",
        expect.stringMatching(/^PostgreSQL 18\S*, database \w+, as reader; 1 tables can be read$/),
      ),
    ]);
    expect(await at(url)).toMatchObject([
      { ok: true },
      {
        ok: false,
        detail: expect.stringContaining("is a superuser"),
        fix: expect.stringContaining("SHOP_URL"),
      },
    ]);
  });

  it("says why not, without the password", async () => {
    const wrong = new URL(url);
    Object.assign(wrong, { username: "reader", password: "hunter2-wrong", pathname: "/nowhere" });
    const [found] = await at(wrong.href);
    expect(found).toMatchObject({ ok: false, check: "SQL shop", fix: expect.stringContaining("SHOP_URL") });
    expect(found?.detail).toMatch(/^shop can't be reached: /);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });
});

type Settings = Partial<Omit<Parameters<typeof sql>[0], "url">> & { address?: string };

function toolboxWith({ address = url, ...settings }: Settings = {}) {
  const connection = {
    name: "shop",
    description: "The shop.",
    url: secretOf("SHOP_URL", address),
    ...settings,
  };
  return createToolbox(sql(connection), { redact: String });
}

function query(text: string, settings: Settings = {}, signal = call.signal): Promise<CallOutcome> {
  return toolboxWith(settings).run("shop_query", { sql: text, explain: null }, { ...call, signal });
}

async function told(text: string, settings?: Settings): Promise<Record<string, unknown>> {
  const outcome = await query(text, settings);
  if (outcome.type !== "finished") throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.output);
}

async function refusal(text: string, settings?: Settings): Promise<string> {
  const outcome = await query(text, settings);
  if (outcome.type !== "failed") throw new Error(JSON.stringify(outcome));
  return outcome.message;
}

describe("what it tells", () => {
  it("is columns and rows, every value exact", async () => {
    expect(
      await told("SELECT id, total, paid, note, at AT TIME ZONE 'UTC' AS at FROM orders ORDER BY id;"),
    ).toEqual({
      columns: ["id", "total", "paid", "note", "at"],
      rows: [
        [1, "19.90", true, null, "2026-11-28 01:00:00"],
        ["9007199254740993", "0.10", false, "é", null],
      ],
    });
  });

  it("keeps columns of the same name apart, and an empty answer is one", async () => {
    expect(await told("SELECT 1 AS a, 2 AS a")).toEqual({ columns: ["a", "a"], rows: [[1, 2]] });
    expect(await told("SELECT id FROM orders WHERE false")).toEqual({ columns: ["id"], rows: [] });
  });

  it("is the plan alone where only that is asked", async () => {
    const input = { sql: "SELECT nextval('numbers') FROM orders", explain: true };
    const outcome = await toolboxWith().run("shop_query", input, call);
    expect(outcome).toMatchObject({ type: "finished", output: expect.stringContaining('"Total Cost"') });
  });

  it("is the tables with their columns, keys and sizes", async () => {
    const all = await toolboxWith().run("shop_schema", { search: null }, call);
    expect(all).toMatchObject({
      type: "finished",
      output:
        "public.orders (table, about 2 rows): id bigint not null, total numeric(12,2) not null, paid boolean, note text, at timestamp with time zone | PRIMARY KEY (id) | comment: one row an order",
    });
    const none = await toolboxWith().run("shop_schema", { search: "nothing%" }, call);
    expect(none).toMatchObject({ output: 'No table or column has "nothing%" in its name; null lists all.' });
  });
});

describe("writing", () => {
  it.each([
    ["a function that writes", "SELECT add_order()", "25006"],
    ["DDL in a function", "SELECT drop_orders()", "25006"],
    ["a sequence", "SELECT nextval('numbers')", "25006"],
    ["a lock", "SELECT id FROM orders FOR UPDATE", "25006"],
    ["a large object", "SELECT lo_create(0)", "25006"],
    ["the way back to writing", "SELECT set_config('transaction_read_only', 'off', true)", "25001"],
    ["a write in WITH", "WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone", "0A000"],
    ["a table made of a query", "SELECT * INTO copied FROM orders", "42601"],
    ["INSERT", "INSERT INTO orders VALUES (3, 1)", "42601"],
    ["COMMIT", "COMMIT", "42601"],
    ["a program", "COPY orders TO PROGRAM 'true'", "42601"],
    ["DO", "DO 'BEGIN COMMIT; END'", "42601"],
    ["two statements", "SELECT 1; DROP TABLE orders", "42601"],
    ["an end of the transaction, then a write", "SELECT 1; COMMIT; DROP TABLE orders", "42601"],
  ])("%s is refused by the server", async (_what, text, code) => {
    expect(await refusal(text)).toContain(`shop refused (${code})`);
    const { rows } = await admin.query("SELECT count(*)::int AS orders FROM orders");
    expect(rows).toEqual([{ orders: 2 }]);
  });

  it("says why, and what to do", async () => {
    expect(await refusal("SELECT add_order()")).toBe(
      "shop refused (25006): cannot execute INSERT in a read-only transaction. Next: this connection only reads; nothing was changed",
    );
  });
});

describe("limits", () => {
  it("gives the first rows of ten million, quickly, and says that there are more", async () => {
    const answer = await told("SELECT n FROM generate_series(1, 10000000) n, orders", { maxRows: 120 });
    expect(answer.rows).toHaveLength(120);
    expect(answer.notice).toContain("only the first 120 are here");
  });

  it("says nothing of more where there are no more", async () => {
    const answer = await told("SELECT n FROM generate_series(1, 120) n", { maxRows: 120 });
    expect(answer.rows).toHaveLength(120);
    expect(answer.notice).toBeUndefined();
  });

  it("counts characters as well, and cuts long values with a word", async () => {
    const wide = await told("SELECT repeat('a', 1000) FROM generate_series(1, 100)", {
      maxCharacters: 5_000,
    });
    expect(wide.rows).toHaveLength(4);
    expect(wide.notice).toContain("only the first 4 are here");
    expect(await told("SELECT repeat('a', 5000) AS text")).toEqual({
      columns: ["text"],
      rows: [[`${"a".repeat(2000)}… (3000 more characters)`]],
      notice: "long values are cut at 2000 characters",
    });
  });

  it("cuts the connection when one row is larger than all that may be read", async () => {
    expect(await refusal("SELECT repeat('a', 60000000)")).toContain("sent more than 16 MB at once");
  });

  it("ends a slow query, on the server too", async () => {
    const message = await refusal("SELECT pg_sleep(60)", { statementMs: 200 });
    expect(message).toContain("shop refused (57014): canceling statement due to statement timeout");
    expect(message).toContain("ask for less");
    await expect.poll(() => fetching()).toBe(0);
  });

  it("cancels the query when the call is given up", async () => {
    const giving = new AbortController();
    const outcome = query("SELECT pg_sleep(60)", { statementMs: 60_000 }, giving.signal);
    await expect.poll(() => fetching()).toBe(1);
    giving.abort();
    expect(await outcome).toMatchObject({ type: "failed", code: "interrupted" });
    await expect.poll(() => fetching()).toBe(0);
  });

  it("refuses a plan that costs too much before it runs", async () => {
    const dear = await refusal("SELECT count(*) FROM generate_series(1, 1000000) a", { maxCost: 100 });
    expect(dear).toMatch(/^shop did not run it: its plan costs [\d.]+ \(about 1 rows\), and at most 100 is/);
    expect((await told("SELECT id FROM orders", { maxCost: 100 })).rows).toHaveLength(2);
  });
});

/** How many connections are reading rows. */
async function fetching(): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'FETCH%'",
  );
  return rows[0]?.count ?? 0;
}

describe("errors", () => {
  it("name the place in the model's own SQL, and what to do", async () => {
    expect(await refusal("SELECT 'é',\n  frm FROM FROM orders")).toContain(
      'At line 2, column 12 (character 24): "FROM orders". Next: one SELECT',
    );
    expect(await refusal("SELECT totl FROM orders")).toBe(
      'shop refused (42703): column "totl" does not exist. At line 1, column 8 (character 8): "totl FROM orders". PostgreSQL\'s hint: Perhaps you meant to reference the column "orders.total".. Next: shop_schema lists the tables and columns',
    );
    const input = { sql: "SELECT 1 FROM nowhere", explain: true };
    expect(await toolboxWith().run("shop_query", input, call)).toMatchObject({
      message: expect.stringContaining('At line 1, column 15 (character 15): "nowhere". Next: shop_schema'),
    });
  });

  it("never hold the password", async () => {
    const wrong = new URL(url);
    wrong.password = "s%3Acret-word";
    wrong.username = "s%3Acret-word";
    const message = await refusal("SELECT 1", { address: wrong.href });
    expect(message).toContain("shop can't be reached: ");
    expect(message).toContain("[password]");
    expect(message).not.toMatch(/cret-word/);
    const nobody = await refusal("SELECT 1", { address: "postgres://u:p4ssw0rd@127.0.0.1:1/x" });
    expect(nobody).toContain("ECONNREFUSED");
    expect(nobody).not.toContain("p4ssw0rd");
    expect(await refusal("SELECT 1", { address: "postgres://u:p4ss w0rd@:::/x" })).not.toContain("p4ss");
  });

  it("at definition say which number can't be", () => {
    expect(() => toolboxWith({ maxRows: 0 })).toThrow(
      "sql shop: maxRows: must be at least 1; found the number 0",
    );
  });
});

it("marks what it brings as untrusted, and is left out without its URL", () => {
  expect(toolboxWith().specs.shop_query).toMatchObject({ effect: "read", untrusted: true, approval: null });
  const [query] = sql({ name: "shop", description: "The shop.", url: secretOf("SHOP_URL", null) });
  expect(query?.missingSecrets).toEqual(["SHOP_URL"]);
});

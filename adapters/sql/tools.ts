/** Named PostgreSQL connections as tools that only look: a query, and the tables there are. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { checkDeclared, titled } from "../../src/tools/declared.ts";
import { aSecret, longestMs, size, words } from "../../src/tools/declared-values.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import type { Secret } from "../../src/tools/secret.ts";
import { tryingSql } from "./doctor.ts";
import { refused } from "./errors.ts";
import type { Place } from "./place.ts";
import { type Bounds, before, planOf, rowsOf } from "./query.ts";
import { schemaOf } from "./schema.ts";
import { readOnly } from "./session.ts";

interface Connection {
  /** Its tools are named `<name>_query` and `<name>_schema`. */
  name: string;
  /** For the model: what is in the database. */
  description: string;
  /**
   * `postgres://user:password@host:5432/database?sslmode=require`, of a user who may only read what the agent may see.
   */
  url: Secret;
  /** For the server to work on one statement, ms; default 10,000. */
  statementMs?: number;
  /** Rows that the model gets at most; default 200. */
  maxRows?: number;
  /** Characters of rows that it gets at most; default 30,000. */
  maxCharacters?: number;
  /**
   * A query whose plan costs more, in the planner's units, is refused before it runs; left out:
   * the time limit alone holds.
   */
  maxCost?: number;
}

interface Declared extends Bounds {
  name: string;
  description: string;
  url: Secret;
  statementMs: number;
  maxCost: number | null;
}

const connectionSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,55}$/, "is lower-case letters, digits and _, at most 56, a letter first"),
  description: words,
  url: aSecret,
  // A tool has twice as long.
  statementMs: z
    .int()
    .min(1)
    .max(longestMs / 2)
    .optional(),
  maxRows: size.optional(),
  maxCharacters: size.optional(),
  maxCost: z.number().positive().optional(),
} satisfies Record<keyof Connection, z.ZodType>);

/** Throws an Error at definition that says what can't work. */
export function sql(connection: Connection): Tool[] {
  checkDeclared(titled("sql", connection), connectionSchema, connection);
  const { name, description, url, statementMs = 10_000 } = connection;
  const { maxRows = 200, maxCharacters = 30_000, maxCost = null } = connection;
  const declared = { name, description, url, statementMs, maxRows, maxCharacters, maxCost };
  const trying = tryingSql(name, url, () => placeOf(declared));
  return [queryTool(declared), schemaTool(declared)].map((tool) => ({ ...tool, connection: trying }));
}

/** What both are, and what they bring was written by others. */
function looking({ url, statementMs }: Declared) {
  // Above the server's own limit, for planning and running: its error comes first.
  return { effect: "read", untrusted: true, secrets: [url], timeoutMs: 2 * statementMs + 15_000 } as const;
}

function placeOf({ name, url, statementMs }: Declared): Place {
  return { name, url: url.reveal(), statementMs };
}

function queryTool(declared: Declared): Tool {
  const { name, description, maxRows, maxCost } = declared;
  return defineTool({
    ...{ name: `${name}_query`, ...looking(declared) },
    description: `${description.trim()} One read-only PostgreSQL query; at most ${maxRows} rows come back, so aggregate. ${name}_schema lists the tables.`,
    input: z.object({
      sql: z.string().trim().min(1).max(20_000).describe("One SELECT, WITH, VALUES or TABLE."),
      explain: z.boolean().nullable().describe("true: only the plan and its cost, nothing runs."),
    }),
    run: (input, { signal }) => {
      const place = placeOf(declared);
      return readOnly(place, signal, async (client) => {
        const words = (start: number) => (error: unknown) => {
          throw refused(error, place, input.sql, start);
        };
        if (input.explain || maxCost !== null) {
          const plan = await planOf(client, input.sql).catch(words(before.plan));
          if (input.explain) return plan.text;
          if (maxCost !== null && plan.cost > maxCost) throw tooDear(plan, name, maxCost);
        }
        return rowsOf(client, input.sql, declared).catch(words(before.query));
      });
    },
  });
}

function tooDear({ cost, rows }: { cost: number; rows: number }, name: string, maxCost: number): Error {
  return new Error(
    `${name} did not run it: its plan costs ${cost} (about ${rows} rows), and at most ${maxCost} is allowed. Next: filter on an indexed column, or a shorter time; explain: true shows the plan`,
  );
}

function schemaTool(declared: Declared): Tool {
  return defineTool({
    ...{ name: `${declared.name}_schema`, ...looking(declared) },
    description: `The tables and columns that ${declared.name}_query can read.`,
    input: z.object({
      search: z.string().nullable().describe("A part of a table's or column's name; null: all."),
    }),
    run: (input, { signal }) => {
      const place = placeOf(declared);
      return readOnly(place, signal, (client) =>
        schemaOf(client, input.search ?? "").catch((error: unknown) => {
          throw refused(error, place, "", 0);
        }),
      );
    },
  });
}

/** How many rows of tables a statement of PostgreSQL reads, however it is carried out. */
import type { Client } from "pg";

interface Plan {
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: Plan[];
}

/** Carries it out. */
export async function rowsRead(
  client: Client,
  { text, values }: { text: string; values: unknown[] },
  tables: readonly string[],
): Promise<number> {
  const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(explain, values);
  const [plan] = rows[0]?.["QUERY PLAN"] ?? [];
  if (!plan) throw new Error("PostgreSQL told no plan");
  return rowsOf(plan.Plan, tables);
}

function rowsOf(plan: Plan, tables: readonly string[]): number {
  const isOne = tables.includes(plan["Relation Name"] ?? "");
  const own = isOne ? plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0) : 0;
  return own * plan["Actual Loops"] + (plan.Plans ?? []).reduce((sum, part) => sum + rowsOf(part, tables), 0);
}

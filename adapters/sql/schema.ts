/** The tables that a connection may read, with their columns. */
import type { Client } from "pg";

const maxTables = 100;

/** Sizes are the planner's guess: -1 before the first ANALYZE. Tables of the server itself are left out. */
const tables = `
  SELECT n.nspname || '.' || c.relname AS name,
         CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
         c.reltuples::bigint AS rows,
         obj_description(c.oid, 'pg_class') AS comment,
         (SELECT string_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                 || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, ', ' ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
         (SELECT string_agg(pg_get_constraintdef(k.oid), '; ' ORDER BY k.contype DESC, k.conname)
            FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype IN ('p', 'f')) AS keys
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
     AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
     AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
     AND ($1 = '' OR strpos(lower(n.nspname || '.' || c.relname), lower($1)) > 0 OR EXISTS (
           SELECT 1 FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND strpos(lower(a.attname), lower($1)) > 0))
   ORDER BY 1 LIMIT ${maxTables + 1}`;

interface TableRow {
  name: string;
  kind: string;
  rows: number;
  comment: string | null;
  columns: string | null;
  keys: string | null;
}

/** `search`: a part of a table's or a column's name; "": all. */
export async function schemaOf(client: Client, search: string): Promise<string> {
  const { rows } = await client.query<TableRow>(tables, [search]);
  if (rows.length === 0) {
    return search === ""
      ? "There is no table that this connection may read; ask a person for the right to read one."
      : `No table or column has ${JSON.stringify(search)} in its name; null lists all.`;
  }
  const lines = rows.slice(0, maxTables).map(lineOf);
  if (rows.length > maxTables) {
    lines.push(`[there are more tables than the ${maxTables} here; give a part of a name as search]`);
  }
  return lines.join("\n");
}

function lineOf({ name, kind, rows, comment, columns, keys }: TableRow): string {
  const size = rows >= 0 && kind !== "view" ? `, about ${rows} rows` : "";
  const more = [keys, comment === null ? null : `comment: ${comment.slice(0, 200)}`].filter(Boolean);
  return `${name} (${kind}${size}): ${columns ?? "no columns"}${more.map((text) => ` | ${text}`).join("")}`;
}

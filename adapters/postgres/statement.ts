/** Builds one statement out of named parts (common table expressions), each with its parameters. */
import { createHash } from "node:crypto";

/** As pg takes it; the name makes each connection prepare the text once. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `commit_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  names.set(text, name);
  return name;
}

export function statement() {
  const parts: string[] = [];
  const values: unknown[] = [];

  function value(given: unknown, type: string): string {
    values.push(given);
    return `$${values.length}::${type}`;
  }

  function withPart(name: string, text: string): void {
    parts.push(`${name} AS (${text})`);
  }

  /** Rows for a table of the guarded run, as one JSON parameter. `columns` types the rows' fields. */
  function part(table: string, columns: string, rows: readonly object[], conflict = ""): void {
    const fields = columns.split(", ").map((column) => column.slice(0, column.lastIndexOf(" ")));
    withPart(
      `new_${table}`,
      `INSERT INTO ${table} (run_id, ${fields.map(columnName).join(", ")})
       SELECT guard.run_id, ${fields.map((field) => `r.${field}`).join(", ")}
       FROM guard, json_to_recordset(${value(JSON.stringify(rows), "json")}) AS r(${columns}) ${conflict}`,
    );
  }

  return {
    value,
    with: withPart,
    part,
    end(select: string): Statement {
      const text = `WITH ${parts.join(",\n")}\n${select}`;
      return { name: nameOf(text), text, values };
    },
  };
}

/** `"askedAt"` is the column asked_at. */
function columnName(field: string): string {
  return field.replaceAll('"', "").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Builds one statement out of named parts (common table expressions), each with its parameters. */
import { createHash } from "node:crypto";

/** As pg takes it; the name makes each connection prepare the text once. */
export interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

/** A field of a record as a column of the same meaning: askedAt, asked_at. */
export interface Field {
  name: string;
  column: string;
  /** As an identifier that keeps its case. */
  quoted: string;
  type: string;
}

/** `askedAt bigint, body text` */
export function fieldsOf(text: string): Field[] {
  return text.split(",").map((part) => {
    const [name = "", type = ""] = part.trim().split(" ");
    const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return { name, column, quoted: `"${name}"`, type };
  });
}

const names = new Map<string, string>();

function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `commit_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  names.set(text, name);
  return name;
}

/** All values are parameters; the texts of the parts must be constants. */
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

  /** A list of rows to select from, as parameters. */
  function rows(fields: readonly Field[], given: readonly object[]): string {
    const lines = given.map((row) => {
      const cells = fields.map(({ name, type }) => value(Reflect.get(row, name), type));
      return `(${cells.join(", ")})`;
    });
    return `(VALUES ${lines.join(", ")}) AS r(${fields.map(({ quoted }) => quoted).join(", ")})`;
  }

  /** Rows for a table of the guarded run. */
  function part(table: string, fields: readonly Field[], given: readonly object[], conflict = ""): void {
    withPart(
      `new_${table}`,
      `INSERT INTO ${table} (run_id, ${fields.map(({ column }) => column).join(", ")})
       SELECT guard.run_id, ${fields.map(({ quoted }) => `r.${quoted}`).join(", ")}
       FROM guard, ${rows(fields, given)} ${conflict}`,
    );
  }

  return {
    value,
    with: withPart,
    rows,
    part,
    end(select: string): Statement {
      const text = `WITH ${parts.join(",\n")}\n${select}`;
      return { name: nameOf(text), text, values };
    },
  };
}

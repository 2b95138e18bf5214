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

/** A row of the n-th commit of a statement. */
export interface Numbered {
  n: number;
}

export const place: Field = { name: "n", column: "n", quoted: "n", type: "bigint" };

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

  /**
   * A list of rows to select from as `r`: one array for each field, so that the text is the same for any number. One
   * row, as most steps write, is selected as it is: to unfold its arrays would take a fifth of the whole commit.
   */
  function rows(fields: readonly Field[], given: readonly object[]): string {
    const [only, ...others] = given;
    if (only && others.length === 0) {
      const columns = fields.map(
        ({ name, quoted, type }) => `${value(Reflect.get(only, name), type)} AS ${quoted}`,
      );
      return `(SELECT ${columns.join(", ")}) AS r`;
    }
    const arrays = fields.map(({ name, type }) =>
      value(
        given.map((row) => Reflect.get(row, name)),
        `${type}[]`,
      ),
    );
    return `unnest(${arrays.join(", ")}) AS r(${fields.map(({ quoted }) => quoted).join(", ")})`;
  }

  /** Rows for a table; each has `n`, the place of its commit in the statement, and is written when that is guarded. */
  function part(table: string, fields: readonly Field[], given: readonly Numbered[], conflict = ""): void {
    withPart(
      `new_${table}`,
      `INSERT INTO ${table} (run_id, ${fields.map(({ column }) => column).join(", ")})
       SELECT guard.run_id, ${fields.map(({ quoted }) => `r.${quoted}`).join(", ")}
       FROM guard, ${rows([place, ...fields], given)} WHERE r.n = guard.n ${conflict}`,
    );
  }

  return {
    value,
    with: withPart,
    rows,
    part,
    /** Without columns the answer is the number of rows alone. */
    end(columns: readonly string[], from: string): Statement {
      const text = `WITH ${parts.join(",\n")}\nSELECT ${columns.join(", ")} FROM ${from}`;
      return { name: nameOf(text), text, values };
    },
  };
}

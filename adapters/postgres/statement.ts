/** SQL as templates: their texts are constants of the program, so each statement is put together once and sent often. */
import { createHash } from "node:crypto";
import { type PoolClient, Query, type QueryResult, type QueryResultRow } from "pg";

/** A piece of SQL: constant texts, and between each two of them a parameter or another piece. */
class Sql {
  readonly texts: readonly string[];
  readonly between: readonly unknown[];

  constructor(texts: readonly string[], between: readonly unknown[]) {
    this.texts = texts;
    this.between = between;
  }
}

export type { Sql };

/** Everything in `${}` is a parameter, but for pieces, which become part of the text. */
export function sql(texts: TemplateStringsArray, ...between: readonly unknown[]): Sql {
  return new Sql(texts, between);
}

/** Made once, where the program begins: a text that is new each time would be a new statement each time. */
export function constant(text: string): Sql {
  return new Sql([text], []);
}

const commas: string[][] = [];

/** Any number of pieces, with commas between them. */
export function list(pieces: readonly Sql[]): Sql {
  const count = pieces.length;
  commas[count] ??= count === 0 ? [""] : ["", ...pieces.slice(1).map(() => ",\n"), ""];
  return new Sql(commas[count], pieces);
}

/** As pg takes it; the name makes each connection prepare the text once. */
interface Statement {
  name: string;
  text: string;
  values: unknown[];
}

/** What was met on the way through a statement: a text, or null for a parameter. The way says which statement it is. */
class Step {
  prepared: Omit<Statement, "values"> | null = null;
  readonly #next = new Map<readonly string[] | null, Step>();

  to(met: readonly string[] | null): Step {
    const known = this.#next.get(met);
    if (known) return known;
    const step = new Step();
    this.#next.set(met, step);
    return step;
  }
}

const first = new Step();

export function statementOf(whole: Sql): Statement {
  const values: unknown[] = [];
  const last = walk(first, whole, values);
  last.prepared ??= prepared(whole);
  const { name, text } = last.prepared;
  return { name, text, values };
}

function walk(from: Step, { texts, between }: Sql, values: unknown[]): Step {
  let step = from.to(texts);
  for (const part of between) {
    if (part instanceof Sql) step = walk(step, part, values);
    else {
      values.push(part);
      step = step.to(null);
    }
  }
  return step;
}

function prepared(whole: Sql): Omit<Statement, "values"> {
  let count = 0;
  function textOf({ texts, between }: Sql): string {
    return texts.reduce((before, text, index) => {
      const part = between[index - 1];
      return `${before}${part instanceof Sql ? textOf(part) : `$${++count}`}${text}`;
    });
  }
  const text = textOf(whole);
  const name = `commit_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  return { name, text };
}

/**
 * Sends it. What pg is given as a plain object it copies field by field, which takes longer than all else that it does
 * with a row; a query of its own it takes as it is.
 */
export function send<Row extends QueryResultRow>(client: PoolClient, whole: Sql): Promise<QueryResult<Row>> {
  const { name, text, values } = statementOf(whole);
  return new Promise((resolve, reject) => {
    const callback = (error: Error | null, result: QueryResult<Row>) =>
      error ? reject(error) : resolve(result);
    client.query(Object.assign(new Query(text, values), { name, callback }));
  });
}

/** The fields of a record as columns of the same meaning: askedAt, asked_at. */
export interface Fields {
  names: readonly string[];
  /** `asked_at, body` */
  columns: string;
  /** `r."askedAt", r."body"` */
  picked: string;
  /** Around the values of one row, selected as `r`. */
  one: readonly string[];
  /** Around one array for each field, selected as `r`. */
  many: readonly string[];
}

/** `askedAt bigint, body text` */
export function fieldsOf(text: string): Fields {
  const fields = text.split(",").map((part) => {
    const [name = "", type = ""] = part.trim().split(" ");
    const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return { name, column, quoted: `"${name}"`, type };
  });
  const quoted = fields.map((field) => field.quoted);
  const after = (of: (field: (typeof fields)[number]) => string, end: string) =>
    fields.map((field, index) => `${of(field)}${index + 1 < fields.length ? ", " : end}`);
  return {
    names: fields.map(({ name }) => name),
    columns: fields.map(({ column }) => column).join(", "),
    picked: quoted.map((name) => `r.${name}`).join(", "),
    one: ["(SELECT ", ...after((field) => `::${field.type} AS ${field.quoted}`, ") AS r")],
    many: ["unnest(", ...after(({ type }) => `::${type}[]`, `) AS r(${quoted.join(", ")})`)],
  };
}

/**
 * A list of rows to select from as `r`: one array for each field, so that the text is the same for any number. One
 * row, as most steps write, is selected as it is: to unfold its arrays would take a fifth of the whole commit.
 */
export function rows({ names, one, many }: Fields, given: readonly object[]): Sql {
  const [only, ...others] = given;
  if (only && others.length === 0)
    return new Sql(
      one,
      names.map((name) => Reflect.get(only, name)),
    );
  return new Sql(
    many,
    names.map((name) => given.map((row) => Reflect.get(row, name))),
  );
}

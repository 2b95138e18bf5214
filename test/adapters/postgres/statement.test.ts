/** Statements from templates: each put together once, with its parameters in the order of its text. */
import { expect, test } from "vitest";
import { constant, fieldsOf, list, rows, sql, statementOf } from "../../../adapters/postgres/statement.ts";

const fields = fieldsOf("askedAt bigint, body text");

test("numbers the parameters in the order of the text, those of pieces too", () => {
  const piece = (kind: string) => sql`kind = ${kind}::text`;
  const { text, values } = statementOf(sql`WHERE a = ${1} AND ${piece("x")} AND b = ANY(${[2, 3]}::int[])`);
  expect(text).toBe("WHERE a = $1 AND kind = $2::text AND b = ANY($3::int[])");
  expect(values).toEqual([1, "x", [2, 3]]);
});

test("is put together once, whatever its values are", () => {
  const statement = (id: number, names: string[]) =>
    statementOf(sql`SELECT ${list(names.map((name) => sql`${name}::text`))} WHERE id = ${id}`);
  const [first, again, other] = [statement(1, ["a", "b"]), statement(2, ["c", "d"]), statement(3, ["e"])];
  expect(again).toEqual({ ...first, values: ["c", "d", 2] });
  expect(other).toMatchObject({ text: "SELECT $1::text WHERE id = $2", values: ["e", 3] });
  expect(other.name).not.toBe(first.name);
});

test("is another one when a piece stands where a parameter stood", () => {
  const piece = sql`p(${1})`;
  const both = (one: unknown, two: unknown) => statementOf(sql`${one}, ${two}`).text;
  expect([both(piece, 2), both(2, piece), both(piece, piece), both(1, 2)]).toEqual([
    "p($1), $2",
    "$1, p($2)",
    "p($1), p($2)",
    "$1, $2",
  ]);
});

test("has nothing in an empty list, and no comma beside a single piece", () => {
  const lists = [[], [constant("a")], [constant("a"), constant("b")]].map((pieces) => list(pieces));
  expect(lists.map((pieces) => statementOf(sql`(${pieces})`).text)).toEqual(["()", "(a)", "(a,\nb)"]);
});

test("selects one row as it is, and several from arrays", () => {
  const at = (askedAt: number, body: string) => ({ body, askedAt, more: "left out" });
  expect(statementOf(rows(fields, [at(1, "x")]))).toMatchObject({
    text: `(SELECT $1::bigint AS "askedAt", $2::text AS "body") AS r`,
    values: [1, "x"],
  });
  expect(statementOf(rows(fields, [at(1, "x"), at(2, "y")]))).toMatchObject({
    text: `unnest($1::bigint[], $2::text[]) AS r("askedAt", "body")`,
    values: [
      [1, 2],
      ["x", "y"],
    ],
  });
  expect(fields).toMatchObject({ columns: "asked_at, body", picked: `r."askedAt", r."body"` });
});

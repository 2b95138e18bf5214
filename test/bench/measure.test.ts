/** What `npm run measure` counts, on a small tree whose right values are known. */
import { expect, test } from "vitest";
import { evidenceOf } from "../../bench/measure/evidence.ts";
import { figuresOf } from "../../bench/measure/figures.ts";
import { listOf, tableOf } from "../../bench/measure/print.ts";

function lines(...text: string[]): string {
  return `${text.join("\n")}\n`;
}

function evidence(files: Record<string, string>) {
  return evidenceOf(new Map(Object.entries(files)));
}

function figures(files: Record<string, string>) {
  return figuresOf(evidence(files));
}

const places = (found: { at: string }[]) => found.map(({ at }) => at);

/** A function of so many lines. */
function functionOf(name: string, length: number): string {
  return lines(`function ${name}() {`, ...Array.from({ length: length - 2 }, (_, at) => `  at(${at});`), "}");
}

test("lines are those of the program; tests, declarations, generated files and settings are left out", () => {
  const counted = evidence({
    "src/a.ts": "const a = 1;\n".repeat(10),
    "src/b.tsx": "const b = <p>hello</p>;\n",
    "src/declared.d.ts": "declare const d: any;\n",
    "src/schema.generated.ts": "const s: any = 1;\n",
    "src/client.ts": "// Made by a tool, DO NOT EDIT\nconst c: any = 1;\n",
    "src/a.test.ts": "const t: any = 1;\n".repeat(3),
    "test/b.ts": "const t: any = 1;\n".repeat(8),
    "bench/run.ts": "const r: any = 1;\n",
    "vitest.config.ts": "export default {};\n",
  });
  expect(counted.files.map(({ at, lines: length }) => [at, length])).toEqual([
    ["src/a.ts", 10],
    ["src/b.tsx", 1],
  ]);
  expect(figuresOf(counted)).toMatchObject({ lines: 11, testsPerSource: 1, perKloc: { any: 0 } });
});

test("files are told by the middle, the ninth tenth and the largest", () => {
  const ten = Array.from({ length: 10 }, (_, at): [string, string] => [`f${at}.ts`, "a();\n".repeat(at + 1)]);
  expect(figures(Object.fromEntries(ten)).files).toEqual({ median: 5, p90: 9, max: 10 });
});

test("functions count from their first line to their last, without the comment above; one-liners don't count", () => {
  const counted = evidence({
    "a.ts": `const one = () => 1;\n/**\n * Long.\n */\nexport ${functionOf("long", 41)}${functionOf("short", 40)}`,
    "b.ts": lines(
      "class B {",
      "  constructor() {",
      "    b();",
      "  }",
      "  get x() {",
      "    return 1;",
      "  }",
      "}",
    ),
    "c.ts": lines(
      "const c = {",
      "  go: async () => {",
      "    await c;",
      "  },",
      "};",
      "declare function d(",
      "): void;",
    ),
  });
  expect(counted.functions.map(({ at, what, lines: length }) => [at, what, length])).toEqual([
    ["a.ts:5", "long", 41],
    ["a.ts:46", "short", 40],
    ["b.ts:2", "constructor", 3],
    ["b.ts:5", "x", 3],
    ["c.ts:2", "go", 3],
  ]);
  expect(figuresOf(counted).functions).toEqual({ median: 3, p90: 41, max: 41, over40Percent: 20 });
});

test("nesting counts statements inside each other; an else-if is no deeper, an inner function begins anew", () => {
  const chain = "if (a) b(); else if (c) d(); else if (e) f();\n";
  const deep = lines("for (;;) {", "  try {", "    if (a)", "      while (b) c();", "  } finally {}", "}");
  const anew = "if (a) { if (b) { on(() => { if (c) { d(); } }); } }\n";
  expect(figures({ "a.ts": chain }).nesting).toBe(1);
  expect(figures({ "a.ts": deep }).nesting).toBe(4);
  expect(figures({ "a.ts": anew }).nesting).toBe(2);
  expect(places(evidence({ "a.ts": deep }).depths)).toEqual(["a.ts:4"]);
});

test("circles are found through types, `.js`, bare names, folders and lazy imports, and each file is in one of them", () => {
  const { circles } = evidence({
    "src/a.ts": 'import type { B } from "./b.ts";\n',
    "src/b.ts": 'export * from "./c.js";\n',
    "src/c.ts": 'const a = () => import("./a");\n',
    "src/d/index.ts": 'import "zod";\nimport "../e.ts";\n',
    "src/e.ts": 'import { a } from "./a.ts";\nimport { f } from "./f.ts";\n',
    "src/f.ts": 'import "./d";\n',
  });
  expect(circles).toEqual([
    ["src/a.ts", "src/b.ts", "src/c.ts"],
    ["src/d/index.ts", "src/e.ts", "src/f.ts"],
  ]);
});

test("folders that import each other are a pair, at any depth and by their first two levels", () => {
  const { mutual } = evidence({
    "src/core/a.ts": 'import "../http/a.ts";\n',
    "src/core/b.ts": "",
    "src/http/a.ts": "",
    "src/http/b.ts": 'import "../core/b.ts";\n',
    "src/console/run/a.ts": 'import "../shell/a.ts";\n',
    "src/console/run/b.ts": 'import "../../core/b.ts";\n',
    "src/console/shell/a.ts": 'import "../run/b.ts";\n',
  });
  expect(mutual.rooms).toEqual(["src/core ↔ src/http"]);
  expect(mutual.folders).toEqual(["src/console/run ↔ src/console/shell", "src/core ↔ src/http"]);
});

test("any, casts and ! are told by their places; as const, satisfies and renamed imports are none", () => {
  const counted = evidence({
    "a.ts": lines(
      'import { a as b } from "./b.ts";',
      'const any = "any";',
      "const c = b as const;",
      "const d = b satisfies string;",
      "const e = b as unknown as string;",
      "const f: any[] = [<string>b];",
      "const g = b!.c !== !d;",
      ...Array.from({ length: 13 }, () => "b();"),
    ),
  });
  expect(places(counted.anys)).toEqual(["a.ts:6"]);
  expect(places(counted.casts)).toEqual(["a.ts:5", "a.ts:5", "a.ts:6"]);
  expect(places(counted.nonNulls)).toEqual(["a.ts:7"]);
  expect(figuresOf(counted).perKloc).toMatchObject({ any: 50, as: 150, nonNull: 50 });
});

test("an export is documented by a comment of its own; overloads are one export", () => {
  const counted = evidence({
    "a.ts": lines(
      '/** The file. */\nimport "./b.ts";',
      "/** Said. */",
      "export const a = 1;",
      "// Not said to an editor.",
      "export type B = string;",
      "/** Said once. */",
      "export function c(x: string): void;",
      "export function c(x: number): void;",
      "export function c(): void {}",
      "export interface D {}",
      "/** Nobody else sees it. */\nconst e = 1;\nexport { e };",
      "export const {\n  f,\n} = e;",
    ),
  });
  expect(counted.exports.map(({ at, what, isDocumented }) => [at, what, isDocumented])).toEqual([
    ["a.ts:4", "a", true],
    ["a.ts:6", "B", false],
    ["a.ts:10", "c", true],
    ["a.ts:11", "D", false],
    ["a.ts:15", "{ f, }", false],
  ]);
  expect(figuresOf(counted).exportsDocumentedPercent).toBe(40);
});

test("a run of six lines that stood before is a copy; imports, comments, brackets and blank lines don't make one", () => {
  const six = ["a();", "b();", "", "c({", "});", "// why", "d();", "e();", "f();"];
  const five = six.slice(1);
  const imports = ["import {", ..."abcdefg".split("").map((name) => `  ${name},`), '} from "./x.ts";'];
  const counted = evidence({
    "a.ts": lines(...imports, ...six, "x();"),
    "b.ts": lines(...imports, "y();", ...six, "x();", "z();"),
    "c.ts": lines("w();", ...five),
    "d.ts": lines("  a();", "  b();", "  c({", "  d();", "  e();", "  f();"),
    // Each six of these lines overlap with the six before.
    "e.ts": "g();\n".repeat(11),
  });
  expect(counted.copies).toEqual([
    { at: "b.ts:11", what: "7 lines as in a.ts:10" },
    { at: "d.ts:1", what: "6 lines as in a.ts:10" },
  ]);
});

test("the table has a column for each folder, the list the places behind it", () => {
  const before = evidence({ "a.ts": lines("const a = b as string;", "export const c = a;") });
  const after = evidence({ "a.ts": lines("/** A. */", "export const a = 1;", "b();", "c();", "d();") });
  const table = tableOf([
    { title: "before", figures: figuresOf(before) },
    { title: "after", figures: figuresOf(after) },
  ]);
  expect(table.split("\n")[0]).toMatch(/^ +before +after$/);
  expect(table).toMatch(/^exports documented +0 % +100 %$/m);
  expect(table).toMatch(/^as per 1,000 lines +500 +0$/m);
  expect(listOf(before)).toContain("as: 1\n  a.ts:1  b as string\n");
  expect(listOf(before)).toContain("exports without a comment: 1\n  a.ts:2  c\n");
  expect(listOf(after)).toContain("as: 0\n\n");
});

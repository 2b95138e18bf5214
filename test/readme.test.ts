/**
 * README, docs and guides keep their word: links lead somewhere, code is run, what is made from
 * the schemas is up to date.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { configurationPage } from "../src/cli/docs.ts";
import { channels } from "../src/config/channels.ts";
import { agentEntries, fileEntries, variableEntries } from "../src/config/reference.ts";
import { startChild } from "./support/child.ts";

// Of a document one test runs a whole Vitest.
vi.setConfig({ testTimeout: 600_000 });

const root = resolve(import.meta.dirname, "..");
const text = (document: string) => readFileSync(join(root, document), "utf8");
const markdownIn = (folder: string) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(folder, entry.name));
const documents = [...markdownIn("."), ...markdownIn("docs"), ...markdownIn("docs/guides")];

/** The code blocks that follow a comment `<!-- code: <path> -->`, by path. */
function codeIn(document: string): Map<string, string> {
  const blocks = text(document).matchAll(/<!-- code: (\S+) -->\n+```\w+\n([\s\S]*?)```/g);
  return new Map([...blocks].map(([, path = "", code = ""]) => [path, code]));
}

/** What a copy of the project is made of, to run the code of a document in. */
const parts = [
  ...["src", "adapters", "prompts", "test", "bench", "docs"],
  ...["belay.config.ts", "package.json", "package-lock.json", "tsconfig.json", "biome.json"],
];

/** Neither what is built, nor the temporary folders that other tests have there at this moment. */
function isSource(path: string): boolean {
  return !/\/(dist|\.\w+|[\w-]+-\w{6})$/.test(path);
}

/** Files of the project with the lines after `<!-- edit: <path> -->` in them, by path. */
function editsIn(document: string): Map<string, string> {
  const blocks = text(document).matchAll(/<!-- edit: (\S+) -->\n+```\w+\n([\s\S]*?)```/g);
  return new Map(
    [...blocks].map(([, path = "", shown = ""]) => {
      const source = text(path);
      const lines = shown.trimEnd().split("\n");
      const isNew = (line: string) => !source.split("\n").includes(line);
      const imported = lines.filter((line) => isNew(line) && line.startsWith("import "));
      const others = lines.filter((line) => isNew(line) && !line.startsWith("import "));
      const edited = others.reduce((before, line) => withLine(before, line, lines), source);
      return [path, edited.replace(/^import /m, () => `${imported.join("\n")}\nimport `)];
    }),
  );
}

/** A declaration takes the place of the one of its name; any other line stands behind the one it is shown after. */
function withLine(source: string, line: string, shown: readonly string[]): string {
  const declared = /^(export )?const \w+/.exec(line)?.[0];
  const former =
    declared === undefined ? undefined : source.split("\n").find((one) => one.startsWith(`${declared}:`));
  if (former !== undefined) return source.replace(former, () => line);
  const after = shown[shown.indexOf(line) - 1] ?? "";
  if (after === "" || !source.includes(`${after}\n`)) throw new Error(`no line stands before ${line}`);
  return source.replace(`${after}\n`, () => `${after}\n${line}\n`);
}

function linksOf(document: string): string[] {
  return [...text(document).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return [...text(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("links", () => {
  it("are looked at in all documents", () => {
    expect(documents).toEqual(expect.arrayContaining(["README.md", "docs/design.md", "docs/guides/tool.md"]));
  });

  it.each(documents)("of %s lead to files and headings that exist", (document) => {
    const missing = linksOf(document).filter((target) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? document : relative(root, resolve(root, dirname(document), path));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).includes(anchor);
    });
    expect(missing).toEqual([]);
  });

  it("of a message's way name functions that are in those files", () => {
    const [, way = ""] = /## Follow one message\n([\s\S]*?)\n## /.exec(text("docs/design.md")) ?? [];
    const steps = [...way.matchAll(/\[`([^`]+)`\]\(([^)]+)\) `(\w+)`/g)];
    expect(steps.length).toBeGreaterThan(10);
    const lost = steps.filter(([, , path = "", name = ""]) => {
      return !new RegExp(`\\b${name}\\b`).test(text(join("docs", path)));
    });
    expect(lost.map(([step]) => step)).toEqual([]);
  });

  it("of each factor lead to its file and to its test", () => {
    const rows = text("docs/factors.md")
      .split("\n")
      .filter((line) => /^\| \d+ \|/.test(line));
    expect(rows.length).toBe(13);
    const cells = rows.map((row) => row.split(" | "));
    expect(cells.filter((row) => !/\]\(\.\.\/src\//.test(row[3] ?? ""))).toEqual([]);
    expect(cells.filter((row) => !/\]\(\.\.\/test\//.test(row[4] ?? ""))).toEqual([]);
  });

  it("of each promise lead to a test of it, or it says that nothing shows it yet", () => {
    const rows = text("docs/reliability.md")
      .split("\n")
      .filter((line) => /^\| I\d+ \|/.test(line));
    expect(rows.map((row) => row.split(" ")[1])).toEqual(Array.from({ length: 20 }, (_, n) => `I${n + 1}`));
    const shown = rows.map((row) => row.split(" | ")[2] ?? "");
    const isShown = /\]\(\.\.\/test\/\S+\.(test|contract)\.ts\)|^not yet: /;
    expect(shown.filter((where) => !isShown.test(where))).toEqual([]);
  });

  it("of the README name the five verbs, and lead to every page of docs", () => {
    const readme = text("README.md");
    for (const verb of ["admit", "reduce", "decide", "narrate", "compose"])
      expect(readme).toMatch(new RegExp(`\\[\`${verb}\`\\]\\(src/core/`));
    const linked = linksOf("README.md").map((target) => target.split("#")[0]);
    const pages = documents.filter((path) => path !== "README.md");
    expect(pages.filter((page) => !linked.includes(page))).toEqual([]);
  });
});

describe("code", () => {
  // That of docs/tools.md has a test of its own: it stands in a belay.config.ts.
  const shown = documents.filter((document) => document !== "docs/tools.md" && codeIn(document).size > 0);
  const ownTests = (document: string) =>
    [...codeIn(document).keys()].filter((path) => path.endsWith(".test.ts"));
  const guides = shown.filter((document) => editsIn(document).size > 0);
  const places: string[] = [];
  afterAll(() => {
    for (const place of places) rmSync(place, { recursive: true });
  });

  /** A copy of the project with what the documents show: each file at its path, edits in the files that they name. */
  function copyWith(...shown: readonly string[]): string {
    const place = mkdtempSync(join(tmpdir(), "belay-readme-"));
    places.push(place);
    for (const part of parts)
      cpSync(join(root, part), join(place, part), { recursive: true, filter: isSource });
    symlinkSync(join(root, "node_modules"), join(place, "node_modules"));
    // After its sources, so that it is not built anew.
    cpSync(join(root, "dist"), join(place, "dist"), { recursive: true });
    for (const [path, code] of shown.flatMap((document) => [...codeIn(document), ...editsIn(document)])) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), code);
    }
    return place;
  }

  /** Files of the copy that are new or others. */
  function changedIn(place: string): string[] {
    return parts
      .flatMap((part) =>
        statSync(join(root, part)).isFile()
          ? [part]
          : readdirSync(join(place, part), { recursive: true, encoding: "utf8" }).map((name) =>
              join(part, name),
            ),
      )
      .filter((path) => statSync(join(place, path)).isFile())
      .filter(
        (path) => !existsSync(join(root, path)) || text(path) !== readFileSync(join(place, path), "utf8"),
      );
  }

  const vitest = (place: string, tests: readonly string[]) =>
    startChild("node_modules/vitest/vitest.mjs", ["run", "--root", place, "--testTimeout=180000", ...tests], {
      cwd: place,
    }).succeeded();

  it("of the README is a tool of twenty lines at most", () => {
    const tool = codeIn("README.md").get("src/tools/disk-usage.ts") ?? "";
    expect(tool).toContain("defineTool");
    expect(tool.trim().split("\n").length).toBeLessThanOrEqual(20);
  });

  it.each(shown)("of %s needs nothing that only another document shows", (document) => {
    const own = codeIn(document);
    const others = shown.flatMap((other) => [...codeIn(other).keys()]).filter((path) => !own.has(path));
    const code = [...own.values()].join("\n");
    expect(others.filter((path) => code.includes(`/${basename(path)}"`))).toEqual([]);
  });

  it("is whole: a channel, a store and a kind of webhook are made by their guides", () => {
    expect(guides).toEqual(["docs/guides/channel.md", "docs/guides/store.md", "docs/guides/webhook-kind.md"]);
  });

  it("has a test in every document", () => {
    expect(shown.filter((document) => ownTests(document).length === 0)).toEqual([]);
  });

  const named = () => shown.flatMap((document) => [...codeIn(document).keys(), ...editsIn(document).keys()]);

  it("keeps the types", async () => {
    const place = copyWith(...shown);
    const files = named().filter((path) => path.endsWith(".ts"));
    const settings = { extends: "./tsconfig.json", files, include: [] };
    writeFileSync(join(place, "tsconfig.guides.json"), JSON.stringify(settings));
    // What is known of the project's own files stays as it is.
    const types = ["--noEmit", "--incremental", "false", "-p", "tsconfig.guides.json"];
    await startChild("node_modules/typescript/bin/tsc", types, { cwd: place }).succeeded();
  });

  it("passes its tests, touches the files that it names and no others, and keeps the rules of the house", async () => {
    const place = copyWith(...shown);
    const house = [
      "test/architecture.test.ts",
      "test/architecture-files.test.ts",
      "test/adapters/about.test.ts",
    ];
    await vitest(place, [...shown.flatMap(ownTests), ...house]);
    expect(changedIn(place).sort()).toEqual(named().sort());
  });
});

describe("the reference of the configuration", () => {
  it("is what the schemas say: `npm run docs` writes it", () => {
    expect(text("docs/configuration.md")).toBe(configurationPage());
  });

  it("has words for every key and every variable", () => {
    const all = [...variableEntries(), ...fileEntries(), ...agentEntries()];
    expect(all.length).toBeGreaterThan(100);
    expect(all.filter(({ words }) => words === "").map(({ path }) => path)).toEqual([]);
    for (const name of channels.flatMap(({ variables }) => Object.keys(variables)))
      expect(configurationPage()).toContain(`| \`${name}\` |`);
  });

  it("reaches the keys that lie deep: a kind's options, an agent's limits, a tool's approval", () => {
    const page = configurationPage();
    for (const key of [
      "webhooks[].verify.header` (hmac)",
      "limits.costUsd`",
      "prefetch`",
      "tokens[].scopes`",
    ])
      expect(page).toContain(`| \`${key}`);
    for (const key of ["requiresApproval", "reconcile", "preview", "timeoutMs", "by", "count", "ownRequest"])
      expect(page).toMatch(new RegExp(`\\| \`${key}\` \\| .*\\w.* \\| \\S`));
  });
});

describe("the commands", () => {
  it("that the pictures show are scripts of package.json", () => {
    const { scripts } = JSON.parse(text("package.json"));
    const report = /const report = `(.*?[^\\])`;/s.exec(text("test/support/console/history.ts"))?.[1] ?? "";
    const [, command = ""] = /(?:\\`){3}\n(.*)\n/.exec(report) ?? [];
    const [, script = command] = /^npm run ([a-z:]+) /.exec(command) ?? [];
    expect(Object.keys(scripts)).toContain(script);
  });

  it.each(documents)("of %s are scripts of package.json", (document) => {
    const { scripts } = JSON.parse(text("package.json"));
    const named = [...text(document).matchAll(/\bnpm run (?:-s )?([a-z]+(?:[:-][a-z]+)*)/g)].map(
      ([, name = ""]) => name,
    );
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });
});

/**
 * README, docs and guides keep their word: links lead somewhere, code is run, what is made from
 * the schemas is up to date.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { configurationPage } from "../src/cli/docs.ts";
import { channels } from "../src/config/channels.ts";
import { agentEntries, fileEntries, variableEntries } from "../src/config/reference.ts";

vi.setConfig({ testTimeout: 120_000 });

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

/** Files of the project with the lines after `<!-- edit: <path> -->` in them, by path. */
function editsIn(document: string): Map<string, string> {
  const blocks = text(document).matchAll(/<!-- edit: (\S+) -->\n+```\w+\n([\s\S]*?)```/g);
  return new Map(
    [...blocks].map(([, path = "", shown = ""]) => {
      const source = text(path);
      const lines = shown.trimEnd().split("\n");
      const isNew = (line: string) => !source.split("\n").includes(line);
      const imported = lines.filter((line) => isNew(line) && line.startsWith("import "));
      const inserted = lines.filter((line) => isNew(line) && !line.startsWith("import "));
      const after = lines[lines.findIndex((line) => inserted.includes(line)) - 1] ?? "";
      if (after === "") throw new Error(`${document}: no line of ${path} stands before what is new in it`);
      const edited = source.replace(`${after}\n`, () => `${[after, ...inserted].join("\n")}\n`);
      return [path, edited.replace(/^import /m, () => `${imported.join("\n")}\nimport `)];
    }),
  );
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
  let folder: string;
  // Inside the project, so that packages are found as for any other file.
  beforeAll(() => {
    folder = mkdtempSync(join(root, "test", "readme-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /**
   * Each file lies at its own path below the folder; what it imports of the project is the project's, but for files
   * that the document edits: of these it gets copies with the lines that are shown.
   */
  function writeCode(document: string): string {
    const place = join(folder, document.replaceAll("/", "-"));
    cpSync(join(root, "prompts"), join(place, "prompts"), { recursive: true });
    const code = new Map([...codeIn(document), ...editsIn(document)]);
    for (const [path, source] of code) {
      const at = join(place, path);
      mkdirSync(dirname(at), { recursive: true });
      const placed = source.replace(
        /(from|import\() ?"(\.[^"]+)"/g,
        (whole, word: string, target: string) => {
          const asked = relative(root, resolve(root, dirname(path), target));
          return code.has(asked) ? whole : `${word} "${relative(dirname(at), join(root, asked))}"`;
        },
      );
      writeFileSync(at, placed);
    }
    return place;
  }

  it("of the README is a tool of twenty lines at most", () => {
    const tool = codeIn("README.md").get("src/tools/disk-usage.ts") ?? "";
    expect(tool).toContain("defineTool");
    expect(tool.trim().split("\n").length).toBeLessThanOrEqual(20);
  });

  it.each(shown)("of %s passes its own test", (document) => {
    const place = writeCode(document);
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { stdout, stderr, status } = spawnSync(process.execPath, [vitest, "run", place], {
      cwd: root,
      encoding: "utf8",
    });
    expect({ status, output: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, output: "" });
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
  it.each(documents)("of %s are scripts of package.json", (document) => {
    const { scripts } = JSON.parse(text("package.json"));
    const named = [...text(document).matchAll(/\bnpm run (?:-s )?([a-z]+(?::[a-z]+)?)/g)].map(
      ([, name = ""]) => name,
    );
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });
});

/** The README keeps its word: its links lead somewhere, its tool and its test are run, its variables are the real ones. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { channels } from "../src/channels.ts";

vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const documents = ["README.md", "docs/architecture.md", "docs/api.md", "docs/models.md"];

/** The code block that follows this comment: `<!-- code: <path> -->`. */
function codeOf(path: string): string {
  const [, code] = new RegExp(`<!-- code: ${path} -->\n+\`\`\`\\w+\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  if (code === undefined) throw new Error(`the README shows no ${path}`);
  return code;
}

function linksOf(document: string): string[] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = ""]) => target);
}

describe("links", () => {
  it.each(documents)("of %s lead to files that exist", (document) => {
    const files = linksOf(document).map((target) => target.split("#")[0] ?? "");
    const missing = files.filter(
      (path) => path !== "" && !existsSync(resolve(root, dirname(document), path)),
    );
    expect(missing).toEqual([]);
  });

  it("to a heading lead to one", () => {
    const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
      text
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-"),
    );
    const anchors = linksOf("README.md").filter((target) => target.startsWith("#"));
    expect(anchors.filter((anchor) => !headings.includes(anchor.slice(1)))).toEqual([]);
  });

  it("of a message's way name functions that are in those files", () => {
    const [, way = ""] = /## Follow one message\n([\s\S]*?)\n## /.exec(readme) ?? [];
    const steps = [...way.matchAll(/\[`([^`]+)`\]\(([^)]+)\) `(\w+)`/g)];
    expect(steps.length).toBeGreaterThan(10);
    const lost = steps.filter(([, , path = "", name = ""]) => {
      return !new RegExp(`\\b${name}\\b`).test(readFileSync(join(root, path), "utf8"));
    });
    expect(lost.map(([text]) => text)).toEqual([]);
  });
});

describe("the tool of twenty lines", () => {
  // Inside the project, so that its imports of the project are found as they are written.
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(root, "test", "readme-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is no longer than promised, and its test passes", () => {
    const tool = codeOf("src/tools/disk-usage.ts");
    const test = codeOf("test/tools/disk-usage.test.ts");
    expect(tool.trim().split("\n").length).toBeLessThanOrEqual(20);
    writeFileSync(join(folder, "disk-usage.ts"), tool.replaceAll('"./', '"../../src/tools/'));
    writeFileSync(
      join(folder, "disk-usage.test.ts"),
      test.replace("../../src/tools/disk-usage.ts", "./disk-usage.ts"),
    );
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const { stdout, stderr, status } = spawnSync(process.execPath, [vitest, "run", folder], {
      cwd: root,
      encoding: "utf8",
    });
    expect({ status, output: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, output: "" });
  });
});

describe("the environment", () => {
  it("is told whole, and nothing else is told", () => {
    const source = readFileSync(join(root, "src/config/environment.ts"), "utf8");
    const [, schema = ""] = /const variables = z\.object\(\{([\s\S]*?)\n\}\);/.exec(source) ?? [];
    const own = [...schema.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name = ""]) => name);
    expect(own.length).toBeGreaterThan(10);
    const read = [...own, ...channels.flatMap(({ variables }) => Object.keys(variables))];
    const [, section = ""] = /## Environment\n([\s\S]*?)\n## /.exec(readme) ?? [];
    const told = [...section.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name = ""]) => name);
    expect(told.sort()).toEqual(read.sort());
  });
});

describe("the commands", () => {
  it("of the README are scripts of package.json", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const named = [...readme.matchAll(/\bnpm run (-s )?([a-z]+)/g)].map(([, , name = ""]) => name);
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });
});

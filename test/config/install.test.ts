/** When the packages are installed before a script runs, and when not. npm itself is a stand-in here. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { startChild } from "../support/child.ts";

const script = resolve(import.meta.dirname, "../../src/cli/install.js");

type Packages = Record<string, { version: string; optional?: boolean }>;

/** Runs the script in a project with this lockfile and these installed packages; npm ends with `npmStatus`. */
async function install(wanted: Packages, present: Packages | null, npmStatus = 0) {
  const root = mkdtempSync(join(tmpdir(), "belay-install-"));
  try {
    for (const folder of ["src/cli", "node_modules", "bin"])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "package.json"), '{"type":"module"}');
    writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: wanted }));
    if (present) {
      writeFileSync(join(root, "node_modules/.package-lock.json"), JSON.stringify({ packages: present }));
    }
    writeFileSync(join(root, "bin/npm"), `#!/bin/sh\necho "$@" > "${root}/called"\nexit ${npmStatus}\n`);
    chmodSync(join(root, "bin/npm"), 0o755);
    copyFileSync(script, join(root, "src/cli/install.js"));
    const path = [join(root, "bin"), process.env.PATH].join(delimiter);
    const child = startChild(join(root, "src/cli/install.js"), [], { cwd: tmpdir(), env: { PATH: path } });
    const { code, errors } = await child.ended;
    let called: string | null = null;
    try {
      called = readFileSync(join(root, "called"), "utf8").trim();
    } catch {}
    return { code, errors, called };
  } finally {
    rmSync(root, { recursive: true });
  }
}

const root: Packages = { "": { version: "1.0.0" } };
const hono = { "node_modules/hono": { version: "4.0.0" } };
const elsewhere = { "node_modules/node-win": { version: "24.0.0", optional: true } };

describe.skipIf(process.platform === "win32")("before a script", () => {
  it("nothing is done or said when all that is wanted is there, other platforms' packages aside", async () => {
    const done = await install({ ...root, ...hono, ...elsewhere }, hono);
    expect(done).toEqual({ code: 0, errors: "", called: null });
  });

  it.each<[string, Packages, Packages | null]>([
    ["nothing is installed", hono, null],
    ["a package is missing", hono, {}],
    ["a package has another version", hono, { "node_modules/hono": { version: "3.9.0" } }],
    [
      "an optional package has another version",
      elsewhere,
      { "node_modules/node-win": { version: "23.0.0" } },
    ],
  ])("npm ci runs when %s", async (_when, wanted, present) => {
    const { code, called } = await install({ ...root, ...wanted }, present);
    expect(code).toBe(0);
    expect(called).toMatch(/^ci --include=dev/);
  });

  it("a failure of npm ends the script, with words", async () => {
    const { code, errors } = await install({ ...root, ...hono }, null, 1);
    expect(code).toBe(1);
    expect(errors).toContain("The packages could not be installed: npm ci failed, see above.");
  });
});

/**
 * `npm run mutants [-- WORD ...]`: breaks one promise at a time in a copy of the project and demands that the test
 * named for it fails. With words: only the mutants whose names hold one of them. Exits with 1 when a mutant survives,
 * when its text is gone, or when a test fails without any mutant.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Mutant, mutants } from "./mutants/list.ts";
import { mutated } from "./mutants/source.ts";

const root = join(import.meta.dirname, "..", "..");
/** A mutant may make a test wait for what never comes. */
const testTimeoutMs = 20_000;
const runTimeoutMs = 300_000;

interface Ran {
  passed: number;
  failed: number;
}

/** What git knows or would know; the packages are the same for all. */
function copyOfProject(): string {
  const copy = mkdtempSync(join(tmpdir(), "belay-mutants-"));
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  for (const path of execFileSync("git", listed, { cwd: root, encoding: "utf8" }).split("\0")) {
    if (path !== "" && existsSync(join(root, path))) cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  // No test here looks at the console or opens a browser.
  change(copy, {
    name: "no console",
    file: "vitest.config.ts",
    find: `globalSetup: "test/support/console/build.ts",`,
    put: "",
  });
  return copy;
}

function change(copy: string, mutant: Omit<Mutant, "test" | "only">): () => void {
  const path = join(copy, mutant.file);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, mutated(text, mutant));
  return () => writeFileSync(path, text);
}

/** null: no test could be run at all. */
function run(copy: string, files: readonly string[], only?: string): Ran | null {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const how = [
    "--maxWorkers=1",
    `--testTimeout=${testTimeoutMs}`,
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  spawnSync(process.execPath, [vitest, "run", ...files, ...how, ...(only ? ["-t", only] : [])], {
    cwd: copy,
    stdio: "ignore",
    timeout: runTimeoutMs,
    killSignal: "SIGKILL",
  });
  if (!existsSync(report)) return null;
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  return { passed: numPassedTests, failed: numFailedTests };
}

/** A mutant is killed by a test that fails, not by a file that can't be loaded. */
function verdictOn(copy: string, mutant: Mutant): "killed" | "SURVIVED" | "NOT RUN" {
  const mend = change(copy, mutant);
  try {
    const ran = run(copy, [mutant.test], mutant.only);
    if (!ran || ran.passed + ran.failed === 0) return "NOT RUN";
    return ran.failed > 0 ? "killed" : "SURVIVED";
  } finally {
    mend();
  }
}

function judge(copy: string, wanted: readonly Mutant[]): number {
  const sound = run(copy, [...new Set(wanted.map(({ test }) => test))]);
  if (!sound || sound.failed > 0 || sound.passed === 0) {
    process.stdout.write(`The tests fail without any mutant: ${JSON.stringify(sound)}\n`);
    return 1;
  }
  const alive = wanted.filter((mutant) => {
    const began = performance.now();
    const verdict = verdictOn(copy, mutant);
    const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    process.stdout.write(`${verdict.padEnd(9)}${took.padStart(8)}  ${mutant.name}  (${mutant.test})\n`);
    return verdict !== "killed";
  });
  process.stdout.write(`${wanted.length - alive.length} of ${wanted.length} mutants killed\n`);
  return alive.length === 0 ? 0 : 1;
}

const words = process.argv.slice(2);
const wanted = mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (wanted.length === 0) throw new Error(`No mutant's name holds ${words.join(" or ")}.`);
const copy = copyOfProject();
try {
  process.exitCode = judge(copy, wanted);
} finally {
  rmSync(copy, { recursive: true });
}

/**
 * `npm run mutants [-- WORD ...]`: breaks one promise at a time in a copy of the project and demands that the test
 * named for it fails. With words: only the mutants whose names hold one of them. Exits with 1 when a mutant survives,
 * when its text is gone, or when a test fails without any mutant.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild, startProgram } from "../support/child.ts";
import { type Mutant, mutants, mutantsFile } from "./mutants/list.ts";
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
async function copyOfProject(): Promise<string> {
  const copy = mkdtempSync(join(tmpdir(), "belay-mutants-"));
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const known = await startProgram("git", listed, { cwd: root }).succeeded();
  for (const path of known.split("\0")) {
    if (path !== "" && existsSync(join(root, path))) cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  // No test here looks at the console or opens a browser.
  const find = `globalSetup: "test/support/console/build.ts",`;
  change(copy, { name: "no console", file: "vitest.config.ts", find, put: "" }, "test/faults/mutants.ts");
  return copy;
}

function change(copy: string, mutant: Omit<Mutant, "test" | "only">, listedIn = mutantsFile): () => void {
  const path = join(copy, mutant.file);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, mutated(text, mutant, listedIn));
  return () => writeFileSync(path, text);
}

/** null: no test could be run at all. */
async function run(
  copy: string,
  files: readonly string[],
  { only, bail = false }: { only?: string | undefined; bail?: boolean },
): Promise<Ran | null> {
  const report = join(copy, "report.json");
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const how = [
    "--maxWorkers=1",
    `--testTimeout=${testTimeoutMs}`,
    "--reporter=json",
    `--outputFile=${report}`,
  ];
  const args = ["run", ...files, ...how, ...(bail ? ["--bail=1"] : []), ...(only ? ["-t", only] : [])];
  await startChild(vitest, args, { cwd: copy, limitMs: runTimeoutMs }).ended;
  if (!existsSync(report)) return null;
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
  return { passed: numPassedTests, failed: numFailedTests };
}

/** A mutant is killed by a test that fails, not by a file that can't be loaded. */
async function verdictOn(copy: string, mutant: Mutant): Promise<"killed" | "SURVIVED" | "NOT RUN"> {
  const mend = change(copy, mutant);
  try {
    const ran = await run(copy, [mutant.test], { only: mutant.only, bail: true });
    if (!ran || ran.passed + ran.failed === 0) return "NOT RUN";
    return ran.failed > 0 ? "killed" : "SURVIVED";
  } finally {
    mend();
  }
}

/** The tests of the mutants of one file, and no others: do they pass without any of them? */
async function isSound(copy: string, test: string, of: readonly Mutant[]): Promise<boolean> {
  const names = of.flatMap(({ only }) => only ?? []);
  const sound = await run(copy, [test], names.length === of.length ? { only: names.join("|") } : {});
  if (sound && sound.failed === 0 && sound.passed > 0) return true;
  process.stdout.write(`${test} fails without any mutant: ${JSON.stringify(sound)}\n`);
  return false;
}

async function judge(copy: string, wanted: readonly Mutant[]): Promise<number> {
  const byTest = Map.groupBy(wanted, ({ test }) => test);
  for (const [test, of] of byTest) if (!(await isSound(copy, test, of))) return 1;
  let killed = 0;
  for (const mutant of wanted) {
    const began = performance.now();
    const verdict = await verdictOn(copy, mutant);
    const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    process.stdout.write(`${verdict.padEnd(9)}${took.padStart(8)}  ${mutant.name}  (${mutant.test})\n`);
    if (verdict === "killed") killed += 1;
  }
  process.stdout.write(`${killed} of ${wanted.length} mutants killed\n`);
  return killed === wanted.length ? 0 : 1;
}

const words = process.argv.slice(2);
const wanted = mutants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (wanted.length === 0) throw new Error(`No mutant's name holds ${words.join(" or ")}.`);
const copy = await copyOfProject();
try {
  process.exitCode = await judge(copy, wanted);
} finally {
  rmSync(copy, { recursive: true });
}

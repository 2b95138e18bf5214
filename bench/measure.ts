/** `npm run measure [-- --list] [folder …]`: how large, deep, tangled and documented the code is, in numbers. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { evidenceOf } from "./measure/evidence.ts";
import { figuresOf } from "./measure/figures.ts";
import { listOf, tableOf } from "./measure/print.ts";
import { readTree } from "./measure/tree.ts";

const usage = "npm run measure [-- --list] [folder …]; without a folder it measures this repository";

function asked() {
  try {
    const { values, positionals } = parseArgs({
      options: { list: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    return { list: values.list, folders: positionals.length > 0 ? positionals : ["."] };
  } catch (problem) {
    throw new Error(`${problem instanceof Error ? problem.message : problem}\nUsage: ${usage}`);
  }
}

/** Throws when there is nothing to measure: a table of zeros would look like a result. */
function evidenceIn(folder: string) {
  const evidence = evidenceOf(readTree(folder));
  if (evidence.files.length > 0) return evidence;
  throw new Error(`There is no TypeScript source in ${resolve(folder)}. Name the folder of a repository.`);
}

try {
  const { list, folders } = asked();
  const measured = folders.map((folder) => ({ title: folder, evidence: evidenceIn(folder) }));
  console.log(tableOf(measured.map(({ title, evidence }) => ({ title, figures: figuresOf(evidence) }))));
  if (list) for (const { title, evidence } of measured) console.log(`\n${title}\n\n${listOf(evidence)}`);
} catch (problem) {
  console.error(problem instanceof Error ? problem.message : problem);
  process.exitCode = 2;
}

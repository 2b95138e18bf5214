/**
 * `npm run bench [-- w1 w2 …]`: each workload in a process of its own, one after the other, one line of JSON a row.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const asked = process.argv.slice(2);
const workloads = asked.length > 0 ? asked : ["w1", "w2", "w3", "ingest", "console", "origins", "linear"];
for (const workload of workloads) {
  const file = join(import.meta.dirname, `${workload}.ts`);
  if (!existsSync(file)) {
    process.stderr.write(`There is no workload ${workload}; see the files in bench/.\n`);
    process.exit(2);
  }
  const { status } = spawnSync(process.execPath, ["--expose-gc", file], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

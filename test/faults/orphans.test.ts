/** What tests start dies with them, whatever it is doing: the system itself says so, by closing what it held open. */
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, watch, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { basename, dirname, join } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { startChild } from "../support/child.ts";

let server: Server;
let port: string;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer((socket) => {
    sockets.push(socket);
    // A killed process may reset its connections; either way the system has closed them.
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  port = String(typeof address === "object" ? address?.port : address);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** A connection that a process holds, as a promise of its being there, and of its end. */
async function held(): Promise<{ gone: Promise<unknown> }> {
  const [socket] = (await once(server, "connection")) as [Socket];
  const gone = once(socket, "close");
  await once(socket, "data");
  return { gone };
}

test.each(["idle", "busy"])("a process that is %s dies when its parent is killed", async (kind) => {
  const holding = held();
  const parent = startChild("test/faults/parent-child.ts", [
    ...["child", "test/faults/lingering-child.ts", port, kind],
  ]);
  onTestFinished(() => parent.kill());
  const { gone } = await holding;
  await parent.kill();
  await gone;
});

test("so does its browser", async () => {
  const holding = held();
  const parent = startChild("test/faults/parent-child.ts", ["chromium", `http://127.0.0.1:${port}/`]);
  onTestFinished(() => parent.kill());
  const { gone } = await holding;
  await parent.kill();
  await gone;
});

test("so does its PostgreSQL, which takes its files away", async () => {
  const parent = startChild("test/faults/parent-child.ts", ["postgres"]);
  onTestFinished(() => parent.kill());
  const client = new Client({ connectionString: (await parent.says(/^postgres:.*\n/)).trim() });
  // The server ends the connection, and says so first.
  client.on("error", () => {});
  const gone = new Promise<void>((resolve) => client.once("end", resolve));
  await client.connect();
  const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
  const home = dirname(rows[0]?.data_directory ?? "");
  const changes = watch(home);
  onTestFinished(() => changes.close());
  const folder = basename(rows[0]?.data_directory ?? "");
  await parent.kill();
  await gone;
  while (existsSync(join(home, folder))) await once(changes, "change");
});

test("a process is killed when it has lived its time, and says so", async () => {
  const child = startChild("test/faults/lingering-child.ts", [port, "busy"], { limitMs: 1 });
  expect(await child.ended).toMatchObject({
    signal: "SIGKILL",
    errors: "killed: it has lived the 1 ms that a process of a test may live\n",
  });
});

test("what a process wrote to its standard error stands in the error of whoever waits for its words", async () => {
  const child = startChild("test/faults/parent-child.ts", ["child", "test/faults/no-such-file.ts"]);
  await expect(child.says("ready")).rejects.toThrow(/did not say ready.*no-such-file\.ts/s);
});

test("a test that fails and leaves its process ends the whole test run", async () => {
  const folder = mkdtempSync(join(import.meta.dirname, ".left-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, "left.test.ts"),
    `import { test } from "vitest";
import { startChild } from "../../support/child.ts";
test("fails", async () => {
  const child = startChild("test/faults/lingering-child.ts", ["${port}", "busy"]);
  await new Promise((resolve) => child.process.once("spawn", resolve));
  throw new Error("as meant");
});
`,
  );
  const run = startChild("node_modules/vitest/vitest.mjs", ["run", folder], { limitMs: 60_000 });
  onTestFinished(() => run.kill());
  const { code, output, errors } = await run.ended;
  expect(output + errors).toContain("as meant");
  expect(code).toBe(1);
});

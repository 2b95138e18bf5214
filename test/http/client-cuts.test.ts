/** `npm run client` where an answer is cut: what it asked for is done once, and the person learns that it is. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { runClient } from "../../src/cli/client.ts";
import { clock } from "../support/bot.ts";
import { startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { listeningBot } from "../support/http/bot.ts";

const task = "What is (17 + 5) * 3, divided by a number you must ask me for?";

function clientOf(url: string, key: string) {
  const screen: string[] = [];
  const ended = runClient({
    ...{ url, token: "secret-admin", task, agent: null, key },
    print: (line) => screen.push(line),
    ask: async () => "3",
  });
  return { ended, screen };
}

/** A server that dies behind its commit of the first launch or command, and the one that comes after it. */
async function killedBehind(what: "launch" | "command") {
  const folder = mkdtempSync(join(tmpdir(), "belay-client-"));
  const path = join(folder, "belay.db");
  const port = String(await freePort());
  const start = async (behind: string) => {
    const child = startChild("test/support/http/kill-child.ts", [path, port, behind]);
    onTestFinished(() => child.kill());
    await child.says("listening\n");
    return child;
  };
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dying = await start(what);
  const client = clientOf(`http://127.0.0.1:${port}`, "key-1");
  // Whichever comes first: a client that gives up is told as what it is.
  const death = await Promise.race([dying.ended, client.ended.then(() => null)]);
  expect(death).toMatchObject({ signal: "SIGKILL", errors: "" });
  const next = await start("nothing");
  const end = await client.ended;
  await next.kill();
  const store = await openSqlite({ path, clock });
  const runs = await store.runs({ limit: 10 });
  await store.close();
  return { end, screen: client.screen.join("\n"), runs };
}

test("a launch whose answer died with the server is sent again, and starts one run", async () => {
  const { end, screen, runs } = await killedBehind("launch");
  expect(runs.map(({ runId }) => runId)).toEqual([end.id]);
  expect(end).toMatchObject({ status: "complete", final_answer: expect.stringContaining("22") });
  expect(screen).toMatch(
    /can't be reached\. It is not known whether the run was started\. .*--key key-1 .*Trying again\.\nRun /,
  );
});

test("an answer whose receipt died with the server is told as taken, and not as somebody's", async () => {
  const { end, screen } = await killedBehind("command");
  expect(end).toMatchObject({ status: "complete", final_answer: expect.stringContaining("22") });
  expect(screen).toContain("Trying again; the run is kept there.\nYour answer was taken.\n");
  expect(screen).not.toContain("Already");
});

test("the same command with the key of a lost launch shows the run that is there", async () => {
  const server = await listeningBot({ model: demoModel() });
  onTestFinished(() => server.stop());
  const first = await clientOf(server.url, "key-1").ended;
  const again = await clientOf(server.url, "key-1").ended;
  expect(again.id).toBe(first.id);
  expect((await clientOf(server.url, "key-2").ended).id).not.toBe(first.id);
});

/** Answers each launch in turn with these; any look at all is answered. */
async function answering(...launches: RequestListener[]): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url !== "/agent/launch") return void response.end('{"status":"ok"}');
    launches.shift()?.(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const cut: RequestListener = (request) => request.socket.destroy();
const refusing =
  (status: number, problem: object): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(JSON.stringify(problem));
const unknown = /It is not known whether the run was started\. The same command with --key key-1 starts/;

test("who gives up after an answer was lost says that it is not known, and what to do", async () => {
  const url = await answering(cut, refusing(403, { detail: "Not for you." }));
  await expect(clientOf(url, "key-1").ended).rejects.toThrow(/^Not for you\.\nIt is not known/);
  const broken = await answering(refusing(500, { detail: "A bug." }));
  await expect(clientOf(broken, "key-1").ended).rejects.toThrow(unknown);
  const refused = await answering(refusing(403, { detail: "Not for you." }));
  await expect(clientOf(refused, "key-1").ended).rejects.toThrow(/^Not for you\.$/);
});

test("while the server is still at work on the lost launch, it is waited for", async () => {
  const busy = refusing(409, { code: "idempotency_in_progress", detail: "It has not ended." });
  const url = await answering(cut, busy, refusing(403, { detail: "Not for you." }));
  await expect(clientOf(url, "key-1").ended).rejects.toThrow(/^Not for you\./);
});

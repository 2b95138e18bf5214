/** A real socket: what is refused before any of our code runs, and how the server stops. */
import { once } from "node:events";
import { connect, Server } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { type Listening, serve } from "../../src/http/serve.ts";
import { sentEvents } from "../support/http/events.ts";
import { expectProblem } from "../support/http/problem.ts";
import { type Bench, bench } from "../support/http/server.ts";

async function listen(b: Bench, slowMs?: number): Promise<Listening> {
  const listening = await serve(b.http, { host: "127.0.0.1", port: 0, ...(slowMs ? { slowMs } : {}) });
  onTestFinished(() => listening.close(0));
  return listening;
}

/** Sends bytes and reads until the server closes. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
}

const bearer = { authorization: "Bearer secret-admin" };

test("headers and bodies that never end are cut off with 408", async () => {
  using b = await bench();
  const { port } = await listen(b, 200);
  const answers = await Promise.all([
    exchange(port, "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: "),
    exchange(
      port,
      "POST /agent/launch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret-admin\r\n" +
        'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"input',
    ),
  ]);
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

test("a URL over 8 kB is 414, headers over 16 kB are 431", async () => {
  using b = await bench();
  const { port } = await listen(b);
  const at = `http://127.0.0.1:${port}`;
  await expectProblem(
    await fetch(`${at}/agent/runs?text=${"x".repeat(9000)}`, { headers: bearer }),
    414,
    "uri_too_long",
  );
  const answer = await exchange(
    port,
    `GET /health HTTP/1.1\r\nHost: localhost\r\nX-Large: ${"x".repeat(17_000)}\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
});

test("a megabyte too much is refused while it is still being sent", async () => {
  using b = await bench();
  const { port } = await listen(b);
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write(
    "POST /agent/launch HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret-admin\r\n" +
      "Content-Type: application/json\r\nContent-Length: 50000000\r\n\r\n{",
  );
  const [first] = (await once(socket, "data")) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 413 /);
});

test("a stream over the network starts at once, and ends when the server closes", async () => {
  using b = await bench();
  const listening = await listen(b);
  const run = await b.launch();
  const response = await fetch(`http://127.0.0.1:${listening.port}/agent/runs/${run.id}/stream`, {
    headers: bearer,
  });
  await using stream = sentEvents(response);
  expect(await stream.next()).toMatchObject({ id: "1", event: "launched" });
  const closed = listening.close(5000);
  expect(await stream.next()).toBeNull();
  await closed;
  await expect(fetch(`http://127.0.0.1:${listening.port}/health`)).rejects.toThrow();
});

test("connections that carry no request do not hold up the end", async () => {
  using b = await bench();
  const listening = await serve(b.http, { host: "127.0.0.1", port: 0 });
  const unused = connect(listening.port, "127.0.0.1");
  await once(unused, "connect");
  expect((await fetch(`http://127.0.0.1:${listening.port}/health`)).status).toBe(200);
  const ended = once(unused.resume(), "close");
  // Longer than this test may take: only an orderly end comes in time.
  await Promise.all([listening.close(60_000), ended]);
});

test("a connection that was made before the end brings its request, and is answered", async () => {
  using b = await bench();
  const listening = await serve(b.http, { host: "127.0.0.1", port: 0 });
  const early = connect(listening.port, "127.0.0.1");
  await once(early, "connect");
  // The server knows of it by now.
  expect((await fetch(`http://127.0.0.1:${listening.port}/health`)).status).toBe(200);
  const closed = listening.close(60_000);
  early.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect(await text(early)).toMatch(/^HTTP\/1\.1 200 /);
  await closed;
});

test("a port that is taken is an error the operator understands", async () => {
  using b = await bench();
  const { port } = await listen(b);
  await expect(serve(b.http, { host: "127.0.0.1", port })).rejects.toThrow(/port \d+ is in use/);
});

test("a connection that can't be taken is no trouble of the server's", async () => {
  using b = await bench();
  const listened = vi.spyOn(Server.prototype, "listen");
  onTestFinished(() => listened.mockRestore());
  const { port } = await listen(b);
  const server: unknown = listened.mock.contexts[0];
  if (!(server instanceof Server)) throw new Error("nobody listens");
  for (let n = 0; n < 2; n++) server.emit("error", new Error("accept EMFILE"));
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});

/** What the client says while it waits: the server's own reason where there is one, and not that nobody is there. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { request, untilReached } from "../../src/cli/client-requests.ts";

test("a server that can't now is told by its reason, one that is gone as not reached", async () => {
  const server = createServer((_, response) => {
    response.writeHead(503, { "Content-Type": "application/problem+json" });
    response.end(JSON.stringify({ detail: "The disk is full." }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // What is printed ends the waiting here.
  const print = (line: string) => {
    throw new Error(line);
  };
  const look = () =>
    untilReached({ url, print }, () => request({ url, token: null }, "GET", "/agent/state/run_1"));
  await expect(look()).rejects.toThrow(`${url} can't do it now: The disk is full. Trying again`);
  const closed = once(server, "close");
  server.close();
  await closed;
  await expect(look()).rejects.toThrow(`${url} can't be reached. Trying again`);
});

/** `npm run client` at an address where somebody else answers. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runClient } from "../../src/cli/client.ts";
import { ClientError } from "../../src/cli/client-requests.ts";

test.each<[string, Record<string, string>, number, string, string]>([
  [
    "a web page",
    { "content-type": "text/html; charset=utf-8" },
    200,
    "<h1>Wiki</h1>",
    "a web page (status 200)",
  ],
  ["no such page", { "content-type": "text/html" }, 404, "<h1>404</h1>", "a web page (status 404)"],
  [
    "another program",
    { "content-type": "application/json" },
    200,
    '{"up":true}',
    "JSON of something else (status 200)",
  ],
  ["plain words", { "content-type": "text/plain" }, 200, "ok", "text/plain (status 200)"],
  ["a login", { location: "/sso?token=s3cret" }, 302, "", "a web page (status 200, after a redirect to"],
])(
  "a server that is no bot (%s) is told at once, and nothing is sent to it",
  async (_, headers, status, body, words) => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const isLogin = request.url?.startsWith("/sso");
      response.writeHead(isLogin ? 200 : status, isLogin ? { "content-type": "text/html" } : headers);
      response.end(body);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const screen: string[] = [];
    const print = (line: string) => screen.push(line);
    const nobody = async () => "";
    const options = { url, token: null, task: "a", agent: null, key: "k", print, ask: nobody };
    const error = await runClient(options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClientError);
    expect(String(error)).toContain(`${url} is no Belay: what it answers to /health is ${words}`);
    expect(String(error)).toContain("Name the bot's own address with --url");
    expect(String(error)).not.toContain("s3cret");
    expect(screen).toEqual([]);
    expect(asked.filter((line) => !line.startsWith("GET"))).toEqual([]);
  },
);

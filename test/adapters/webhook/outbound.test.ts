/** Only listed hosts, only public addresses unless listed as private, no redirects: whatever a URL says. */
import { createServer, type RequestListener, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { failureOf, listedHost, send } from "../../../adapters/webhook/outbound.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = (url: string) => ({ method: "POST" as const, url, headers: {}, body: "{}" });

/** The place takes nothing as things are. */
const notNow = { type: "place", gone: false };

async function failure(work: () => Promise<unknown>): Promise<ChannelError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ChannelError) return error;
    throw error;
  }
  throw new Error("it went through");
}

describe("hosts", () => {
  const hosts = [
    { host: "ci.example.com", private: false },
    { host: "127.0.0.1:9000", private: true },
  ];

  test("a host is listed by its name, or by name and port", () => {
    expect(listedHost(new URL("https://ci.example.com/x"), hosts)).toBe(hosts[0]);
    expect(listedHost(new URL("https://ci.example.com:8443/x"), hosts)).toBe(hosts[0]);
    expect(listedHost(new URL("http://127.0.0.1:9000"), hosts)).toBe(hosts[1]);
  });

  test.each([
    "https://evil.example.com/ci.example.com",
    "https://ci.example.com.evil.com",
    "https://ci.example.com@evil.com",
    "file:///etc/passwd",
    "ftp://ci.example.com",
    "http://127.0.0.1",
    "http://127.0.0.1:9001",
    "http://[::1]:9000",
  ])("%s is not", (url) => {
    expect(listedHost(new URL(url), hosts)).toBeNull();
  });

  test("an unlisted host is never spoken to", async () => {
    let asked = 0;
    const host = await serve((_, response) => {
      asked++;
      response.end();
    });
    expect((await failure(async () => send(post(`http://${host}/`), []))).failure).toEqual(notNow);
    expect(asked).toBe(0);
  });

  test.each([
    "http://127.0.0.1",
    "http://0x7f.1",
    "http://2130706433",
    "http://[::1]",
    "http://[::ffff:127.0.0.1]",
    "http://localhost",
  ])("%s, listed as public, is stopped at its address", async (url) => {
    const host = new URL(url).host;
    const error = await failure(async () => send(post(url), [{ host, private: false }]));
    expect(error.failure).toEqual(notNow);
    expect(error.message).toContain("is not at a public address");
  });
});

test.each(["http://169.254.169.254", "http://[::ffff:a9fe:a9fe]"])(
  "%s gives out credentials, and gets nothing when it is listed as private",
  async (url) => {
    const error = await failure(async () => send(post(url), [{ host: new URL(url).host, private: true }]));
    expect(error.failure).toEqual(notNow);
    expect(error.message).toContain("where a cloud gives out credentials");
  },
);

test("a listed private host gets the request; a redirect is an answer, not a way", async () => {
  const seen: string[] = [];
  const host = await serve((request, response) => {
    seen.push(request.url ?? "");
    response.writeHead(302, { location: "/elsewhere" }).end();
  });
  const answer = await send(post(`http://${host}/hook`), [{ host, private: true }]);
  expect(answer.status).toBe(302);
  expect(seen).toEqual(["/hook"]);
  expect(failureOf(answer, "the callback", 0).failure).toEqual(notNow);
});

test("a connection that breaks after it was made is uncertain; one never made is not", async () => {
  const host = await serve((request) => request.socket.destroy());
  const broken = await failure(() => send(post(`http://${host}/`), [{ host, private: true }]));
  expect(broken.failure.type).toBe("uncertain");
  for (const server of servers.splice(0)) await new Promise((closed) => server.close(closed));
  const refused = await failure(() => send(post(`http://${host}/`), [{ host, private: true }]));
  expect(refused.failure.type).toBe("way");
});

describe("each status that is no success, in its class", () => {
  /** Whatever is not named here is the place below 500, the way above. */
  const named: Record<number, object> = {
    400: { type: "body" },
    406: { type: "body" },
    407: { type: "way", retryAfterMs: null },
    408: { type: "way", retryAfterMs: null },
    410: { type: "place", gone: true },
    411: { type: "body" },
    413: { type: "body" },
    415: { type: "body" },
    422: { type: "body" },
    425: { type: "way", retryAfterMs: null },
    429: { type: "wait", retryAfterMs: 30_000 },
    431: { type: "body" },
  };
  const way = { type: "way", retryAfterMs: null };
  const statuses = [...Object.keys(STATUS_CODES).map(Number), 499, 520, 599].filter((code) => code >= 300);

  test("without a word on when to come again", async () => {
    let answer = 0;
    const host = await serve((_, response) => response.writeHead(answer).end());
    const found: Record<number, object> = {};
    for (const status of statuses) {
      answer = status;
      const incoming = await send(post(`http://${host}/`), [{ host, private: true }]);
      found[status] = failureOf(incoming, "it", 0).failure;
    }
    const expected = statuses.map((code) => [code, named[code] ?? (code < 500 ? notNow : way)]);
    expect(found).toEqual(Object.fromEntries(expected));
  });

  test.each([
    [429, "30", { type: "wait", retryAfterMs: 30_000 }],
    [500, "Thu, 01 Jan 1970 00:01:00 GMT", { type: "way", retryAfterMs: 60_000 }],
    [413, "30", { type: "way", retryAfterMs: 30_000 }],
    [503, "soon", { type: "way", retryAfterMs: null }],
  ])("%s that says when: %s", (status, after, meant) => {
    const headers = { "retry-after": after };
    expect(failureOf({ status, headers, body: "" }, "it", 0).failure).toEqual(meant);
  });
});

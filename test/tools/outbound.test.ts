/** A host that can't be spoken to: told with what was found, and the bot goes on. */
import { once } from "node:events";
import http from "node:http";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { type NoAnswer, type Reach, request } from "../../src/tools/outbound.ts";

async function whyNot(url: string, more: Partial<Reach> = {}): Promise<Pick<NoAnswer, "message" | "sent">> {
  const outgoing = { method: "GET", url: new URL(url), headers: {}, body: null };
  const reach = { private: true, timeoutMs: 5_000, maxBytes: 1_000, ...more };
  return request(outgoing, reach, new AbortController().signal).then(
    () => Promise.reject(new Error("it answered")),
    ({ message, sent }: NoAnswer) => ({ message, sent }),
  );
}

/** What listens there says this, whatever it hears. */
async function saying(words: string): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => {}).end(words)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("a name that can't be looked up is no answer, and ends nothing", async () => {
  const error = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
  // As Node does it: later, and with nothing beside the error.
  const resolve: NonNullable<Reach["resolve"]> = (_name, _options, done) => setImmediate(() => done(error));
  expect(await whyNot("https://api.example/", { resolve })).toEqual({
    message: "api.example gave no answer: no such name is known (ENOTFOUND)",
    sent: false,
  });
});

test.each([
  ["text/plain; charset=iso-8859-1", "latin1", "caf\u00e9"],
  ["text/plain", "utf8", "caf\u00e9"],
  ['text/plain; charset="no-such"', "utf8", "caf\u00e9"],
] as const)("an answer is read by the charset that it names: %s", async (type, encoding, text) => {
  const server = http.createServer((_, response) => {
    response.setHeader("content-type", type).end(Buffer.from(text, encoding));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const outgoing = { method: "GET", url: new URL(`http://127.0.0.1:${port}/`), headers: {}, body: null };
  const reach = { private: true, timeoutMs: 5_000, maxBytes: 1_000 };
  expect(await request(outgoing, reach, new AbortController().signal)).toMatchObject({ body: text });
});

test("a port where nothing listens, or something else than was asked for, is told as that", async () => {
  expect(await whyNot("http://127.0.0.1:9/")).toEqual({
    message: "127.0.0.1:9 gave no answer: nothing listens at this port (ECONNREFUSED)",
    sent: false,
  });
  const plain = await saying("HTTP/1.1 400 Bad Request\r\n\r\n");
  expect((await whyNot(`https://127.0.0.1:${plain}/`)).message).toContain("TLS; is it http:// (EPROTO)");
  const other = await saying("220 mail.example ESMTP\r\n");
  expect((await whyNot(`http://127.0.0.1:${other}/`)).message).toContain(
    "is it https:// (HPE_INVALID_CONSTANT)",
  );
});

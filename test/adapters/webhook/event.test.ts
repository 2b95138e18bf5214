/** The one-time URLs of events. */
import { expect, test } from "vitest";
import { eventUrls } from "../../../adapters/webhook/event-url.ts";
import { type Bench, bench } from "../../support/webhook/bench.ts";

const urls = eventUrls(Buffer.alloc(32, 7), "https://belay.example.com");
const url = urls.url("run_1", "call/äöü 1");

async function call(b: Bench, to: string, init: RequestInit = { method: "POST", body: '{"result":"ok"}' }) {
  const response = await b.channel.handle(new Request(to, init));
  if (!response) throw new Error("not a webhook's path");
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("tells the run what was sent, as a machine", async () => {
  const b = await bench([]);
  expect(await call(b, url)).toEqual({ status: 202, body: { run_id: "run_1" } });
  expect(b.inlet.commands).toMatchObject([
    {
      runId: "run_1",
      command: {
        type: "deliver_event",
        event: "call/äöü 1",
        payload: '{"result":"ok"}',
        actor: { kind: "machine" },
      },
    },
  ]);
});

test("works once: the second call changes nothing", async () => {
  const b = await bench([]);
  await call(b, url);
  expect(await call(b, url, { method: "POST", body: "other" })).toEqual({
    status: 200,
    body: { run_id: "run_1", duplicate: true },
  });
  expect(b.inlet.commands).toHaveLength(1);
});

test("is closed when nothing waits any more", async () => {
  const b = await bench([]);
  b.inlet.refuseWith("question_closed");
  expect(await call(b, url)).toMatchObject({ status: 410, body: { code: "event_closed" } });
});

test("is not used up by what only looks at it: a scanner of links, a preview", async () => {
  const b = await bench([]);
  for (const method of ["GET", "HEAD", "PUT"]) expect((await call(b, url, { method })).status).toBe(405);
  expect(b.inlet.commands).toHaveLength(0);
  expect((await call(b, url, { method: "POST", body: "done" })).status).toBe(202);
});

test("a token that was changed anywhere, or made with another key, is nobody's", async () => {
  const b = await bench([]);
  const token = url.split("/").at(-1) ?? "";
  const [name = "", signature = ""] = token.split(".");
  const other = Buffer.from(JSON.stringify(["run_2", "call"])).toString("base64url");
  const stranger = eventUrls(Buffer.alloc(32, 8), "https://belay.example.com")
    .url("run_1", "c")
    .split("/")
    .at(-1);
  const wrong = [
    name,
    `${name}.`,
    `.${signature}`,
    `${other}.${signature}`,
    `${name}.${signature}.x`,
    `${token}A`,
    stranger,
  ];
  for (const candidate of wrong) {
    const answer = await call(b, `https://belay.example.com/webhooks/events/${candidate}`);
    expect(answer.status, candidate).toBe(404);
  }
  expect(b.inlet.commands).toHaveLength(0);
});

test("a body over 64 kB is refused before it is read", async () => {
  const b = await bench([]);
  expect((await call(b, url, { method: "POST", body: "x".repeat(64 * 1024 + 1) })).status).toBe(413);
});

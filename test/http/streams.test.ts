/** Server-sent events: complete, in order, picked up where they were left. */

import { expect, test, vi } from "vitest";
import { Streams } from "../../src/http/guard/streams.ts";
import { sentEvents } from "../support/http/events.ts";
import { askingRun, asks, type Bench, bench } from "../support/http/server.ts";

async function open(b: Bench, path: string, headers: Record<string, string> = {}) {
  const response = await b.call("GET", path, { headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  return sentEvents(response);
}

const versions = (events: { id: string | null }[]) => events.map((event) => Number(event.id));

test("a run's stream tells its log from the start and goes on as it grows", async () => {
  using b = await bench();
  const run = await askingRun(b);
  await using stream = await open(b, `/agent/runs/${run.id}/stream`);
  const before = await stream.take(3);
  expect(versions(before)).toEqual([1, 2, 3]);
  expect(before.map((event) => event.event)).toEqual(["launched", "model_answered", "question_asked"]);
  await b.call("POST", "/agent/provide_input", { json: { id: run.id, answer: "3" } });
  const answered = await stream.next();
  expect(answered).toMatchObject({
    id: "4",
    event: "question_answered",
    data: { version: 4, type: "question_answered", data: { answer: "3" } },
  });
});

test("after a cut the stream goes on behind the last event that arrived", async () => {
  using b = await bench();
  const run = await askingRun(b);
  const path = `/agent/runs/${run.id}/stream`;
  {
    await using first = await open(b, path);
    expect(versions(await first.take(2))).toEqual([1, 2]);
  }
  await b.call("POST", "/agent/say", { json: { id: run.id, text: "3" } });
  await using again = await open(b, path, { "last-event-id": "2" });
  expect(versions(await again.take(2))).toEqual([3, 4]);
  await using after = await open(b, `${path}?after=3`);
  expect(versions(await after.take(1))).toEqual([4]);
});

test("the list of events and the stream say the same", async () => {
  using b = await bench();
  const run = await askingRun(b);
  await using stream = await open(b, `/agent/runs/${run.id}/stream`);
  const streamed = (await stream.take(3)).map((event) => event.data);
  const listed = await (await b.call("GET", `/agent/runs/${run.id}/events`)).json();
  expect(listed).toEqual({ events: streamed, unreadable: [] });
  const tail = await (await b.call("GET", `/agent/runs/${run.id}/events?after=2`)).json();
  expect(tail).toEqual({ events: streamed.slice(2), unreadable: [] });
  expect(JSON.stringify(listed)).not.toContain("opaque");
});

test("nothing is lost when many events fall between two reads", async () => {
  using b = await bench();
  const run = await b.launch();
  await using stream = await open(b, `/agent/runs/${run.id}/stream`);
  const saying = Array.from({ length: 50 }, (_, count) =>
    b.call("POST", "/agent/say", { json: { id: run.id, text: `word ${count}` } }),
  );
  const events = await stream.take(51);
  await Promise.all(saying);
  expect(versions(events)).toEqual(Array.from({ length: 51 }, (_, count) => count + 1));
});

test("the common stream tells of readable runs only, and counts open questions", async () => {
  using b = await bench();
  const mine = await b.launch();
  await using stream = await open(b, "/agent/stream");
  expect(await stream.next()).toMatchObject({ event: "questions", data: { open: 0 } });
  const secret = await b.launch("Hidden", "owner");
  await b.engine.happen(mine.id, asks("Which?"));
  const events = await stream.take(2);
  expect(events).toMatchObject([
    { event: "run", data: { id: mine.id, status: "waiting_human_input", asking: 1 } },
    { event: "questions", data: { open: 1 } },
  ]);
  expect(JSON.stringify(events)).not.toContain(secret.id);
});

test("a HEAD request opens no stream", async () => {
  using b = await bench();
  const run = await b.launch();
  const watch = vi.spyOn(b.engine, "watch");
  const response = await b.call("HEAD", `/agent/runs/${run.id}/stream`);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  expect(watch).not.toHaveBeenCalled();
});

test("a drain ends every stream", async () => {
  using b = await bench();
  const run = await b.launch();
  await using one = await open(b, `/agent/runs/${run.id}/stream`);
  await using all = await open(b, "/agent/stream");
  await Promise.all([one.take(1), all.take(1)]);
  b.http.endStreams();
  expect(await Promise.all([one.next(), all.next()])).toEqual([null, null]);
});

test("a session that another process ended ends its stream, however much is going on", async () => {
  let time = 0;
  const session = { id: "s", principal: "console:local", createdAt: 0, expiresAt: 1_000_000 };
  const stored: { session: typeof session | null } = { session };
  const streams = new Streams(
    { now: () => time, steady: () => time },
    { session: async () => stored.session },
  );
  const stream = { onAbort() {}, write: async () => {} } as unknown as Parameters<Streams["run"]>[0];
  let ring = () => {};
  const sent = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let sends = 0;
  const over = streams.run(
    stream,
    session,
    (bell) => {
      ring = bell;
      return () => {};
    },
    async () => sent[sends++]?.resolve(),
  );
  await sent[0]?.promise;
  time += 10_000;
  ring();
  await sent[1]?.promise;
  stored.session = null;
  time += 10_000;
  ring();
  await over;
  expect(sends).toBe(2);
});

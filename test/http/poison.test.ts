/** Whatever is thrown behind the server's door is answered as its own fault, and the next request is served. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { serve } from "../../src/http/serve.ts";
import { muteChannel } from "../support/channel.ts";
import { type Bench, bench } from "../support/http/server.ts";

const loose: unknown[] = [];
const note = (error: unknown) => void loose.push(error);
beforeEach(() => {
  loose.length = 0;
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
  process.off("uncaughtException", note);
  expect(loose).toEqual([]);
});

const self: Record<string, unknown> = {};
self.self = self;
const values: [string, unknown][] = [
  ["an error", new Error("the disk is full")],
  ["nothing at all", undefined],
  ["null", null],
  ["a text", "the disk is full"],
  ["what holds itself", self],
  ["what can't be told", Object.create(null)],
  [
    "what throws when it is looked at",
    new Proxy(
      {},
      {
        get: () => {
          throw new Error("don't look");
        },
      },
    ),
  ],
];

/** What the server itself must survive, through a real connection; `handle` throws at once or later. */
async function through(value: unknown, isLater: boolean): Promise<Response[]> {
  const handle = (): Promise<Response> => {
    if (isLater) return Promise.reject(value);
    throw value;
  };
  const channel = muteChannel({
    name: "slack",
    can: { edit: false, buttons: false, maxText: 100, minIntervalMs: 0 },
    post: async () => ({ remoteId: "1" }),
    handle,
  });
  using made = await bench({}, [channel]);
  const listening = await serve(made.http, { host: "127.0.0.1", port: 0 });
  try {
    const url = `http://127.0.0.1:${listening.port}`;
    const headers = { host: "localhost:3000" };
    const poisoned = await fetch(`${url}/slack/events`, { method: "POST", body: "{}", headers });
    await poisoned.text();
    return [poisoned, await fetch(`${url}/health`, { headers })];
  } finally {
    await listening.close(1_000);
  }
}

describe.each(values)("a channel that throws %s", (_, value) => {
  test.each([false, true])("later: %s", async (isLater) => {
    const [poisoned, next] = await through(value, isLater);
    expect([poisoned?.status, next?.ok]).toEqual([500, true]);
  });
});

describe.each(values)("a store that throws %s", (_, value) => {
  test.each([false, true])("later: %s", async (isLater) => {
    using made: Bench = await bench();
    const { runs } = made.engine.store;
    Object.assign(made.engine.store, {
      runs: () => {
        if (isLater) return Promise.reject(value);
        throw value;
      },
    });
    const answer = await made.call("GET", "/agent/runs");
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ code: "internal" });
    Object.assign(made.engine.store, { runs });
    expect((await made.call("GET", "/agent/runs")).status).toBe(200);
  });
});

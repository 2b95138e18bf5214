/** What /health tells: to callers it knows everything but secrets, to all others one word. */
import { expect, test } from "vitest";
import type { Channel } from "../../src/core/ports/channel.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import type { RunList } from "../../src/http/wire/runs.ts";
import { type Health, healthSchema } from "../../src/http/wire/server.ts";
import { muteChannel } from "../support/channel.ts";
import { askingRun, type Bench, bench } from "../support/http/server.ts";
import { commit, post } from "../support/store/commits.ts";

function channel(ok: boolean): Channel {
  return muteChannel({
    name: "slack",
    can: { edit: false, buttons: false, maxText: 1000, minIntervalMs: 0 },
    post: async () => ({ remoteId: "1" }),
    health: () => ({ ok, detail: ok ? "connected" : "not connected" }),
  });
}

async function healthOf(b: Bench): Promise<Health> {
  return healthSchema.parse(await (await b.call("GET", "/health")).json());
}

test("channels, queue, outbox and database are told to callers it knows", async () => {
  using b = await bench({ database: "SQLite file" }, [channel(true)]);
  await b.launch();
  expect(await healthOf(b)).toMatchObject({
    status: "ok",
    channels: [{ name: "slack", ok: true, detail: "connected" }],
    channels_off: [{ title: "Discord", guide: "docs/discord.md" }],
    queue: { running: 1, sleeping: 0, due: true, next_at: null },
    outbox: { undelivered: 0, oldest_at: null, given_up: 0 },
    database: { kind: "SQLite file", answers: true, ms: 0, full_since: null, refused_since: null },
  });
});

test("a freeze that holds is named with its end, and degrades nothing", async () => {
  const plain = { zone: "UTC", tools: [], approval: null, left: 5 };
  const freeze = { name: "black friday", until: 1_700_000_000_000, reason: "the shop is full", ...plain };
  const moments: number[] = [];
  const freezes = (at: number) => {
    moments.push(at);
    return [freeze];
  };
  using b = await bench({ freezes });
  const words = 'the freeze "black friday" holds until 14 Nov 2023, 22:13 UTC (the shop is full)';
  expect(await healthOf(b)).toMatchObject({
    status: "ok",
    freezes: [{ name: "black friday", until: freeze.until, words }],
  });
  expect(moments).toEqual([b.clock.now()]);
});

test("a channel that is down degrades it", async () => {
  using b = await bench({}, [channel(false)]);
  expect(await healthOf(b)).toMatchObject({
    status: "degraded",
    channels: [{ name: "slack", ok: false, detail: "not connected" }],
  });
});

test("the queue says when the next run is due", async () => {
  using b = await bench();
  expect((await healthOf(b)).queue).toEqual({ running: 0, sleeping: 0, due: false, next_at: null });
  const later = b.clock.now() + 5;
  b.engine.store.nextWake = async () => later;
  expect((await healthOf(b)).queue).toMatchObject({ due: false, next_at: later });
  b.clock.time += 5;
  expect((await healthOf(b)).queue).toMatchObject({ due: true, next_at: null });
});

test("a model that gives no answers degrades it: why, since when, and how many runs wait", async () => {
  using b = await bench({ warnings: ["prices: not known"] });
  const trouble = { model: "gpt-5", code: "auth", reason: "The key was refused.", since: 5, waiting: 22 };
  b.engine.modelTroubles.push(trouble);
  expect(await healthOf(b)).toMatchObject({
    status: "degraded",
    model_troubles: [trouble],
    warnings: ["prices: not known"],
  });
  const stranger = await b.call("GET", "/health", { as: null });
  expect(await stranger.json()).toEqual({ status: "degraded" });
});

test("a post that was given up degrades it for a day, and counts so long in /metrics", async () => {
  using b = await bench();
  const { store } = b.engine;
  await store.commit(commit("r1", 0, { posts: [post("p", "one")] }));
  await store.finishDelivery("r1/p#0", {
    type: "given_up",
    at: b.clock.now(),
    revision: 1,
    uncertain: false,
    error: "too long",
  });
  const counted = async () =>
    (await (await b.call("GET", "/metrics")).text()).match(/^belay_posts_given_up .*$/m)?.[0];
  b.clock.time += 24 * 3_600_000;
  expect(await healthOf(b)).toMatchObject({ status: "degraded", outbox: { undelivered: 0, given_up: 1 } });
  expect(await counted()).toBe("belay_posts_given_up 1");
  b.clock.time += 1;
  expect(await healthOf(b)).toMatchObject({ status: "ok", outbox: { undelivered: 0, given_up: 0 } });
  expect(await counted()).toBe("belay_posts_given_up 0");
});

test("a record that can't be read degrades it; its run says so, lists and questions go on without it", async () => {
  using b = await bench();
  const [hurt, other] = [await askingRun(b), await askingRun(b)];
  const { store } = b.engine;
  const message = `run ${hurt.id} can't be read: its event at version 2 is missing`;
  const error = new UnreadableError("storage_damaged", message, { what: `run ${hurt.id}` });
  const read = store.read;
  store.read = (runId, after) => (runId === hurt.id ? Promise.reject(error) : read(runId, after));

  const asked = await (await b.call("GET", "/questions")).json();
  expect(asked).toMatchObject({ questions: [{ run_id: other.id }] });
  const { runs } = (await (await b.call("GET", "/agent/runs")).json()) as RunList;
  expect(runs.map(({ id }) => id).sort()).toEqual([hurt.id, other.id].sort());
  const shown = await b.call("GET", `/agent/state/${hurt.id}`);
  expect([shown.status, await shown.json()]).toMatchObject([
    500,
    { code: "record_unreadable", detail: message },
  ]);
  expect(await healthOf(b)).toMatchObject({
    status: "degraded",
    unreadable: [{ what: `run ${hurt.id}`, message }],
  });
  expect(healthSchema.parse(await (await b.call("GET", "/health", { as: null })).json())).toEqual({
    status: "degraded",
  });
});

test("a database that does not answer is told, with 503 and without its words", async () => {
  using b = await bench({ database: "PostgreSQL" });
  b.engine.store.outboxHealth = () =>
    Promise.reject(new StoreError("storage_busy", "no route to db.internal"));
  const known = await b.call("GET", "/health");
  const said = await known.text();
  expect([known.status, JSON.parse(said)]).toMatchObject([
    503,
    { status: "down", database: { kind: "PostgreSQL", answers: false } },
  ]);
  expect(said).not.toContain("db.internal");
  expect(b.bugs).toHaveLength(1);
  const stranger = await b.call("GET", "/health", { as: null });
  expect([stranger.status, await stranger.json()]).toEqual([503, { status: "down" }]);
});

test.each([
  ["is full", { fullSince: 5, refusedSince: null }, { full_since: 5, refused_since: null }],
  ["can't be written", { fullSince: null, refusedSince: 5 }, { full_since: null, refused_since: 5 }],
] as const)("a storage that %s degrades it, though the database answers", async (_how, seen, told) => {
  using b = await bench({ database: "SQLite file" });
  b.engine.refusedWrites = seen;
  expect(await healthOf(b)).toMatchObject({ status: "degraded", database: { answers: true, ...told } });
});

test("a stranger learns the status alone, and no runs are counted for it", async () => {
  using b = await bench({ database: "SQLite file" }, [channel(true)]);
  b.engine.store.runs = () => Promise.reject(new Error("the runs were read"));
  expect(await (await b.call("GET", "/health", { as: null })).json()).toEqual({ status: "ok" });
});

test("runs that were left behind are told by their titles to whoever may see them", async () => {
  using b = await bench();
  const mine = await b.launch("Restart payments");
  const secret = await b.launch("Hidden", "owner");
  const why = "its agent was removed";
  b.engine.leftBehind.push({ run: mine.id, why }, { run: secret.id, why });
  const both = [
    { run: mine.id, title: "Restart payments", why },
    { run: secret.id, title: null, why },
  ];
  expect((await healthOf(b)).left_behind).toEqual(both);
  b.engine.store.outboxHealth = () => Promise.reject(new StoreError("storage_busy", "gone"));
  b.engine.store.runs = () => Promise.reject(new StoreError("storage_busy", "gone"));
  const down = healthSchema.parse(await (await b.call("GET", "/health")).json());
  expect(down.left_behind).toEqual(both.map((one) => ({ ...one, title: null })));
});

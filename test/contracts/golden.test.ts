/**
 * The upgrade promise: a database of each former release, with a run at every place where one can
 * stand, opens and goes on.
 */
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "../../src/core/ports/store.ts";
import { statusOf, underPause } from "../../src/core/state.ts";
import { statuses } from "../../src/core/text/status.ts";
import { type Bot, startBot } from "../support/bot.ts";
import {
  goldenFile,
  goldenReleases,
  goldenRows,
  openGoldenFile,
  openGoldenPostgres,
} from "../support/golden/open.ts";
import { named, runsOf, watched } from "../support/golden/runs.ts";
import type { Scene } from "../support/golden/scene.ts";
import { goldenScenes, heardTask } from "../support/golden/scenes.ts";
import {
  clockFrom,
  goldenAgents,
  goldenChannels,
  goldenModel,
  goldenTools,
  madeAt,
} from "../support/golden/world.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

/** The sleeps are over, the waits for events are not. */
const clock = clockFrom(madeAt + 3_600_000);

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const cases = goldenReleases.flatMap((made) => [
  { ...made, kind: "SQLite", open: () => openGoldenFile(made.release, clock) },
  { ...made, kind: "PostgreSQL", open: () => openGoldenPostgres(server, made, clock) },
]);

describe.each(cases)("the golden database of $release in $kind", ({ open }) => {
  async function opened(): Promise<Store> {
    const { store, close } = await open();
    ends.push(close);
    return store;
  }

  it("holds a run in every status and every phase that outlives a commit, each folded as it was", async () => {
    const store = await opened();
    const found = await runsOf(store);
    for (const scene of goldenScenes) {
      const { row, state } = named(found, scene.task);
      expect(scene.stands(state), scene.task).toBe(true);
      expect(row, scene.task).toMatchObject({ version: state.version, status: statusOf(state) });
    }
    const states = [...found.values()].map(({ state }) => state);
    expect(new Set(states.map(statusOf))).toEqual(new Set(statuses));
    // `answered` is decided on in the commit that brings it.
    expect(new Set(states.flatMap(({ phase }) => [phase.at, underPause(phase).at]))).toEqual(
      new Set([
        "thinking",
        "acting",
        "asking",
        "limited",
        "paused",
        "cancelling",
        "complete",
        "failed",
        "cancelled",
      ]),
    );
  });

  it("goes on: every run to its end, every message that waits to its outcome, every post to its place", async () => {
    const store = await opened();
    const found = await runsOf(store);
    const { tools, done } = goldenTools(false);
    const changed = watched(store);
    const bot = await startBot({
      store: changed.store,
      model: goldenModel(false),
      tools,
      agents: goldenAgents(tools),
      channels: goldenChannels(false),
      clock,
    });
    ends.push(() => bot.stop());

    for (const scene of goldenScenes) await scene.goOn?.(bot, named(found, scene.task).state);
    for (const scene of goldenScenes) await reached(bot, scene, named(found, scene.task).row.runId);
    expect(done.sort()).toEqual(goldenScenes.flatMap((scene) => scene.done ?? []).sort());

    await changed.until(async () => (await store.pendingInbox(1)).length === 0);
    const begun = (await store.runs({ text: heardTask, limit: 1 }))[0];
    expect(begun).toBeDefined();
    await bot.untilEnd(begun?.runId ?? "");
    await changed.until(async () => (await store.outboxHealth()).undelivered === 0);
  });
});

describe.each(goldenReleases)("the golden files of $release", ({ release, schema }) => {
  it("hold the same rows", () => {
    const file = new Database(goldenFile(release), { readonly: true });
    expect(file.pragma("user_version", { simple: true })).toBe(schema);
    const rows = goldenRows(release);
    for (const table of new Set(rows.map((line) => line.table))) {
      const here = rows.filter((line) => line.table === table).map(({ row }) => row);
      expect(file.prepare(`SELECT * FROM ${table}`).all(), table).toEqual(here);
    }
    file.close();
  });

  it("hold posts in every state of a delivery, messages of every intent, and every kind of record", () => {
    const rows = goldenRows(release);
    const of = (table: string) => rows.filter((line) => line.table === table).map(({ row }) => row);
    const posts = of("outbox").map(
      ({ delivered_revision, revision, uncertain, given_up }) =>
        `${delivered_revision === revision ? "delivered" : "due"} ${uncertain} ${given_up}`,
    );
    expect(new Set(posts)).toEqual(new Set(["delivered 0 0", "due 0 0", "due 1 0", "due 0 1"]));
    const intents = of("inbox")
      .filter(({ state }) => state === "pending")
      .map(({ body }) => (JSON.parse(String(body)) as { intent: { type: string } }).intent.type);
    expect(intents.sort()).toEqual([
      "answer",
      "approve",
      "choose",
      "instruction",
      "message",
      "press",
      "refuse",
    ]);
    for (const table of ["agents", "sessions", "audits", "addresses", "notes", "questions"]) {
      expect(of(table).length, table).toBeGreaterThan(0);
    }
  });
});

async function reached(bot: Bot, scene: Scene, runId: string): Promise<void> {
  const { phase } = await bot.untilEnd(runId);
  expect(phase, scene.task).toMatchObject(scene.end);
}

/** Which past runs are found, and in which order, among 2,000. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Actor } from "../../src/core/actor.ts";
import type { RunEvent } from "../../src/core/event.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { searchWords } from "../../src/core/recall.ts";
import { pastRuns } from "../../src/engine/past-runs.ts";
import { clock, operator } from "../support/bot.ts";
import { openStore } from "../support/deployment.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { alerts, ended, person, recalling } from "../support/past-runs.ts";
import { commit, must, row } from "../support/store/commits.ts";

const kinds = [
  ["CheckoutErrors", "the payment provider answered 502, a restart did not help"],
  ["HighLatency", "a slow query held the connection pool"],
  ["DiskFull", "logrotate had stopped, old logs were deleted"],
  ["PodCrashLooping", "a missing environment variable after the rollout"],
  ["CertExpiry", "the issuer could not be reached for the renewal"],
  ["QueueBacklog", "one consumer was stuck on a poison message"],
  ["ReplicationLag", "a long transaction on the replica"],
  ["MemoryPressure", "a cache without a bound grew for days"],
  ["NodeNotReady", "the kubelet lost its lease"],
  ["DeadLetters", "a producer wrote an unknown schema"],
  ["LoginErrors", "the identity provider throttled us"],
  ["CacheMisses", "the keys had changed their prefix"],
  ["TlsHandshake", "an old client offered no cipher of ours"],
  ["KafkaLag", "a rebalance went round and round"],
  ["JobFailed", "the nightly import met a malformed row"],
  ["BackupMissing", "the bucket's policy refused the upload"],
  ["CpuThrottle", "the limit stood below what a start takes"],
  ["NetworkDrop", "a switch port flapped"],
  ["SearchDown", "two shards had no primary"],
  ["MailBounces", "our address stood on a block list"],
] as const;
const services = 10;
const minute = 60_000;
const begin = Date.parse("2026-01-01T00:00:00Z");

/** Kinds and services come round and round: each pair has ten runs, the last of each among the newest two hundred. */
function alertOf(nth: number) {
  const [name, cause] = kinds[nth % kinds.length] ?? kinds[0];
  const service = Math.floor(nth / kinds.length) % services;
  return { runId: `run_${nth}`, name, cause, service, title: `${name} on api-${service}` };
}

function logOf(nth: number): RunEvent[] {
  const { runId, title, cause, service } = alertOf(nth);
  const at = begin + nth * minute;
  const launched: RunEvent = {
    ...{ type: "launched", at, runId, title, task: "An alert is firing. Find out what is wrong." },
    from: { principal: alerts.principal, name: alerts.name },
    via: { channel: "webhook" },
    addresses: [],
    agent: { name: "default", hash: "agent-1" },
    limits: { steps: 10, tokens: 1, costUsd: 1 },
    prefetch: [],
    context: [{ source: "webhook", text: `labels: severity page, team shop${service}`, trusted: false }],
    ...{ trusted: false, follows: null, parent: null },
  };
  return [launched, { type: "completed", at: at + 1, answer: `api-${service}: ${cause}.` }];
}

/** `oldest`: what the first one is called instead. */
async function seeded(runs: number, oldest?: string) {
  const store = await openStore();
  for (let nth = 0; nth < runs; nth++) await seed(store, nth, nth === 0 ? oldest : undefined);
  const { bot } = await recalling({ store, model: scripted(finalAnswer("ok")) });
  const asking = await ended(bot, "something else", { actor: operator });
  const find = (words: string) => pastRuns(bot.engine, asking.runId, searchWords(words));
  const ids = async (words: string) => (await find(words)).runs.map((run) => run.row.runId);
  return { bot, find, ids };
}

function seed(store: Store, nth: number, title = alertOf(nth).title) {
  const { runId } = alertOf(nth);
  const { principal, name: personName } = alerts;
  const of = { status: "complete", agent: "default", task: title, principal, personName } as const;
  const launchedAt = begin + nth * minute;
  return must(store.commit(commit(runId, 0, { events: logOf(nth), row: row(runId, { ...of, launchedAt }) })));
}

/** The newest five runs that this is true of. */
function newestOf(runs: number, isMeant: (alert: ReturnType<typeof alertOf>) => boolean): string[] {
  const all = Array.from({ length: runs }, (_, nth) => alertOf(nth));
  return all
    .filter(isMeant)
    .map(({ runId }) => runId)
    .slice(-5)
    .reverse();
}

test("recall@5 is 1 by an alert's name and service, and by what its outcome said", {
  timeout: 60_000,
}, async () => {
  const { ids: found } = await seeded(2_000);
  for (const [kind, [name, cause]] of kinds.entries()) {
    const service = kind % services;
    const same = newestOf(2_000, (alert) => alert.name === name && alert.service === service);
    expect(await found(`${name} on api-${service}, firing since 03:05`)).toEqual(same);
    const alike = newestOf(2_000, (alert) => alert.name === name);
    expect(await found(`why? ${cause}`)).toEqual(alike);
  }
  expect(await found("team shop3 HighLatency")).toEqual(
    newestOf(2_000, ({ name, service }) => name === "HighLatency" && service === 3),
  );
});

test("a run older than all those whose outcomes are looked through is found by its title", async () => {
  const { find } = await seeded(400, "SwitchFlap on core-1");
  const { runs, outcomesOf } = await find("SwitchFlap core-1");
  expect(runs.map(({ row, held }) => [row.runId, held])).toEqual([["run_0", ["switchflap", "core-1"]]]);
  expect(outcomesOf).toBe(300);
});

test("neither a run at work, nor a forgotten one, nor the asking one, nor the turn before it is found", async () => {
  const { bot, ids } = await seeded(40);
  expect(await ids("CheckoutErrors")).toEqual(["run_20", "run_0"]);
  const at = { status: "running", task: "CheckoutErrors again", launchedAt: begin } as const;
  await must(bot.store.commit(commit("run_40", 0, { row: row("run_40", at) })));
  const by = { actor: operator, via: { channel: "console" } };
  expect(await bot.engine.forget("run_20", by)).toMatchObject({ ok: true });
  expect(await ids("CheckoutErrors forgotten")).toEqual(["run_0"]);
  expect(await ids("something else")).toEqual([]);
  const turn = await ended(bot, "and now?", { actor: operator, after: "run_0" });
  expect((await pastRuns(bot.engine, turn.runId, ["checkouterrors"])).runs).toEqual([]);
});

test("a run that can't be read is left out, and told of to whoever may read it", async () => {
  const home = mkdtempSync(join(tmpdir(), "belay-recall-"));
  const path = join(home, "belay.db");
  const store = await openSqlite({ path, clock });
  onTestFinished(async () => {
    await store.close();
    rmSync(home, { recursive: true });
  });
  await seed(store, 0);
  await seed(store, 20);
  const other = new Database(path);
  other.prepare("UPDATE events SET data = '{' WHERE run_id = 'run_20' AND version = 2").run();
  other.close();
  const found = async (actor: Actor, word: string) => {
    const { bot } = await recalling({
      ...{ store, model: scripted(finalAnswer("ok")), rights: { read: ["requester"] } },
    });
    const { runId } = await ended(bot, "something else", { actor });
    const { runs, unreadable } = await pastRuns(bot.engine, runId, [word]);
    return [runs.map(({ row }) => row.runId), unreadable];
  };
  expect(await found(alerts, "checkouterrors")).toEqual([["run_0"], 1]);
  // Perhaps it held the word.
  expect(await found(alerts, "zebra")).toEqual([[], 1]);
  expect(await found(person("slack:T1/U1"), "checkouterrors")).toEqual([[], 0]);
});

test("runs that hold less than half of what the best one does are none like it", async () => {
  const { ids } = await seeded(40);
  expect(await ids("DiskFull on api-0, logrotate")).toEqual(["run_2", "run_22"]);
});

test("few of many may be read: they are found behind all the others", async () => {
  const store = await openStore();
  for (let nth = 0; nth < 600; nth++) await seed(store, nth, "CheckoutErrors");
  await must(
    store.commit(
      commit("run_own", 0, {
        events: logOf(0),
        row: row("run_own", {
          status: "complete",
          task: "CheckoutErrors",
          principal: "slack:T1/U1",
          launchedAt: 1,
        }),
      }),
    ),
  );
  const { bot } = await recalling({
    store,
    model: scripted(finalAnswer("ok")),
    rights: { read: ["requester"] },
  });
  const { runId } = await ended(bot, "something else", { actor: person("slack:T1/U1") });
  const { runs } = await pastRuns(bot.engine, runId, ["checkouterrors"]);
  expect(runs.map(({ row }) => row.runId)).toEqual(["run_own"]);
});

test("titles that hold a longer number in place of the one that is meant keep no run from being found", async () => {
  const store = await openStore();
  for (let nth = 0; nth < 400; nth++) await seed(store, nth, `SwitchFlap on core-1${nth === 0 ? "" : nth}`);
  const { bot } = await recalling({ store, model: scripted(finalAnswer("ok")) });
  const { runId } = await ended(bot, "something else", { actor: operator });
  const { runs } = await pastRuns(bot.engine, runId, ["switchflap", "core-1"]);
  expect(runs.map(({ row, held }) => [row.runId, held.length]).slice(0, 2)).toEqual([
    ["run_0", 2],
    ["run_399", 1],
  ]);
});

/** What is kept for how long: keys for every redelivery, notes as long as a run needs them, and nothing for ever. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { noteKinds, writeNote } from "../../src/core/store/notes.ts";
import type { Status } from "../../src/core/text/status.ts";
import { type Bot, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { scripted } from "../support/model/scripted.ts";
import { commit, must, row } from "../support/store/commits.ts";

const day = 86_400_000;
const clock = clockOf(() => Date.now());
let store: Store;
let bot: Bot;

beforeEach(async () => {
  // What is done every few seconds would fill the days of a test.
  vi.useFakeTimers({ now: 1_000 * day, toFake: ["setTimeout", "clearTimeout", "Date"] });
  store = await openSqlite({ path: ":memory:", clock });
});
afterEach(async () => {
  await bot.stop();
  await store.close();
  vi.useRealTimers();
});

/** Days of looking for messages take their time, and there are none. */
function quiet(): Store {
  return { ...store, claimInbox: async () => [] };
}

async function remember(key: string, ageInDays: number): Promise<void> {
  const receivedAt = clock.now() - ageInDays * day;
  await store.receive({ source: "slack", key, body: "{}", receivedAt });
  await store.settleInbox({ source: "slack", key }, { state: "done", runId: null, outcome: "noted" });
}

/** Those of the keys that are still known. */
async function known(...keys: string[]): Promise<string[]> {
  const rows = await Promise.all(keys.map((key) => store.inboxRow({ source: "slack", key })));
  return rows.flatMap((row) => (row ? [row.key] : []));
}

/** Whoever holds the duty has done what was due then, and waits for the next time. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  await vi.waitUntil(() => vi.getTimerCount() > 0, 10_000);
}

/** Told what is due it looks for nothing by itself, which would fill the days of a test with looks. */
const wakes = {
  start: async () => {},
  soon() {},
  refresh() {},
  worksAlone: () => false,
  stop: async () => {},
};

test("soon after the start keys older than 30 days are forgotten", async () => {
  await remember("old", 31);
  await remember("young", 29);
  bot = await startBot({ store: quiet(), clock, model: scripted() });
  expect(await known("old", "young")).toEqual(["old", "young"]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await known("old", "young")).toEqual(["young"]);
});

test("they are forgotten once a day", async () => {
  await remember("young", 29);
  bot = await startBot({ store: quiet(), clock, model: scripted(), wakes });
  await bot.engine.hold();
  await pass(60_000);
  expect(await known("young")).toEqual(["young"]);
  for (const ms of [day, day]) await pass(ms);
  expect(await known("young")).toEqual([]);
});

test("a store that is busy is asked again the next day, and nothing is forgotten after a stop", async () => {
  await remember("old", 31);
  const pruned = vi.fn(store.pruneInbox).mockRejectedValueOnce(new Error("busy"));
  bot = await startBot({ store: { ...quiet(), pruneInbox: pruned }, clock, model: scripted(), wakes });
  await bot.engine.hold();
  await pass(60_000);
  expect(await known("old")).toEqual(["old"]);
  await pass(day);
  expect(await known("old")).toEqual([]);
  await bot.stop();
  await vi.advanceTimersByTimeAsync(2 * day);
  expect(pruned).toHaveBeenCalledTimes(2);
});

test("of several processes only the one that holds the duty forgets what is old", async () => {
  await remember("old", 31);
  bot = await startBot({ store: quiet(), clock, model: scripted(), wakes });
  await vi.advanceTimersByTimeAsync(2 * day);
  expect(await known("old")).toEqual(["old"]);
  await bot.engine.hold();
  await pass(60_000);
  expect(await known("old")).toEqual([]);
  await bot.engine.letGo();
  await remember("later", 31);
  await vi.advanceTimersByTimeAsync(2 * day);
  expect(await known("later")).toEqual(["later"]);
  await bot.engine.hold();
  await pass(60_000);
  expect(await known("later")).toEqual([]);
});

/** A run at these addresses, last changed so many days ago. */
async function ran(
  runId: string,
  status: Status,
  ageInDays: number,
  addresses: string[] = [],
): Promise<void> {
  const at = clock.now() - ageInDays * day;
  const changed = row(runId, { status, updatedAt: at, address: addresses[0] ?? null });
  await must(store.commit(commit(runId, 0, { row: changed, addresses })));
}

test("notes go some time after the run they serve has ended; what a run needs and what tells how far we are stay", async () => {
  const thread = { to: "dana@x.example", subject: "", messageIds: [], receipt: true };
  const target = { webhook: "ci", callback: null, github: null };
  const long = clock.now() - 200 * day;
  const now = vi.spyOn(clock, "now").mockReturnValue(long);
  const mail = (runId: string) => ({ runId, questionId: null, to: "dana@x.example", address: "email:t" });
  for (const runId of ["over", "asking", "just", "never"]) {
    await writeNote(store, noteKinds.mailSent, { of: runId, value: mail(runId) });
    await writeNote(store, noteKinds.mailThread, { of: runId, value: thread });
    await writeNote(store, noteKinds.resultTarget, { of: `webhook:ci/results/${runId}`, value: target });
    await writeNote(store, noteKinds.toldElsewhere, { of: `slack:T1/C1/${runId}`, value: runId });
  }
  await writeNote(store, noteKinds.mailOnce, { of: "token", value: "0".repeat(64) });
  await writeNote(store, noteKinds.discordHint, { of: "thread", value: "1" });
  await writeNote(store, noteKinds.discordCursor, { value: "1" });
  await writeNote(store, noteKinds.discordCommands, { value: "0".repeat(64) });
  await writeNote(store, noteKinds.scheduleFired, { of: "nightly", value: "2026-01-01T00:00:00Z" });
  await store.saveNote("mail:sent:damaged", "{");
  now.mockRestore();
  const at = (runId: string) => [`email:${runId}`, `webhook:ci/results/${runId}`];
  await ran("over", "complete", 91, at("over"));
  await ran("asking", "waiting_human_input", 199, at("asking"));
  await ran("just", "failed", 89, at("just"));
  // A thread whose first run is over may have a second one.
  await ran("first", "complete", 199, at("asking"));
  await writeNote(store, noteKinds.mailSent, { of: "young", value: mail("over") });

  const before = await store.oldNotes({ prefix: "", before: Number.MAX_SAFE_INTEGER, after: "", limit: 99 });
  bot = await startBot({ store: quiet(), clock, model: scripted() });
  await vi.advanceTimersByTimeAsync(60_000);
  // Of the last kind that is looked at.
  const last = () => store.note("told-elsewhere:slack:T1/C1/never");
  await vi.waitUntil(async () => (await last()) === null, 20_000);
  const rest = await store.oldNotes({ prefix: "", before: Number.MAX_SAFE_INTEGER, after: "", limit: 99 });
  const names = new Set(rest.map(({ name }) => name));
  const gone = before.map(({ name }) => name).filter((name) => !names.has(name));
  const of = (runId: string) => [
    `mail:sent:${runId}`,
    `mail:thread:${runId}`,
    `target:webhook:ci/results/${runId}`,
    `told-elsewhere:slack:T1/C1/${runId}`,
  ];
  expect(gone.sort()).toEqual(
    [...of("over"), ...of("never"), "mail:once:token", "discord/hint/thread"].sort(),
  );
  expect(bot.engine.unreadable.list().map(({ what }) => what)).toEqual(["note mail:sent:damaged"]);
});

test("refusals are kept as long as the configuration says", async () => {
  const refused = {
    principal: "slack:T1/U1",
    action: "launch",
    resource: "x",
    decision: "refused",
    rule: "",
  } as const;
  for (const days of [366, 364, 20]) await store.audit({ ...refused, at: clock.now() - days * day });
  bot = await startBot({ store: quiet(), clock, model: scripted() });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await store.audits(9)).toHaveLength(2);
  await bot.stop();
  bot = await startBot({ store: quiet(), clock, model: scripted(), auditDays: 30 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await store.audits(9)).toHaveLength(1);
});

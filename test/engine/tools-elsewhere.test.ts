/** Which tools other processes have, by what they say of themselves; dates are not trusted. */
import { pino } from "pino";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { noteKinds, writeNote } from "../../src/core/store/notes.ts";
import { ToolsElsewhere } from "../../src/engine/tools-elsewhere.ts";
import { UnreadableRecords } from "../../src/engine/unreadable.ts";
import { clock } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { policyWith } from "../support/core/policy.ts";

const specs = policyWith().tools;
const log = pino({ level: "silent" });
const hourMs = 3_600_000;

async function open() {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  return store;
}

/** A process with these tools, whose clock is the test's; its date is wrong by `wrongMs`. */
function processWith(store: Store, names: readonly string[], { wrongMs = 0, works = true } = {}) {
  const at = { ms: 0 };
  const day = Date.now();
  const changed = vi.fn();
  const tools = Object.fromEntries(Object.entries(specs).filter(([name]) => names.includes(name)));
  const unreadable = new UnreadableRecords(log);
  const own = clockOf(
    () => day + wrongMs + at.ms,
    () => at.ms,
  );
  const tellers = new ToolsElsewhere({
    ...{ store, clock: own, log, unreadable, tools, told: true, works, changed },
  });
  const others = async () => Object.keys(await tellers.all());
  return {
    at,
    changed,
    say: () => tellers.say(),
    others,
    of: (names: string[]) => tellers.of(names),
    unreadable,
  };
}

test.each([0, hourMs, -hourMs])(
  "counts while it says so and 75 s on, with a date wrong by %d ms",
  async (wrongMs) => {
    const store = await open();
    const has = processWith(store, ["deploy", "look"], { wrongMs });
    const lacks = processWith(store, ["look"]);
    await has.say();
    await lacks.say();
    has.at.ms = lacks.at.ms = 30_000;
    await has.say();
    await lacks.say();
    expect(await lacks.others()).toEqual(["deploy"]);
    expect(await has.others()).toEqual([]);
    lacks.at.ms = 70_000;
    await lacks.say();
    lacks.at.ms = 104_000;
    expect(await lacks.others()).toEqual(["deploy"]);
    lacks.at.ms = 106_000;
    expect(await lacks.others()).toEqual([]);
  },
);

test("nobody counts as gone for what they could not say while the store was away", async () => {
  const store = await open();
  const isAway = { now: false };
  const saveNote: Store["saveNote"] = async (...given) => {
    if (isAway.now) throw new Error("away");
    return store.saveNote(...given);
  };
  const has = processWith({ ...store, saveNote }, ["deploy"]);
  const lacks = processWith({ ...store, saveNote }, ["look"]);
  const former = processWith(store, ["restart"]);
  await former.say();
  for (const ms of [0, 30_000, 60_000, 90_000]) {
    for (const { at, say } of [has, lacks]) {
      at.ms = ms;
      await say();
    }
  }
  isAway.now = true;
  for (const ms of [120_000, 150_000, 180_000, 210_000]) {
    lacks.at.ms = ms;
    await lacks.say();
  }
  isAway.now = false;
  expect(await lacks.others()).toEqual(["deploy"]);
  for (const ms of [215_000, 245_000, 275_000]) {
    lacks.at.ms = ms;
    await lacks.say();
    expect(await lacks.others()).toEqual(["deploy"]);
  }
  lacks.at.ms = 291_000;
  expect(await lacks.others()).toEqual([]);
});

test("a process that is started finds who is there by the date of their last word", async () => {
  const store = await open();
  const has = processWith(store, ["deploy"]);
  await has.say();
  expect(await processWith(store, []).others()).toEqual(["deploy"]);
  expect(await processWith(store, [], { wrongMs: 80_000 }).others()).toEqual([]);
});

test("tells once when what only others have is other than before", async () => {
  const store = await open();
  const [has, lacks] = [processWith(store, ["deploy"]), processWith(store, ["look"])];
  await lacks.say();
  expect(lacks.changed).not.toHaveBeenCalled();
  await has.say();
  await lacks.say();
  await lacks.say();
  expect(lacks.changed).toHaveBeenCalledTimes(1);
  for (const ms of [40_000, 80_000]) {
    lacks.at.ms = ms;
    await lacks.say();
  }
  expect(lacks.changed).toHaveBeenCalledTimes(2);
});

test("a process that carries out no calls says nothing, and hears", async () => {
  const store = await open();
  const web = processWith(store, ["deploy"], { works: false });
  const worker = processWith(store, ["look"]);
  await web.say();
  await worker.say();
  expect(await worker.others()).toEqual([]);
  expect(await web.others()).toEqual(["look"]);
});

test("nobody is asked about a tool that is here", async () => {
  const store = await open();
  const oldNotes = vi.fn(store.oldNotes);
  const { of } = processWith({ ...store, oldNotes }, ["deploy"]);
  await of(["deploy"]);
  expect(oldNotes).not.toHaveBeenCalled();
  await of(["deploy", "look"]);
  expect(oldNotes).toHaveBeenCalledTimes(1);
});

test("what is a day old is deleted, and what a newer release wrote is passed over", async () => {
  const store = await open();
  const { name } = noteKinds.toolsThere;
  const value = { at: 0, tools: {} };
  await writeNote(store, noteKinds.toolsThere, { of: "old", value });
  await store.saveNote(`${name}newer`, '{"v":9,"value":{}}');
  const later = processWith(store, ["look"], { wrongMs: 25 * hourMs });
  await later.say();
  expect(await store.note(`${name}old`)).toBeNull();
  const [newer] = later.unreadable.list();
  expect(newer?.what).toBe(`note ${name}newer`);
});

test("a store that is away is told in the log, and the next word makes up for it", async () => {
  const store = await open();
  const saveNote = vi.fn(store.saveNote).mockRejectedValueOnce(new Error("away"));
  const has = processWith({ ...store, saveNote }, ["deploy"]);
  await has.say();
  const lacks = processWith(store, []);
  expect(await lacks.others()).toEqual([]);
  await has.say();
  expect(await lacks.others()).toEqual(["deploy"]);
});

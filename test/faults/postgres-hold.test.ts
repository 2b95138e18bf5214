/** What only one process may do passes on: when its holder stops, and when nothing is heard of it any more. */
import pino from "pino";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openHold } from "../../adapters/postgres/hold.ts";
import { startLine } from "../support/store/line.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const log = pino({ level: process.env.TEST_LOG ?? "silent" });

/** Joins those who ask for the duty. `told`: what happened, in the common list. */
async function join(url: string, name: string, told: string[]) {
  const hold = openHold({ url, log });
  const taken = Promise.withResolvers<void>();
  const dropped = Promise.withResolvers<void>();
  const duty = {
    async take() {
      told.push(`${name} takes`);
      taken.resolve();
    },
    async drop() {
      told.push(`${name} drops`);
      dropped.resolve();
    },
  };
  await hold.start(duty);
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= hold.stop();
    return stopping;
  };
  onTestFinished(stop);
  return { stop, taken: taken.promise, dropped: dropped.promise };
}

test("one of two has it, and the other when that one has stopped", async () => {
  const url = await server.emptyDatabase();
  const told: string[] = [];
  const first = await join(url, "first", told);
  await first.taken;
  const second = await join(url, "second", told);
  await first.stop();
  await second.taken;
  expect(told).toEqual(["first takes", "first drops", "second takes"]);
});

test("a holder of whom nothing is heard loses it to another, and knows it", async () => {
  const url = await server.emptyDatabase();
  const line = await startLine(url);
  onTestFinished(() => line.close());
  const told: string[] = [];
  const silent = await join(line.url, "silent", told);
  await silent.taken;
  const other = await join(url, "other", told);
  // Were new connections well, either of the two could be the next to have the lock.
  line.silence("silent");
  await other.taken;
  await silent.dropped;
  // At no moment both have it.
  expect(told).toEqual(["silent takes", "silent drops", "other takes"]);
});

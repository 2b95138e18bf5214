/** A lane that stops while the database does not answer: nothing is thrown where nobody catches it. */
import { setImmediate as turn } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { defaultLimits } from "../../adapters/postgres/connection.ts";
import { Lane } from "../../adapters/postgres/lane.ts";
import { gate } from "../support/gate.ts";
import { startLine } from "../support/store/line.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A lane on a line that may break, what it said, and what nobody caught meanwhile. */
async function laneOn(url: string, run: () => Promise<void>) {
  const line = await startLine(url);
  const uncaught: unknown[] = [];
  const note = (error: unknown) => void uncaught.push(error);
  process.on("unhandledRejection", note);
  onTestFinished(async () => {
    process.off("unhandledRejection", note);
    await line.close();
  });
  const said: string[] = [];
  const lane = new Lane({
    place: { url: line.url, limits: { ...defaultLimits, answerMs: 1_000 } },
    log: { debug: (fields) => void said.push(JSON.stringify(fields)), warn() {} },
    atOnce: 1,
    ahead: 3,
    tasks: () => ({ run }),
  });
  const says = (words: string, times: number) =>
    expect.poll(() => said.filter((line) => line.includes(words))).toHaveLength(times);
  return { line, lane, says, uncaught };
}

test("a LISTEN that gets no answer, and a stop before it is given up, leave the process alone", async () => {
  const { line, lane, says, uncaught } = await laneOn(await server.database(), async () => {});
  const listens = line.breakOn("LISTEN", "unanswered");
  await lane.start();
  await listens;
  await lane.stop();
  // Asked by the stop, and by the LISTEN that was given up: each then gives the connection back.
  await says("UNLISTEN", 2);
  await turn();
  expect(uncaught).toEqual([]);
});

test("jobs that were taken ahead and can't be given back by a stop leave the process alone", async () => {
  const url = await server.database();
  const busy = gate();
  const { line, lane, says, uncaught } = await laneOn(url, () => busy.pass());
  onTestFinished(() => busy.open());
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("SELECT graphile_worker.add_job('run') FROM generate_series(1, 3)");
  await client.end();
  await lane.start();
  await busy.reached;
  const gives = line.breakOn("return_job", "before");
  const stopped = lane.stop();
  await gives;
  busy.open();
  await stopped;
  await says("Failed to return jobs", 1);
  await turn();
  expect(uncaught).toEqual([]);
});

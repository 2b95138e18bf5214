/** A lane that stops while the server says nothing to its LISTEN: nothing is thrown where nobody catches it. */
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { defaultLimits } from "../../adapters/postgres/connection.ts";
import { Lane } from "../../adapters/postgres/lane.ts";
import { startLine } from "../support/store/line.ts";
import { startPostgres, type TestPostgres } from "../support/store/postgres.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

test("a LISTEN that gets no answer, and a stop before it is given up, leave the process alone", async () => {
  const line = await startLine(await server.database());
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
    ahead: 1,
    tasks: () => ({ run: async () => {} }),
  });
  const listens = line.breakOn("LISTEN", "unanswered");
  await lane.start();
  await listens;
  await lane.stop();
  // Asked by the stop, and by the LISTEN that was given up: each then gives the connection back.
  await expect.poll(() => said.filter((words) => words.includes("UNLISTEN"))).toHaveLength(2);
  await turn();
  expect(uncaught).toEqual([]);
});

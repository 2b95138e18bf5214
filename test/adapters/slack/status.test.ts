/** Slack's session status: follows the run, is repaired at the start, and goes quietly where it is not to be had. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunRow } from "../../../src/core/ports/runs.ts";
import type { Status } from "../../../src/core/text/status.ts";
import { messageNamed } from "../../fixtures/messages.ts";
import { recordingInlet, runRow } from "../../support/recording-inlet.ts";
import { SlackWorld } from "../../support/slack/world.ts";

let world: SlackWorld;
let status: Status;
const ended: RunRow[] = [];

beforeEach(async () => {
  world = await SlackWorld.start("http");
  ended.length = 0;
});
afterEach(() => world.stop());

async function start(): Promise<void> {
  const inlet = recordingInlet();
  inlet.store.run = async () => rowOf(status);
  inlet.store.runs = async () => ended;
  await world.channel.start(inlet);
}

function rowOf(now: Status, address = world.address("1764000000.000100")): RunRow {
  return runRow({ runId: "run_1", status: now, address });
}

async function post(
  now: Status,
  root: string,
  id: string,
  remoteId: string | null = null,
  channel = world.channel,
): Promise<string> {
  status = now;
  const address = world.address(root);
  const body = messageNamed("done");
  const one = { runId: "run_1", key: "progress", address, body, revision: 1 };
  const stands = await channel.post({ ...one, id, remoteId, uncertain: false, createdAt: Date.now() });
  return stands.remoteId;
}

const shown = () => world.edge.callsOf("agents.sessions.setStatus").map(({ body }) => body.status);

test("a run that waits for a person is not shown as working", async () => {
  await start();
  const root = await world.say("hello");
  await post("waiting_human_input", root, "a");
  await world.edge.until(() => shown().length === 1);
  expect(shown()).toEqual(["suspended"]);
});

test("what a former process left as working is cleared at the start", async () => {
  ended.push(rowOf("complete"));
  await start();
  await world.edge.until(() => shown().length === 1);
  expect(shown()).toEqual(["active"]);
});

test("of processes that start together one clears what a former one left", async () => {
  const asked: string[] = [];
  const budgets = {
    take: async (name: string) => {
      const isFirst = !asked.includes(name);
      asked.push(name);
      return isFirst ? { taken: 1, waitMs: 0 } : { taken: 0, waitMs: 10_000 };
    },
    pause: async () => {},
    close: async () => {},
  };
  const inlet = recordingInlet();
  const looks: number[] = [];
  inlet.store.runs = async ({ limit }) => {
    looks.push(limit);
    return [];
  };
  const [one, other] = [world.makeChannel({ budgets }), world.makeChannel({ budgets })];
  await one.start(inlet);
  await other.start(inlet);
  await one.stop();
  await other.stop();
  expect(asked).toEqual([`slack/${world.team}/repair`, `slack/${world.team}/repair`]);
  expect(looks).toEqual([50]);
});

test("what waits for a person or was carried on is shown as that after a restart", async () => {
  const waiting = rowOf("waiting_human_input", world.address("1764000000.000300"));
  ended.push(rowOf("complete"), waiting, rowOf("failed"));
  await start();
  // The older run of a thread is not asked about: its newest says how the thread is.
  await world.edge.until(() => shown().length === 2);
  expect(shown().toSorted()).toEqual(["active", "suspended"]);
});

test("a thread is as busy as the run at the top, also when a child of it has spoken", async () => {
  const inlet = recordingInlet();
  inlet.store.run = async (runId) =>
    runId === "run_1" ? { ...rowOf("complete"), parentId: "run_0" } : rowOf("running");
  await world.channel.start(inlet);
  await post("complete", await world.say("hello"), "a");
  await world.edge.until(() => shown().length === 1);
  expect(shown()).toEqual(["processing"]);
});

test("a rate limit delays it, and the newest status is the one that is sent then", async () => {
  world.edge.fail("agents.sessions.setStatus", { type: "429", seconds: 1 });
  await start();
  const root = await world.say("hello");
  const standing = await post("running", root, "a");
  await world.edge.until(() => shown().length === 1);
  await post("complete", root, "a", standing);
  await world.edge.until(() => shown().length === 2);
  expect(shown()).toEqual(["processing", "active"]);
});

test("what changes while the other processes are asked is what is sent", async () => {
  const asked = Promise.withResolvers<void>();
  const granted = Promise.withResolvers<void>();
  const budgets = {
    take: async (name: string) => {
      if (name.endsWith("/statuses")) {
        asked.resolve();
        await granted.promise;
      }
      return { taken: 1, waitMs: 0 };
    },
    pause: async () => {},
    close: async () => {},
  };
  const inlet = recordingInlet();
  inlet.store.run = async () => rowOf(status);
  await start();
  const root = await world.say("hello");
  const channel = world.makeChannel({ budgets });
  await channel.start(inlet);
  const standing = await post("running", root, "a", null, channel);
  await asked.promise;
  await post("complete", root, "a", standing, channel);
  // What is looked up in the store is there at once.
  await new Promise(setImmediate);
  granted.resolve();
  await world.edge.until(() => shown().length > 0);
  expect(shown()).toEqual(["active"]);
  await channel.stop();
});

test("where it is not to be had, it is asked for once and posts are none the worse", async () => {
  world.edge.fail("agents.sessions.setStatus", { type: "error", code: "not_allowed_token_type" });
  ended.push(rowOf("complete"), rowOf("failed", world.address("1764000000.000200")));
  await start();
  await world.edge.until(() => shown().length === 1);
  const root = await world.say("hello");
  await post("running", root, "a");
  expect(await world.screen(root)).toHaveLength(1);
  expect(shown()).toHaveLength(1);
});

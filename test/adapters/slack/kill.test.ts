/**
 * Kill -9 at every point of "mention → progress → question → reply → answer": nothing is lost, nothing stands twice.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { inLanes } from "../../support/lanes.ts";
import { type Death, SlackLife } from "../../support/slack/life.ts";
import type { Transport } from "../../support/slack/world.ts";

const root = mkdtempSync(join(tmpdir(), "belay-slack-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Ending {
  death: Death;
  deaths: number;
  writes: number;
  calls: number;
  /** How many messages of the bot stand in the thread, and the buttons on them. */
  messages: number;
  buttons: string[];
}

/** The story once, with one death in it; returns what stands in the thread when nothing is left to do. */
async function story(life: SlackLife, death: Death): Promise<Ending> {
  life.expect(death);
  const thread = await life.say("<@U0BOT> deploy payments");
  await life.untilShown(thread, /waiting for an answer$/, /^Question: Which version\?$/);
  await life.say("v1.2.3", { root: thread });
  await life.untilShown(thread, /done in/, /^Answered by dana/, /^Deployed v1/);
  await life.untilQuiet();
  const own = (await life.world.thread(thread)).filter(({ user }) => user === "U0BOT");
  const buttons = [...JSON.stringify(own).matchAll(/belay:(\w+):/g)].map(([, action = ""]) => action);
  return { ...life.count, death, messages: own.length, buttons };
}

/**
 * As many bots as lanes, each with its Slack, live through as many stories as there are deaths. Slack takes a message
 * a second for a channel, so most of a story is waiting, and many are told at the same time.
 */
async function stories(transport: Transport, lanes: number, deaths: readonly Death[]): Promise<Ending[]> {
  const endings: Ending[] = [];
  await inLanes(lanes, deaths, async (next) => {
    const life = await SlackLife.begin(transport, root);
    try {
      for (let death = next(); death !== undefined; death = next()) endings.push(await story(life, death));
    } finally {
      await life.end();
    }
  });
  return endings;
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function expectAllTold(endings: readonly Ending[]): void {
  for (const { death, deaths, messages, buttons } of endings) {
    expect({ death, messages, buttons }).toEqual({ death, messages: 3, buttons: [] });
    expect(deaths).toBeLessThanOrEqual(1);
  }
}

test.concurrent("in Socket Mode, whatever the moment of the kill, the thread shows the run once and to its end", async () => {
  // The first story is not like the others: nobody is known yet.
  const [, whole] = await stories("socket", 1, [{ at: "never" }, { at: "never" }]);
  if (!whole) throw new Error("no story");
  const deaths: Death[] = [
    ...[0, ...upTo(whole.writes)].map((n): Death => ({ at: "write", n })),
    ...upTo(whole.calls).map((n): Death => ({ at: "call", n })),
  ];
  const endings = await stories("socket", 4, deaths);
  expect(endings).toHaveLength(deaths.length);
  expectAllTold(endings);
  // Two writes may change places or fall together; a point that was never reached would prove nothing.
  expect(endings.filter(({ deaths }) => deaths === 1).length).toBeGreaterThanOrEqual(deaths.length - 3);
});

test.concurrent("over HTTP too", async () => {
  const writes = [0, 1, 2, 3].map((n): Death => ({ at: "write", n }));
  const endings = await stories("http", 2, [...writes, { at: "call", n: 1 }, { at: "call", n: 3 }]);
  expectAllTold(endings);
  expect(endings.map(({ deaths }) => deaths)).toEqual(endings.map(() => 1));
});

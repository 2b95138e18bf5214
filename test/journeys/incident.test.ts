/**
 * A real incident: a shop fails, Prometheus sees it, Alertmanager tells the bot, people in Slack answer and approve, a
 * command restarts the shop, and the metric says that it helped. Only the model's choices are written down. And the
 * same when the bot is killed in the middle.
 */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { RunEvent } from "../../src/core/event.ts";
import { clock } from "../support/bot.ts";
import { around } from "../support/channel.ts";
import { type Child, startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { Github, shape } from "../support/github/server.ts";
import type { Death, Place } from "../support/monitoring/bot-child.ts";
import { Notices } from "../support/monitoring/notices.ts";
import { hasPrometheus, type Monitoring, startMonitoring } from "../support/monitoring/servers.ts";
import { type SlackMessage, SlackWorld } from "../support/slack/world.ts";

const isThere = hasPrometheus();
const token = "a token that Alertmanager knows";
/** As long as a busy machine may take: what is waited for comes, or the bot is broken. */
const patience = { timeout: 120_000, interval: 100 };

let world: SlackWorld;
let monitoring: Monitoring;
let notices: Notices;
let hub: Github;
let port: number;

beforeAll(async () => {
  if (!isThere) return;
  port = await freePort();
  world = await SlackWorld.start("http");
  hub = await Github.start();
  hub.on("GET", "/repos/{owner}/{repo}/compare/{basehead}", {
    json: shape("commit-comparison", {
      ...{ status: "ahead", ahead_by: 1, behind_by: 0, files: [] },
      commits: [
        shape("commit", {
          sha: "0123456789abcdef0123456789abcdef01234567",
          commit: { message: "Fewer connections to payments", committer: { date: "2026-11-27T10:00:00Z" } },
          author: { login: "dana" },
        }),
      ],
    }),
  });
  // The bot listens in a child; what Slack sends goes there.
  world.channel = around(world.channel, {
    handle: async (request) => {
      const { method, headers } = request;
      return fetch(`http://127.0.0.1:${port}/slack/events`, { method, headers, body: await request.text() });
    },
  });
  notices = await Notices.start(`http://127.0.0.1:${port}/webhooks/alerts`);
  monitoring = await startMonitoring({ url: notices.url, token });
});
afterAll(async () => {
  await monitoring?.stop();
  await notices?.stop();
  await hub?.stop();
  await world?.stop();
});

/** The bot, started again whenever it was killed. */
class Life {
  deaths = 0;
  readonly folder = mkdtempSync(join(monitoring.folder, "bot-"));
  /** Rejects when a bot ends that nobody killed. */
  readonly broken = Promise.withResolvers<never>();
  #bot: Child;
  #isOver = false;

  constructor(death: Death | null) {
    this.broken.promise.catch(() => {});
    this.#bot = this.#start(death);
  }

  #start(death: Death | null): Child {
    const place: Place = {
      ...{ folder: this.folder, port, slackApi: `${world.edge.url}/api/`, token, death },
      ...{ speaksAt: `slack:${world.team}/${world.id("ops")}/new:`, pidFile: monitoring.pidFile },
      githubUrl: hub.url,
      ...{ prometheusUrl: monitoring.prometheusUrl, alertmanagerUrl: monitoring.alertmanagerUrl },
      approver: `slack:${world.team}/${world.id("oncall")}`,
      answerer: `slack:${world.team}/${world.id("dana")}`,
    };
    const bot = startChild("test/support/monitoring/bot-child.ts", [JSON.stringify(place)]);
    bot.ended.then((ended) => {
      if (this.#isOver) return;
      if (ended.signal !== "SIGKILL") return this.broken.reject(bot.failure(ended, "ended by itself"));
      this.deaths += 1;
      this.#bot = this.#start(null);
    });
    return bot;
  }

  started(): Promise<string> {
    return this.#bot.says("listening");
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#bot.kill();
  }
}

/** As long as it takes, unless the bot broke: people try again what did not go through. */
function eventually<T>(life: Life, attempt: () => Promise<T>): Promise<T> {
  return Promise.race([vi.waitFor(attempt, patience), life.broken.promise]);
}

/** The alert's thread, once the bot has begun one that was not there before. */
async function threadBeside(known: ReadonlySet<string>): Promise<string> {
  const root = (await world.roots()).find(({ ts, user }) => user === "U0BOT" && !known.has(ts));
  if (!root) throw new Error("no thread of the bot's yet");
  return root.ts;
}

async function messageLike(root: string, pattern: RegExp): Promise<SlackMessage> {
  const found = (await world.thread(root)).find(({ text }) => pattern.test(text.replaceAll("\u200b", "")));
  if (!found) throw new Error(`no message like ${pattern}: ${(await world.screen(root)).join(" | ")}`);
  return found;
}

interface Played {
  events: RunEvent[];
  screen: string[];
  deaths: number;
}

/** From the fault to the outcome; the events of the one run that it took. */
async function incident(death: Death | null): Promise<Played> {
  const life = new Life(death);
  try {
    await life.started();
    const known = new Set((await world.roots()).map(({ ts }) => ts));
    await monitoring.breakShop();
    const root = await eventually(life, () => threadBeside(known));
    await eventually(life, () => messageLike(root, /^Question: Was the shop changed\?/));
    const said = await world.write("No, nothing was changed.", { root });
    for (const event of world.eventsOf("No, nothing was changed.", said, { root })) {
      await eventually(life, () => world.deliver(event));
    }
    await approve(life, root);
    // Each message settles by itself: a bot that died in an edit comes to that one again after the others.
    for (const settled of [/done in/, /^Answered by/, /^Approved by/])
      await eventually(life, () => messageLike(root, settled));
    await eventually(life, isOver);
    const screen = await world.screen(root);
    await life.end();
    return { events: await eventsIn(life.folder), screen, deaths: life.deaths };
  } finally {
    await life.end();
  }
}

/** Whoever answered may not approve, and hears it alone; a second person does. */
async function approve(life: Life, root: string): Promise<void> {
  const card = await eventually(life, () => messageLike(root, /^Approval/));
  const told = () => world.edge.callsOf("chat.postEphemeral").length;
  const before = told();
  await eventually(life, () => world.press("approve", card, "dana"));
  await world.edge.until(() => told() > before);
  await eventually(life, async () => {
    const thread = await world.thread(root);
    const standing = thread.find(({ blocks = [] }) => JSON.stringify(blocks).includes("belay:approve:"));
    if (standing) await world.press("approve", standing, "oncall");
  });
}

/** And the bot was told so: Alertmanager takes an alert that comes before that for the one it has told of already. */
async function isOver(): Promise<void> {
  const alerts: unknown = await (await fetch(`${monitoring.alertmanagerUrl}/api/v2/alerts`)).json();
  expect(alerts).toEqual([]);
  expect(notices.taken.at(-1)).toBe("resolved");
}

async function eventsIn(folder: string): Promise<RunEvent[]> {
  const store = await openSqlite({ path: join(folder, "belay.db"), clock });
  try {
    const runs = await store.runs({ limit: 10 });
    expect(runs).toHaveLength(1);
    return await store.read(runs[0]?.runId ?? "");
  } finally {
    await store.close();
  }
}

/** Once, with the bot unharmed: every boundary there is, by the log. Looks at a job say more or less, and the alert may end after the run. */
function boundariesOf(events: readonly RunEvent[]): Death[] {
  const counts = new Map<RunEvent["type"], number>();
  return events.flatMap(({ type: event }): Death[] => {
    const nth = (counts.get(event) ?? 0) + 1;
    counts.set(event, nth);
    if (event === "call_progressed" || event === "heard") return [];
    return [
      { at: "before", event, nth },
      { at: "after", event, nth },
    ];
  });
}

function check({ events, screen, deaths }: Played, before: number, isKilled: boolean): void {
  expect(deaths).toBe(isKilled ? 1 : 0);
  // Restarted once, for real.
  expect(monitoring.starts()).toBe(before + 1);
  const of = <T extends RunEvent["type"]>(type: T) =>
    events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);
  expect(of("prefetched")).toMatchObject([
    { tool: "firing_alerts", ok: true, output: expect.stringContaining("CheckoutFailing") },
  ]);
  expect(of("question_answered")).toMatchObject([{ answer: "No, nothing was changed." }]);
  expect(of("approval_granted")).toMatchObject([
    { from: { principal: `slack:${world.team}/${world.id("oncall")}` } },
  ]);
  expect(of("call_verified")).toMatchObject([{ verdict: "better" }]);
  expect(of("call_doubted")).toEqual([]);
  const [outcome] = of("completed");
  expect(outcome?.answer).toMatch(
    /^Rule: shop_failing > 0\. Highest: "max":\{"value":1\. Log: no connection to payments\. Newest commit: Fewer connections to payments\. Told: nothing was changed\. Done: restarted: process \d+ ended, process \d+ serves\. After: max\(shop_failing\) is 0\.$/,
  );
  expect(screen).toEqual([
    expect.stringMatching(/^CheckoutFailing on 127\.0\.0\.1:\d+ — done in /),
    "Answered by dana: Was the shop changed?",
    "Approved by oncall: restart_shop failing checkouts",
  ]);
}

async function play(death: Death | null): Promise<Played> {
  const before = monitoring.starts();
  const played = await incident(death);
  check(played, before, death !== null);
  return played;
}

/** A spread of them: each is another thing that can be half done. */
const chosen: (Death | null)[] = [
  null,
  { at: "after", event: "launched", nth: 1 },
  { at: "after", event: "question_answered", nth: 1 },
  { at: "after", event: "approval_granted", nth: 1 },
  { at: "after", event: "call_started", nth: 1 },
  { at: "before", event: "job_begun", nth: 1 },
  { at: "after", event: "job_begun", nth: 1 },
  { at: "before", event: "call_verified", nth: 1 },
  { at: "before", event: "completed", nth: 1 },
];
/** `npm run test:incident`: all of them. */
const isWhole = process.env.TEST_INCIDENT === "all";

test.skipIf(!isThere || isWhole).each(chosen)(
  "an incident from the alert to the outcome; the bot dies: %j",
  async (death) => {
    await play(death);
  },
);

test.runIf(isThere && isWhole)(
  "the same, whichever commit of an unharmed run the bot dies around",
  async () => {
    const { events } = await play(null);
    const boundaries = boundariesOf(events);
    for (const [index, death] of boundaries.entries()) {
      process.stdout.write(`${index + 1} of ${boundaries.length}: ${JSON.stringify(death)}\n`);
      await play(death).catch((cause: unknown) => {
        throw new Error(`killed ${JSON.stringify(death)}`, { cause });
      });
    }
  },
  3_600_000,
);

/** A campaign: bots, load, people and faults together, then rest, then the judge. */
import { setTimeout as wait } from "node:timers/promises";
import type { Bots } from "./bots.ts";
import { wreck } from "./faults.ts";
import type { Ledger } from "./ledger.ts";
import { Load } from "./load.ts";
import { judge, type Seen } from "./oracle.ts";
import { Person } from "./person.ts";
import { countsOf } from "./report.ts";
import { rowsOf, runsOf } from "./runs.ts";
import { sleepThrough } from "./sleeps.ts";
import { openWorld, type WorldOptions } from "./world.ts";

export interface CampaignOptions extends WorldOptions {
  kills: number;
  /** After so long no more kills, also when they are fewer, ms. */
  limitMs: number;
  /** Immediate restarts of PostgreSQL. */
  restarts: number;
  /** Pieces of work a second. */
  rate: number;
  /** So long a bot is left alone at most, ms. */
  calmMs: number;
  sleepPercent: number;
  atEffectPercent: number;
  effectWithinMs: number;
  /** Told now and then how far it is. */
  tell(words: string): void;
}

export interface Verdict {
  counts: Record<string, number>;
  broken: readonly string[];
}

const settleMs = 240_000;
const tellEveryMs = 15_000;

export async function campaign(options: CampaignOptions): Promise<Verdict> {
  const { world, ledger, bots, slack, ...parts } = await openWorld(options);
  await using _ = world;
  const areSleeps = options.sleeps > 0;
  // Who answers in the middle of a round must not wait for a post that the sleeper has claimed.
  const person = new Person({ ledger, bots, slack, inSlack: !areSleeps, looksMs: areSleeps ? 0 : 400 });
  const load = new Load({ ledger, bots, slack, dice: parts.dice, rate: options.rate });
  const tell = () => options.tell(JSON.stringify({ sent: ledger.items.size, ...ledger.counts }));
  const telling = setInterval(tell, tellEveryMs);
  try {
    person.start();
    if (areSleeps) await sleepThrough({ ledger, bots, load, ...parts, rounds: options.sleeps });
    else await underLoad(load, () => wreck({ ...options, ...parts, ledger, bots }));
    await settle(bots, ledger);
    await person.stop();
    const seen: Seen = { ledger, runs: await runsOf(bots), posts: await slack.posts() };
    return { counts: countsOf(seen), broken: judge(seen) };
  } finally {
    clearInterval(telling);
  }
}

async function underLoad(load: Load, faults: () => Promise<void>): Promise<void> {
  load.start();
  await faults();
  await load.stop();
}

/** Until every run has ended and all is shown; what is not by then is for the judge. */
async function settle(bots: Bots, ledger: Ledger): Promise<void> {
  const until = Date.now() + settleMs;
  const live = "running,paused,waiting_human_input,max_steps_reached,sleeping";
  while (Date.now() < until) {
    const { outbox } = (await bots.ask("/health")) as { outbox?: { undelivered: number } };
    if (outbox?.undelivered === 0 && (await rowsOf(bots, live)).length === 0) return;
    await wait(300);
  }
  ledger.broken.push(`not at rest within ${settleMs / 1000} s`);
}

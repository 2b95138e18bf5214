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
  /** Pieces of work a second, at most. */
  rate: number;
  /** When so many are acknowledged the faults end, and the load not before; null: both end with the kills. */
  pieces: number | null;
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

/** Slack takes 54 edits a minute of all, so what is still to be shown may take long: as long as it grows less. */
const settleMs = 240_000;
const tellEveryMs = 15_000;

export async function campaign(options: CampaignOptions): Promise<Verdict> {
  const { world, ledger, bots, slack, ...parts } = await openWorld(options);
  await using _ = world;
  const areSleeps = options.sleeps > 0;
  // Who answers in the middle of a round must not wait for a post that the sleeper has claimed.
  const person = new Person({ ledger, bots, slack, inSlack: !areSleeps, looksMs: areSleeps ? 0 : 400 });
  const load = new Load({ ledger, bots, slack, dice: parts.dice, rate: options.rate });
  const tell = () =>
    options.tell(
      JSON.stringify({ sent: ledger.items.size, acknowledged: ledger.acknowledged, ...ledger.counts }),
    );
  const telling = setInterval(tell, tellEveryMs);
  try {
    person.start();
    if (areSleeps) await sleepThrough({ ledger, bots, load, ...parts, rounds: options.sleeps });
    else await underLoad(load, options, () => wreck({ ...options, ...parts, ledger, bots }));
    await settle(bots, ledger);
    await person.stop();
    const seen: Seen = { ledger, runs: await runsOf(bots), posts: await slack.posts() };
    return { counts: countsOf(seen), broken: judge(seen) };
  } finally {
    clearInterval(telling);
  }
}

async function underLoad(load: Load, { pieces }: CampaignOptions, faults: () => Promise<void>) {
  load.start();
  await faults();
  if (pieces !== null) await load.untilAcknowledged(pieces);
  await load.stop();
}

/** Until every run has ended and all is shown; what is not when nothing grows less any more is for the judge. */
async function settle(bots: Bots, ledger: Ledger): Promise<void> {
  let until = Date.now() + settleMs;
  let least = Number.POSITIVE_INFINITY;
  const live = "running,paused,waiting_human_input,max_steps_reached,sleeping";
  while (Date.now() < until) {
    const { outbox } = (await bots.ask("/health")) as { outbox?: { undelivered: number } };
    const left = (outbox?.undelivered ?? 0) + (await rowsOf(bots, live)).length;
    if (outbox !== undefined && left === 0) return;
    if (outbox !== undefined && left < least) [least, until] = [left, Date.now() + settleMs];
    await wait(300);
  }
  ledger.broken.push(`not at rest: for ${settleMs / 1000} s nothing grew less`);
}

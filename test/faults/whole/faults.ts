/** What goes wrong while the bots work: kills, sleeps beyond the lease, and a database that dies. */
import { setTimeout as wait } from "node:timers/promises";
import type { Bot, Bots } from "./bots.ts";
import type { Dice } from "./dice.ts";
import type { Ledger } from "./ledger.ts";
import type { Outside } from "./outside.ts";

/** Longer than the lease of `short_lease`, in ms. */
const asleepMs = 4_500;

export interface FaultsOptions {
  ledger: Ledger;
  bots: Bots;
  outside: Outside;
  dice: Dice;
  kills: number;
  /** After so long no more kills, also when they are fewer, ms. */
  limitMs: number;
  /** When so many pieces of work are acknowledged no fault comes any more; null: no matter how many. */
  pieces: number | null;
  /** Of each 100 faults so many are sleeps. */
  sleepPercent: number;
  /** Of each 100 kills so many come when an effect has just happened; all others at any moment. */
  atEffectPercent: number;
  /** How long such an effect is waited for, ms. */
  effectWithinMs: number;
  /** Of the database. */
  restarts: number;
  restartDatabase(): Promise<void>;
  /** So long a bot is left alone at most after it is up, ms. */
  calmMs: number;
}

/** Each bot meets its own faults, one after another; resolves when all are over and every bot is up. */
export async function wreck(options: FaultsOptions): Promise<void> {
  const lanes = options.bots.all.map((bot) => wreckOne(bot, options));
  await Promise.all([...lanes, restartDatabase(options)]);
}

async function wreckOne(bot: Bot, options: FaultsOptions): Promise<void> {
  const { ledger, dice, kills, limitMs, sleepPercent, atEffectPercent, calmMs } = options;
  const until = performance.now() + limitMs;
  const pieces = options.pieces ?? Number.POSITIVE_INFINITY;
  while (ledger.counts.kills < kills && performance.now() < until && ledger.acknowledged < pieces) {
    if (dice.chance(sleepPercent)) {
      await wait(dice.number() * calmMs);
      await sleepOnce(bot, ledger);
      continue;
    }
    ledger.counts.kills++;
    if (dice.chance(atEffectPercent)) await killAtEffect(bot, options);
    else {
      await wait(dice.number() * calmMs);
      await killNow(bot, ledger);
    }
    if (dice.chance(10)) await killWhileStarting(bot, options);
    await bot.start();
    ledger.saw(bot, true);
  }
}

async function killNow(bot: Bot, ledger: Ledger): Promise<void> {
  ledger.saw(bot, false);
  await bot.kill();
}

/** The effect is there and the bot never hears of it: the moment in which nobody can tell. */
async function killAtEffect(bot: Bot, { ledger, outside, effectWithinMs }: FaultsOptions): Promise<void> {
  const [happened, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  outside.beforeAnswer.set(bot.name, () => {
    happened.resolve();
    return killed.promise;
  });
  await Promise.race([happened.promise, wait(effectWithinMs)]);
  await killNow(bot, ledger);
  outside.beforeAnswer.delete(bot.name);
  killed.resolve();
}

async function killWhileStarting(bot: Bot, { ledger, dice }: FaultsOptions): Promise<void> {
  const started = bot.start();
  await wait(dice.number() * 1_500);
  ledger.counts.kills++;
  ledger.counts.killsWhileStarting++;
  await killNow(bot, ledger);
  await started;
}

async function sleepOnce(bot: Bot, ledger: Ledger): Promise<void> {
  ledger.saw(bot, false);
  bot.sleep();
  ledger.counts.sleeps++;
  await wait(asleepMs);
  bot.wake();
  ledger.saw(bot, true);
}

async function restartDatabase({ ledger, dice, restarts, restartDatabase }: FaultsOptions): Promise<void> {
  for (let n = 0; n < restarts; n++) {
    await wait(2_000 + dice.number() * 4_000);
    ledger.databaseDiedAt = Date.now();
    await restartDatabase();
    ledger.databaseDiedAt = Date.now();
    ledger.counts.databaseRestarts++;
  }
}

/**
 * A bot sleeps between its intent and the effect. Round after round: its intent is committed, and before it hears so
 * it is stopped; another one takes the run over and asks; a person says truthfully that it did not happen, and has it
 * run; when that is done, and before the run has ended, the sleeper wakes and hears that its intent was committed. It
 * must not act on it, not even so that the service has to refuse it.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Bot, Bots } from "./bots.ts";
import type { HeldLine } from "./held-line.ts";
import type { Ledger } from "./ledger.ts";
import type { Load } from "./load.ts";
import type { Outside } from "./outside.ts";
import { rowsOf } from "./runs.ts";

export interface SleepsOptions {
  ledger: Ledger;
  bots: Bots;
  load: Load;
  outside: Outside;
  /** By the names of bots. */
  lines: ReadonlyMap<string, HeldLine>;
  rounds: number;
}

/** A takeover takes a lease and a look; what takes longer than this does not come. */
const takeoverMs = 90_000;

/** Every second round is heard in Slack, whose posts must not double either. */
export async function sleepThrough(options: SleepsOptions): Promise<void> {
  const { ledger, bots, load, outside, lines, rounds } = options;
  for (let round = 0; round < rounds; round++) {
    const stopped = stopAtIntent({ ledger, bots, lines });
    const sent = load.send(round % 2 === 0 ? "api" : "slack", ["pay"]);
    const sleeper = await stopped;
    ledger.counts.sleeps++;
    const [acted, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    for (const { name } of bots.all) {
      outside.beforeAnswer.set(name, () => {
        acted.resolve();
        return heard.promise;
      });
    }
    await Promise.race([acted.promise, wait(takeoverMs)]);
    sleeper.wake();
    ledger.saw(sleeper, true);
    lines.get(sleeper.name)?.letGo();
    // It has had its turn when it answers.
    while ((await sleeper.api({ method: "GET", path: "/health" })).type !== "answered") await wait(50);
    outside.beforeAnswer.clear();
    heard.resolve();
    await sent;
    await untilAllHaveEnded(bots, ledger);
  }
  for (const late of ledger.fenced) ledger.broken.push(`began without its lease: ${late}`);
}

/** The first intent that is seen stops its bot, at once; the answer of the database stays on the line. */
function stopAtIntent({
  ledger,
  bots,
  lines,
}: Pick<SleepsOptions, "ledger" | "bots" | "lines">): Promise<Bot> {
  const stopped = Promise.withResolvers<Bot>();
  const watch = (bot: Bot) => (text: string) => {
    if (!text.includes("call_started")) return false;
    for (const line of lines.values()) line.watch = () => false;
    ledger.saw(bot, false);
    bot.sleep();
    stopped.resolve(bot);
    return true;
  };
  for (const bot of bots.all) {
    const line = lines.get(bot.name);
    if (line) line.watch = watch(bot);
  }
  return stopped.promise;
}

async function untilAllHaveEnded(bots: Bots, ledger: Ledger): Promise<void> {
  const until = Date.now() + takeoverMs;
  const isOver = async () =>
    (await rowsOf(bots, "running,waiting_human_input,sleeping")).length === 0 && ledger.items.size > 0;
  while (!(await isOver())) {
    if (Date.now() > until) {
      ledger.broken.push(`nobody took a run over within ${takeoverMs / 1000} s`);
      return;
    }
    await wait(200);
  }
}

/** How long the runs of a bot that was lost stood still until another one went on with them. */
import type { Ledger } from "./ledger.ts";
import type { SeenRun } from "./runs.ts";

/** The lease and a look, with the machine's own slowness. */
const withinMs = 20_000;
/** What is left of a lease of 15 s at least: it is renewed every 5 s. */
const leastMs = 10_000;

interface Takeover {
  run: string;
  version: number;
  /** From the loss of the bot that was at work on it, as long as any bot was there to go on. */
  ms: number;
  /** What came before, and who was lost since then, when (ms after that loss). */
  story: string;
}

/**
 * Each time that a run went on elsewhere in the middle of something. The bot that was at work is the one that was last
 * seen to be; if the run has gone on since that one was lost, any bot: then the first that was lost counts.
 */
function takeoversOf({ ledger, runs }: { ledger: Ledger; runs: readonly SeenRun[] }): Takeover[] {
  const sightings = Map.groupBy(ledger.sightings, ({ item }) => item);
  return runs.flatMap(({ id, item, events }) =>
    events.flatMap(({ type, version, at }, index) => {
      const before = events[index - 1];
      if (type !== "recovered" || before === undefined) return [];
      const losses = ledger.changes.filter((one) => !one.isThere && one.at >= before.at && one.at <= at);
      const last = sightings.get(item ?? "")?.findLast((one) => one.at <= at);
      const loss = losses.find(({ bot }) => bot === last?.bot) ?? losses[0];
      if (loss === undefined) return [];
      const lost = losses.map((one) => `${one.bot} ${one.at - loss.at}`).join(", ");
      const from = at - loss.at > withinMs ? (heir(losses, loss.at) ?? loss.at) : loss.at;
      const ms = at - from - emptyMs(ledger, from, at);
      return [{ run: id, version, ms, story: `after ${before.type}; lost: ${lost}` }];
    }),
  );
}

/**
 * A bot that had just taken it over may have been lost as well, before it wrote anything: then the wait begins again.
 */
function heir(losses: readonly { at: number }[], lostAt: number): number | undefined {
  return losses.findLast(({ at }) => at > lostAt + leastMs && at <= lostAt + withinMs)?.at;
}

/** How long no bot at all was there between two moments. */
function emptyMs({ changes }: Ledger, from: number, to: number): number {
  const there = new Set(changes.map(({ bot }) => bot));
  let [empty, since] = [0, Number.POSITIVE_INFINITY];
  for (const { bot, at, isThere } of [
    ...changes.filter((one) => one.at < to),
    { bot: "", at: to, isThere: true },
  ]) {
    if (isThere) {
      if (there.size === 0) empty += Math.max(0, at - Math.max(since, from));
      there.add(bot);
    } else if (there.delete(bot) && there.size === 0) since = at;
  }
  return empty;
}

/** Those that took longer than is promised. While the database was away nobody could go on. */
export function lateTakeovers(seen: { ledger: Ledger; runs: readonly SeenRun[] }): string[] {
  if (seen.ledger.counts.databaseRestarts > 0) return [];
  return takeoversOf(seen)
    .filter(({ ms }) => ms > withinMs)
    .map(
      (late) =>
        `late: ${late.run} stood still for ${late.ms} ms until its version ${late.version}, ${late.story}`,
    );
}

/** For the report, s. */
export function standstills(seen: { ledger: Ledger; runs: readonly SeenRun[] }): Record<string, number> {
  const all = takeoversOf(seen)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const seconds = (part: number) => Math.round((all[Math.floor((all.length - 1) * part)] ?? 0) / 100) / 10;
  return {
    "taken over in the middle": all.length,
    "  half of them within, s": seconds(0.5),
    "  all of them within, s": seconds(1),
  };
}

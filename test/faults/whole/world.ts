/** Opens everything that a campaign needs: the database, Slack, the world outside, and the bots between them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tokens } from "../../support/slack/emulator.ts";
import { startPostgres } from "../../support/store/postgres.ts";
import { Bots } from "./bots.ts";
import { Dice } from "./dice.ts";
import { HeldLine } from "./held-line.ts";
import { Ledger } from "./ledger.ts";
import { webhookSecret } from "./load.ts";
import { Outside } from "./outside.ts";
import { SlackSide } from "./slack-side.ts";

/** Longer than any campaign. */
const databaseMs = 4 * 60 * 60_000;

export interface WorldOptions {
  seed: number;
  store: "sqlite" | "postgres";
  bots: number;
  /** Rounds of a bot that sleeps between its intent and the effect, while another one takes over. */
  sleeps: number;
  /** Of the source of the bots: see changes.ts. */
  changes: readonly string[];
}

/** Disposing `world` puts everything away, the last first. */
export async function openWorld(options: WorldOptions) {
  const world = new AsyncDisposableStack();
  try {
    const folder = mkdtempSync(join(tmpdir(), "belay-faults-"));
    world.defer(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const dice = new Dice(options.seed);
    const ledger = new Ledger();
    const database = await openDatabase(options, folder, world);
    const slack = await SlackSide.start();
    world.defer(() => slack.stop());
    const outside = await Outside.start(ledger, dice);
    world.defer(() => outside.stop());
    const { lines, restartDatabase } = database;
    const bots = await Bots.start(
      {
        ...{ count: options.bots, folder, changes: options.changes },
        databaseUrl: (bot) => lines.get(bot)?.url ?? database.url,
        env: surroundings(outside, slack),
        mayStartFail: (since) => ledger.databaseDiedAt > since - 15_000,
        broken: (what) => void ledger.broken.push(what),
      },
      dice,
    );
    world.defer(() => bots.stop());
    slack.connect(bots);
    return { world, dice, ledger, slack, outside, bots, lines, restartDatabase };
  } catch (error) {
    await world.disposeAsync();
    throw error;
  }
}

/** `lines`: by the names of bots, when an answer of the database is to be held back. */
async function openDatabase(
  { store, bots, sleeps }: WorldOptions,
  folder: string,
  world: AsyncDisposableStack,
) {
  const lines = new Map<string, HeldLine>();
  if (store === "sqlite")
    return { url: join(folder, "data", "belay.db"), lines, restartDatabase: () => Promise.resolve() };
  const server = await startPostgres(databaseMs);
  world.defer(() => server.stop());
  const url = await server.database();
  for (let n = 1; n <= bots && sleeps > 0; n++) {
    const line = await HeldLine.start(url);
    world.defer(() => line.stop());
    lines.set(`bot-${n}`, line);
  }
  return { url, lines, restartDatabase: () => server.restart() };
}

/** The part of a bot's environment that is the same for all. */
function surroundings(outside: Outside, slack: SlackSide): Record<string, string> {
  return {
    ...{ OPENAI_BASE_URL: `${outside.url}/v1`, CI_SECRET: webhookSecret },
    ...{ SLACK_BOT_TOKEN: tokens.bot, SLACK_SIGNING_SECRET: tokens.secret, SLACK_API_URL: slack.apiUrl },
    ...{ FAULTS_OUTSIDE: outside.url, FAULTS_TEAM: slack.team, FAULTS_PLACE: slack.place },
  };
}

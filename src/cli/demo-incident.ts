/**
 * `npm run demo:incident`: a shop fails, its alert starts a run, and the run looks, asks, restarts the shop and sees
 * whether it helped; here in the terminal and in the console. Nothing of it touches the bot's own data.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { type TerminalChannel, terminalChannel } from "../../adapters/terminal/channel.ts";
import { type Line, span } from "../../adapters/terminal/line.ts";
import { TerminalScreen } from "../../adapters/terminal/screen.ts";
import { plainSurface, type Surface } from "../../adapters/terminal/surface.ts";
import { systemClock } from "../assemble.ts";
import { type Config, ownEnvironment } from "../config.ts";
import { isEnded } from "../core/text/status.ts";
import { type Belay, startBelay } from "../main.ts";
import { buildConsole, noConsole } from "./build-console.ts";
import { runCommand } from "./command.ts";
import { demoConfig } from "./incident/bot.ts";
import { greet } from "./incident/greeting.ts";
import { freePort, openStage, type Stage } from "./incident/stage.ts";
import { UsageError } from "./options.ts";

const line = {
  command: "npm run demo:incident",
  about: [
    "Plays an incident from the alert to the outcome: answer and approve here or in the console.",
    "With Prometheus and Alertmanager on this machine nothing but the model's choices is pretended; without",
    "them their answers are recorded ones. With OPENAI_API_KEY set a real model chooses.",
  ],
  words: null,
};

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "belay-demo-"));
  try {
    const place = { folder, port: await freePort(), token: randomBytes(24).toString("hex") };
    const tellsAt = { url: `http://127.0.0.1:${place.port}/webhooks/alerts`, token: place.token };
    const env = ownEnvironment();
    const stage = await openStage(tellsAt, env.PATH ?? "");
    await play(await demoConfig(env, stage.variables, place), stage).finally(stage.stop);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function play(config: Config, stage: Stage): Promise<void> {
  const leaving = Promise.withResolvers<void>();
  const { surface, channel } = openTerminal(leaving.resolve);
  let belay: Belay | null = null;
  try {
    belay = await startBelay(config, { besides: [channel] });
    const consoleAt = `${belay.url}/#code=${await belay.http.issueLoginCode()}`;
    greet(surface, { recordedOn: stage.recordedOn, modelName: belay.engine.modelName, consoleAt });
    await stage.breakShop();
    const { stdin } = process;
    const isOver = stdin.isTTY ? ended(belay, channel, leaving.promise) : answered(belay, channel);
    const said = isOver.then(() => surface.tell(closing(stdin.isTTY === true)));
    await Promise.race([
      leaving.promise,
      stdin.isTTY ? said.then(() => leaving.promise) : said,
      stage.broken,
    ]);
  } finally {
    surface.close();
    await belay?.stop();
  }
}

function openTerminal(leave: () => void): { surface: Surface; channel: TerminalChannel } {
  const isLive = process.stdin.isTTY === true && process.stdout.isTTY === true;
  let channel: TerminalChannel | null = null;
  const surface: Surface = isLive
    ? new TerminalScreen({
        ...{ input: process.stdin, output: process.stdout, onEnd: leave },
        onText: (text) => void channel?.hear(text),
      })
    : plainSurface(process.stdout);
  process.once("SIGTERM", leave);
  process.once("SIGINT", leave);
  // The window was closed: what was started here ends with it.
  process.once("SIGHUP", leave);
  channel = terminalChannel({ surface, personName: "you", clock: systemClock, onQuit: leave });
  return { surface, channel };
}

function closing(isLive: boolean): Line[] {
  const next = isLive ? "; look at it in the console, and end the demo with Ctrl-C" : "";
  return [{ spans: [span(`The incident is over${next}.`)], indent: 0, passing: false }];
}

/** The run has come to its end, and all of it stands on the screen. */
async function hasEnded({ engine: { store } }: Belay, channel: TerminalChannel): Promise<boolean> {
  const runs = await store.runs({ limit: 10 });
  const isSaid = (await store.nextDelivery([channel.name])) === null;
  return isSaid && runs.length > 0 && runs.every(({ status }) => isEnded(status));
}

/** Never, for whoever leaves before that. */
async function ended(belay: Belay, channel: TerminalChannel, leaving: Promise<void>): Promise<void> {
  let isLeft = false;
  void leaving.then(() => {
    isLeft = true;
  });
  while (!isLeft) {
    if (await hasEnded(belay, channel)) return;
    await wait(200);
  }
  return new Promise(() => {});
}

/** Lines of a pipe: each is said once something is asked; it is over when the run has ended. */
async function answered(belay: Belay, channel: TerminalChannel): Promise<void> {
  const { store } = belay.engine;
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  let answeredId: string | null = null;
  for (;;) {
    if (await hasEnded(belay, channel)) return;
    const isSaid = (await store.nextDelivery([channel.name])) === null;
    const [open] = (await store.openQuestions({ limit: 1 })).rows;
    // What stands on the screen is what the next line answers.
    if (!isSaid || open === undefined || open.question.id === answeredId) {
      await wait(50);
      continue;
    }
    const { value, done } = await lines.next();
    if (done) throw new UsageError("The lines ended before the questions did; the demo ends with them.");
    answeredId = open.question.id;
    await channel.hear(value);
  }
}

process.exit(
  await runCommand(line, async () => {
    await buildConsole().catch(noConsole);
    await run();
    return 0;
  }),
);

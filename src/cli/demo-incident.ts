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
import { TerminalScreen } from "../../adapters/terminal/screen.ts";
import { plainSurface, type Surface } from "../../adapters/terminal/surface.ts";
import { systemClock } from "../assemble.ts";
import { loadConfig } from "../config.ts";
import { isEnded } from "../core/text/status.ts";
import { type Belay, startBelay } from "../main.ts";
import { buildConsole } from "./build-console.ts";
import { runCommand } from "./command.ts";
import { freePort, openStage, type Stage } from "./incident/stage.ts";

const line = {
  command: "npm run demo:incident",
  about: [
    "Plays an incident from the alert to the outcome: answer and approve here or in the console.",
    "With Prometheus and Alertmanager on this machine nothing but the model's choices is pretended;",
    "with OPENAI_API_KEY set, not even those.",
  ],
  words: null,
};

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "belay-demo-"));
  const port = await freePort();
  const token = randomBytes(24).toString("hex");
  const stage = await openStage(
    { url: `http://127.0.0.1:${port}/webhooks/alerts`, token },
    process.env.PATH ?? "",
  );
  const leaving = Promise.withResolvers<void>();
  const { surface, channel } = openTerminal(leaving.resolve);
  let belay: Belay | null = null;
  try {
    belay = await startBelay(
      await loadConfig({
        ...process.env,
        ...stage.variables,
        ALERTS_TOKEN: token,
        BELAY_CONFIG: "src/cli/incident/belay.config.ts",
        DATABASE_URL: join(folder, "incident.db"),
        LOG_LEVEL: "fatal",
        ...{ HOST: "127.0.0.1", PORT: String(port), PUBLIC_URL: undefined },
      }),
      { besides: [channel] },
    );
    greet(belay, stage);
    await stage.breakShop();
    await Promise.race([leaving.promise, process.stdin.isTTY ? leaving.promise : answered(belay, channel)]);
  } finally {
    surface.close();
    await belay?.stop();
    await stage.stop();
    rmSync(folder, { recursive: true, force: true });
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
  channel = terminalChannel({ surface, personName: "you", clock: systemClock, onQuit: leave });
  return { surface, channel };
}

function greet({ url, http, engine }: Belay, { isPretend }: Stage): void {
  const lines = [
    "",
    isPretend
      ? "  Prometheus and Alertmanager are not on this machine: a stand-in answers in their place."
      : "  A shop is watched by the Prometheus and the Alertmanager of this machine.",
    engine.modelName === "demo"
      ? "  The model is the demo model: its choices are written down, everything else happens."
      : `  The model is ${engine.modelName}.`,
    `  The same in the console: ${url}/#code=${http.issueLoginCode()}`,
    "  Checkouts begin to fail now. The alert comes within seconds; Ctrl-C ends the demo.",
    "",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Lines of a pipe: each is said once something is asked; it is over when the run has ended. */
async function answered({ engine: { store } }: Belay, channel: TerminalChannel): Promise<void> {
  const until = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) await wait(50);
  };
  /** What stands on the screen is what the next line answers. */
  const shownQuestion = async (): Promise<string> => {
    for (;;) {
      const [open] = (await store.openQuestions({ limit: 1 })).rows;
      if (open && (await store.nextDelivery([channel.name])) === null) return open.question.id;
      await wait(50);
    }
  };
  for await (const words of createInterface({ input: process.stdin })) {
    const asked = await shownQuestion();
    await channel.hear(words);
    await until(async () => (await store.question(asked))?.settledAt !== null);
  }
  await until(async () => {
    const runs = await store.runs({ limit: 10 });
    const unsaid = await store.nextDelivery([channel.name]);
    return unsaid === null && runs.length > 0 && runs.every(({ status }) => isEnded(status));
  });
}

process.exit(
  await runCommand(line, async () => {
    await buildConsole().catch(() => {});
    await run();
    return 0;
  }),
);

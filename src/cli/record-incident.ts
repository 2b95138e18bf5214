/** `node src/cli/record-incident.ts [file] [seconds]`: records the answers on which the demo plays where Prometheus is not installed. */
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ownEnvironment } from "../config.ts";
import { runCommand } from "./command.ts";
import { recordIncident } from "./incident/recorder.ts";
import { UsageError } from "./options.ts";

const line = {
  command: "node src/cli/record-incident.ts",
  about: [
    "Plays the demo's incident on the real Prometheus and Alertmanager, and keeps what they say: in the",
    "file that the demo plays on where they are missing, or in another one.",
  ],
  words: "[file] [seconds of each phase; 5]",
};

process.exit(
  await runCommand(line, async ({ words: [to, seconds = "5"] }) => {
    if (!/^\d{1,2}$/.test(seconds))
      throw new UsageError(`${JSON.stringify(seconds)} is no number of seconds, as 5.`);

    const recording = await recordIncident(ownEnvironment().PATH ?? "", Number(seconds) * 1000);
    const file = to === undefined ? join(import.meta.dirname, "incident", "recorded.json") : resolve(to);
    writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`);
    process.stdout.write(`Recorded: ${file}\n`);
    return 0;
  }),
);

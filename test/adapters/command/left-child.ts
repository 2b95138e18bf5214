/**
 * A bot that has a program at work for ever when it is killed, and says so. Arguments: the kind of tool, a folder, its
 * program.
 */
import { existsSync } from "node:fs";
import { z } from "zod";
import { command } from "../../../adapters/command/tools.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";

const [kind = "", dataDir = "", program = ""] = process.argv.slice(2);
const shape = { name: "work", description: "Work.", input: z.object({}), graceMs: 200 };
const argv = [process.execPath, program, kind === "once" ? "wait" : "for-ever", `${dataDir}/trace`];
const context = { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal: new AbortController().signal };

// Seen between two things that the bot does: it has done all that belongs to the start of its program.
const looking = setInterval(() => {
  if (!existsSync(`${dataDir}/trace`)) return;
  clearInterval(looking);
  process.stdout.write("at work\n");
}, 5);

switch (kind) {
  case "preview": {
    const work = command({ ...shape, argv: ["true"], preview: argv, effect: "once", dataDir });
    await createToolbox([work], { redact: String }).preview("work", {}, context);
    break;
  }
  case "once": {
    const work = command({ ...shape, argv, dataDir });
    const begun = await createToolbox([work], { redact: String }).run("work", {}, context);
    if (begun.type !== "begun") throw new Error(JSON.stringify(begun));
    setInterval(() => {}, 60_000);
    break;
  }
  default: {
    const effect = kind === "read" ? "read" : "idempotent";
    await createToolbox([command({ ...shape, argv, effect })], { redact: String }).run("work", {}, context);
  }
}

/** A bot whose model has one thing done once, by a declared command that waits for word from outside. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { command } from "../../adapters/command/tools.ts";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { Toolbox } from "../../src/core/ports/toolbox.ts";
import { type Bot, clock, operator, startBot } from "./bot.ts";
import { answerWith, call } from "./model/scripted.ts";

const program = join(import.meta.dirname, "..", "adapters", "command", "program-child.ts");

/** What to do next follows from the request alone, so a repeated call is answered the same. */
const model: Model = {
  name: "jobs",
  answer: async ({ input }) => {
    const hasRun = input.some((item) => item.type === "model");
    return answerWith({
      calls: [hasRun ? call("final_answer", { answer: "done" }, "c2") : call("restart", {}, "c1")],
    });
  },
};

/** The file with a line for each time that the command ran. */
export function traceIn(folder: string): string {
  return join(folder, "trace");
}

/** Word from outside: the command may come to its end. */
export function letGo(folder: string): void {
  writeFileSync(`${traceIn(folder)}.go`, "");
}

/** The same bot whenever it is started on this folder, with the same run. */
export async function startJobBot(
  folder: string,
  wrap: { store?: (store: Store) => Store; toolbox?: (toolbox: Toolbox) => Toolbox } = {},
): Promise<{ bot: Bot; store: Store; runId: string }> {
  const restart = command({
    name: "restart",
    description: "Restart it.",
    effect: "once",
    requiresApproval: false,
    input: z.object({}),
    argv: [process.execPath, program, "wait", traceIn(folder)],
    dataDir: folder,
    pollMs: 10,
  });
  const store = await openSqlite({ path: join(folder, "belay.db"), clock });
  const bot = await startBot({
    store: wrap.store?.(store) ?? store,
    model,
    tools: [restart],
    ...(wrap.toolbox ? { toolbox: wrap.toolbox } : {}),
  });
  const request = {
    ...{ task: "restart it", actor: operator, via: { channel: "console" }, addresses: [], context: [] },
    ...{ trusted: true, follows: null, parent: null },
  };
  const launched = await bot.engine.launch("default", request, { source: "jobs", key: "the trigger" });
  if (!launched.ok) throw new Error(launched.refusal.message);
  return { bot, store, runId: launched.runId };
}

/**
 * A worker of engines.ts on DBOS. Arguments: the database, the folder of DBOS, and what it does. Sends when a workflow
 * begins its step, or (`steps`) when so many workflows as it is told have ended.
 */
import { setTimeout as pause } from "node:timers/promises";
import { app, loadDbos } from "./dbos.ts";
import { now } from "./measured-worker.ts";

const [url = "", folder = "", what = ""] = process.argv.slice(2);
const { DBOS } = await loadDbos(folder);
const result = "x".repeat(480);

const tell = (value: number) => void process.send?.(value);
const began = () => DBOS.runStep(async () => tell(now()), { name: "begin" });

const queued = DBOS.registerWorkflow(began, { name: "queued" });
const waiting = DBOS.registerWorkflow(
  async () => {
    for (;;) {
      await DBOS.recv("go", 60);
      await began();
    }
  },
  { name: "waiting" },
);
/** As a run of the bot: for each step what the model answered and what its call resulted in. */
const stepping = DBOS.registerWorkflow(
  async (steps: number) => {
    for (let step = 0; step < steps; step++) {
      await DBOS.runStep(async () => result, { name: "model" });
      await DBOS.runStep(async () => result, { name: "call" });
    }
  },
  { name: "stepping" },
);

DBOS.setConfig({
  name: app.name,
  systemDatabaseUrl: url,
  logLevel: "error",
  applicationVersion: app.version,
});
await DBOS.launch();
// A second as it is by default, or as often as it may be.
if (what === "queue") await DBOS.registerQueue("steps", {});
if (what === "busy queue") await DBOS.registerQueue("steps", { minPollingIntervalMs: 10 });
if (what === "message") await DBOS.startWorkflow(waiting, { workflowID: "waiting" })();
process.on("message", (runs) => void drive(Number(runs)));
void queued;
await pause(200);
process.stdout.write("ready\n");
process.on("disconnect", () => process.exit());

async function drive(runs: number): Promise<void> {
  const handles = await Promise.all(Array.from({ length: runs }, () => DBOS.startWorkflow(stepping)(10)));
  await Promise.all(handles.map((handle) => handle.getResult()));
  tell(now());
}

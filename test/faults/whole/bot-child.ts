/**
 * A whole bot in a process of its own, wired by src/main.ts as `npm start` does it. Arguments: the folder of its
 * belay.config.ts and prompts, then the changes of the source that it runs with. Says `ready`, and ends on SIGTERM.
 */
import { flushCompileCache } from "node:module";
import { changeSource } from "./changes.ts";

const [folder = "", ...changes] = process.argv.slice(2);
changeSource(changes);
const [{ loadConfig }, { startBelay }, { lastGuard }] = await Promise.all([
  import("../../../src/config.ts"),
  import("../../../src/main.ts"),
  import("../../../src/cli/last-guard.ts"),
]);
const { log, stop } = await startBelay(await loadConfig(process.env, folder));
process.on("uncaughtException", lastGuard({ log, stop, exit: (code) => process.exit(code) }));
process.on("SIGTERM", () => stop().then(() => process.exit(0)));
// A killed process never writes its compile cache; the next one would start as slowly.
flushCompileCache();
process.stdout.write("ready\n");

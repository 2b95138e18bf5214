/**
 * A whole bot on a port of its own that is killed right behind a commit, before it answers. Arguments: database file,
 * port, what it dies behind ("launch", "command" or "nothing"). Prints a line when it listens.
 */
import { flushCompileCache } from "node:module";
import { demoModel } from "../../../adapters/demo/model.ts";
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { clock } from "../bot.ts";
import { listeningBot } from "./bot.ts";

const [path = "", port = "0", behind = "nothing"] = process.argv.slice(2);
const store = await openSqlite({ path, clock });
const { bot } = await listeningBot({ model: demoModel(), store, port: Number(port) });
const { engine } = bot;
const die = (): never => {
  process.kill(process.pid, "SIGKILL");
  throw new Error("killed");
};
if (behind === "launch") {
  const real = engine.launch.bind(engine);
  engine.launch = async (...args) => real(...args).then(die);
}
if (behind === "command") {
  const real = engine.command.bind(engine);
  engine.command = async (...args) => real(...args).then(die);
}
// A killed process never writes its compile cache; the next one would start as slowly.
flushCompileCache();
process.stdout.write("listening\n");

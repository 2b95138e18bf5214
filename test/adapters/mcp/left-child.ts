/** A bot that is connected to the odd server when it is killed. Arguments: the folder of the server, and its mode. */
import { oddBot } from "./odd-bot.ts";

const [folder = "", mode = ""] = process.argv.slice(2);

const server = oddBot(folder, "read", mode);
server.start({ changed: () => {}, said: () => {} });
process.stdout.write(`${(await server.look()).ok}\n`);
setInterval(() => {}, 60_000);

/** The program of a job: acts after a moment, whatever became of the bot meanwhile. Arguments: outside, item. */
import { setTimeout as wait } from "node:timers/promises";

const [outside = "", item = ""] = process.argv.slice(2);
await wait(100);
const answer = await fetch(`${outside}/effects`, {
  method: "POST",
  body: JSON.stringify({ item, tool: "job" }),
});
process.stdout.write(`job ${item}: ${answer.status}\n`);

/** The bot of job-bot.ts in a process of its own, killed at one named point. Arguments: its folder, the point. */
import childProcess from "node:child_process";
import fsPromises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { letGo, startJobBot } from "../support/job-bot.ts";

const [folder = "", dieAt = ""] = process.argv.slice(2);

/** A place where the process may die. Nothing is flushed, nobody is told. */
function point(name: string): void {
  if (name === dieAt) process.kill(process.pid, "SIGKILL");
}

const { mkdir } = fsPromises;
const { spawn } = childProcess;
// The one folder that is not made with its parents is the claim to begin the job.
const dyingMkdir = async (...args: Parameters<typeof mkdir>) => {
  const isClaim = typeof args[1] === "object" && args[1]?.recursive !== true;
  if (isClaim) point("before the folder");
  const made = await mkdir(...args);
  if (isClaim) point("after the folder");
  return made;
};
const dyingSpawn = (...args: Parameters<typeof spawn>) => {
  point("before the process");
  const child = spawn(...args);
  point("before its order");
  setImmediate(() => point("after its order"));
  return child;
};
Object.assign(fsPromises, { mkdir: dyingMkdir });
Object.assign(childProcess, { spawn: dyingSpawn });
syncBuiltinESMExports();

// A bot whose run rests holds no process by itself.
setInterval(() => {}, 1_000);

await startJobBot(folder, {
  store: (store) => ({
    ...store,
    async commit(commit) {
      for (const { type } of commit.events) point(`before ${type}`);
      const committed = await store.commit(commit);
      for (const { type } of commit.events) point(`after ${type}`);
      return committed;
    },
  }),
  toolbox: (toolbox) => ({
    ...toolbox,
    async poll(...args) {
      const state = await toolbox.poll(...args);
      if (state.type === "finished") point("after its exit");
      if (state.type === "running") {
        point("in its middle");
        letGo(folder);
      }
      return state;
    },
  }),
});

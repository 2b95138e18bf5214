/** A process that opens the store at argv[2], holds a run, and commits to it until it is killed. */
import { openSqlite } from "../../adapters/sqlite/store.ts";
import { commit, held, must } from "./store-commits.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("usage: store-child.ts <path>");
const store = await openSqlite({ path, clock: Date });
const epoch = await held(store, "r1", "child");
for (let version = 1; ; version++) {
  // Said only after the commit: whoever reads it may rely on it.
  process.stdout.write(`${version}\n`);
  await must(store.commit(commit("r1", version, { epoch, wakeAt: 0 })));
}

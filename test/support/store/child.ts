/** A process that opens the store at argv[2], holds a run, and commits to it until it is killed. */
import { openSqlite } from "../../../adapters/sqlite/store.ts";
import { commit, must } from "./commits.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("usage: child.ts <path>");
const store = await openSqlite({ path, clock: Date });
await must(store.commit(commit("r1", 0, { wakeAt: 0 })));
const hour = 3_600_000;
const [claim] = await store.claim({ owner: "child", now: Date.now(), leaseMs: hour, limit: 1 });
if (!claim) throw new Error("the run was not claimed");
const { epoch } = claim;
for (let version = 1; ; version++) {
  // Said only after the commit: whoever reads it may rely on it.
  process.stdout.write(`${version}\n`);
  await must(store.commit(commit("r1", version, { epoch, wakeAt: 0 })));
}

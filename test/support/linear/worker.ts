/** Gives every repetition to every reader, and tells which of them cost more than their length. */
import { parentPort } from "node:worker_threads";
import { fragments } from "./fragments.ts";
import { growthOf } from "./growth.ts";
import { readers } from "./readers.ts";

for (const [reader, read] of Object.entries(readers)) {
  for (const fragment of fragments) {
    parentPort?.postMessage({ reader, fragment, growth: "not ended" });
    parentPort?.postMessage({ reader, fragment, growth: growthOf(read, fragment) });
  }
}

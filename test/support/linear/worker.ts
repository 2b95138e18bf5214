/** Gives every repetition to every reader and tells what processor time of its own thread each took, in ms. */
import { parentPort, workerData } from "node:worker_threads";
import { readers } from "./readers.ts";

const { length, fragments } = workerData as { length: number; fragments: string[] };

for (const [reader, read] of Object.entries(readers)) {
  for (const fragment of fragments) {
    const text = fragment.repeat(Math.ceil(length / fragment.length));
    parentPort?.postMessage({ reader, fragment, ms: null });
    const before = process.threadCpuUsage();
    read(text);
    const { user, system } = process.threadCpuUsage(before);
    parentPort?.postMessage({ reader, fragment, ms: (user + system) / 1000 });
  }
}

/** Reads each repetition with one reader and tells what processor time of its own thread that took, in ms. */
import { parentPort, workerData } from "node:worker_threads";
import { readers } from "./readers.ts";

const { reader, length, fragments } = workerData as { reader: string; length: number; fragments: string[] };
const read = readers[reader];
if (read === undefined) throw new Error(`there is no reader ${reader}`);

for (const fragment of fragments) {
  const text = fragment.repeat(Math.ceil(length / fragment.length));
  const before = process.threadCpuUsage();
  read(text);
  const { user, system } = process.threadCpuUsage(before);
  parentPort?.postMessage({ fragment, ms: (user + system) / 1000 });
}

/** The thread that parses mail: one job after another, answers by the job's number. */
import { parentPort } from "node:worker_threads";
import type { MailJob } from "./inbound.ts";
import { readMail } from "./parse.ts";

parentPort?.on("message", async ({ id, job }: { id: number; job: MailJob }) => {
  try {
    parentPort?.postMessage({ id, mail: await readMail(job) });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
});

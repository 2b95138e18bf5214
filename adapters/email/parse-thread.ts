/** The thread that parses mail: one job after another, answers by the job's number. */

import { parentPort, workerData } from "node:worker_threads";
import { thrown } from "../../src/core/text/thrown.ts";
import type { OwnMail } from "./attribution.ts";
import type { MailJob } from "./inbound.ts";
import { readMail } from "./parse.ts";

const { own } = workerData as { own: OwnMail | null };

parentPort?.on("message", async ({ id, job }: { id: number; job: MailJob }) => {
  try {
    parentPort?.postMessage({ id, mail: await readMail(job, own) });
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : thrown(error) });
  }
});
parentPort?.postMessage("up");

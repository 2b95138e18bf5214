/** Hands mail to the parsing thread and ends the thread when a mail takes too long or too much memory. */
import { Worker } from "node:worker_threads";
import type { OwnMail } from "./attribution.ts";
import type { MailJob, ParsedMail } from "./inbound.ts";

const TIMEOUT_MS = 2_000;
/** A thread that does not come up in this time is no fault of the mail. */
const START_MS = 30_000;
const MAX_HEAP_MB = 128;
/** Mails that may wait for the thread; more are turned away for now. */
const MAX_WAITING = 50;

type Parsing = { ok: true; mail: ParsedMail } | { ok: false; why: "limit" | "busy"; detail: string };

export interface MailParser {
  parse(job: MailJob): Promise<Parsing>;
  close(): Promise<void>;
}

interface Waiting {
  id: number;
  job: MailJob;
  settle(parsing: Parsing): void;
}

/** `own`: what is ours in a reply, for telling quotes of us from words to us. */
export function mailParser(
  own: OwnMail | null = null,
  timeoutMs = TIMEOUT_MS,
  program = new URL("./parse-thread.ts", import.meta.url),
): MailParser {
  const queue: Waiting[] = [];
  let thread: Worker | null = null;
  /** The thread has loaded what it needs: from here on its time is the mail's. */
  let isUp = false;
  let current: (Waiting & { timer: NodeJS.Timeout }) | null = null;
  let lastId = 0;

  function spawn(): Worker {
    const worker = new Worker(program, {
      workerData: { own },
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.unref();
    isUp = false;
    worker.on("message", (answer: { id: number; mail?: ParsedMail; error?: string } | "up") => {
      if (thread !== worker) return;
      if (answer === "up") {
        isUp = true;
        if (current) hand(worker, current);
        return;
      }
      if (answer.id !== current?.id) return;
      const { mail, error } = answer;
      settle(mail ? { ok: true, mail } : { ok: false, why: "limit", detail: error ?? "no mail" });
    });
    // Out of memory ends the thread, not the process. What fails before it is up is no fault of the mail.
    worker.on("error", (error) => abandon(worker, error.message, isUp ? "limit" : "busy"));
    return worker;
  }

  function settle(parsing: Parsing): void {
    if (!current) return;
    const done = current;
    current = null;
    clearTimeout(done.timer);
    done.settle(parsing);
    next();
  }

  function abandon(worker: Worker, detail: string, why: "limit" | "busy" = "limit"): void {
    if (thread !== worker) return;
    thread = null;
    void worker.terminate();
    settle({ ok: false, why, detail });
  }

  function next(): void {
    const waiting = queue.shift();
    if (current || !waiting) return;
    thread ??= spawn();
    const worker = thread;
    const timer = setTimeout(() => abandon(worker, "the parsing thread did not start", "busy"), START_MS);
    current = { ...waiting, timer };
    if (isUp) hand(worker, current);
  }

  function hand(worker: Worker, job: NonNullable<typeof current>): void {
    clearTimeout(job.timer);
    job.timer = setTimeout(() => abandon(worker, `parsing took over ${timeoutMs} ms`), timeoutMs);
    worker.postMessage({ id: job.id, job: job.job });
  }

  return {
    parse(job) {
      if (queue.length >= MAX_WAITING) {
        return Promise.resolve({ ok: false, why: "busy", detail: "too many mails at once" });
      }
      const { promise, resolve } = Promise.withResolvers<Parsing>();
      queue.push({ id: ++lastId, job, settle: resolve });
      if (!current) next();
      return promise;
    },

    async close() {
      for (const { settle } of queue.splice(0)) settle({ ok: false, why: "busy", detail: "stopping" });
      const worker = thread;
      thread = null;
      settle({ ok: false, why: "busy", detail: "stopping" });
      await worker?.terminate();
    },
  };
}

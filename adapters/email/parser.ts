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

/** `parse` answers `limit` when a mail takes too long or too much memory, `busy` when too many come at once. */
export interface MailParser {
  parse(job: MailJob): Promise<Parsing>;
  close(): Promise<void>;
}

type Answer = { id: number; mail?: ParsedMail; error?: string } | "up";

interface Waiting {
  id: number;
  job: MailJob;
  settle(parsing: Parsing): void;
}

/**
 * One thread, one mail at a time. A thread that is too slow with a mail, or out of memory, is ended and the mail is
 * over its limit; a thread that does not even come up is no fault of the mail.
 */
class ThreadedParser implements MailParser {
  readonly #queue: Waiting[] = [];
  readonly #own: OwnMail | null;
  readonly #timeoutMs: number;
  readonly #program: URL;
  #thread: Worker | null = null;
  /** The thread has loaded what it needs: from here on its time is the mail's. */
  #isUp = false;
  #current: (Waiting & { timer: NodeJS.Timeout }) | null = null;
  #lastId = 0;

  constructor(own: OwnMail | null, timeoutMs: number, program: URL) {
    this.#own = own;
    this.#timeoutMs = timeoutMs;
    this.#program = program;
  }

  parse(job: MailJob): Promise<Parsing> {
    if (this.#queue.length >= MAX_WAITING) {
      return Promise.resolve({ ok: false, why: "busy", detail: "too many mails at once" });
    }
    const { promise, resolve } = Promise.withResolvers<Parsing>();
    this.#queue.push({ id: ++this.#lastId, job, settle: resolve });
    if (!this.#current) this.#next();
    return promise;
  }

  async close(): Promise<void> {
    for (const { settle } of this.#queue.splice(0)) settle({ ok: false, why: "busy", detail: "stopping" });
    const worker = this.#thread;
    this.#thread = null;
    this.#settle({ ok: false, why: "busy", detail: "stopping" });
    await worker?.terminate();
  }

  #spawn(): Worker {
    const worker = new Worker(this.#program, {
      workerData: { own: this.#own },
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    worker.unref();
    this.#isUp = false;
    worker.on("message", (answer: Answer) => this.#heard(worker, answer));
    // Out of memory ends the thread, not the process. What fails before it is up is no fault of the mail.
    worker.on("error", (error) => this.#abandon(worker, error.message, this.#isUp ? "limit" : "busy"));
    return worker;
  }

  #heard(worker: Worker, answer: Answer): void {
    if (this.#thread !== worker) return;
    if (answer === "up") {
      this.#isUp = true;
      if (this.#current) this.#hand(worker, this.#current);
      return;
    }
    if (answer.id !== this.#current?.id) return;
    const { mail, error } = answer;
    this.#settle(mail ? { ok: true, mail } : { ok: false, why: "limit", detail: error ?? "no mail" });
  }

  #settle(parsing: Parsing): void {
    if (!this.#current) return;
    const done = this.#current;
    this.#current = null;
    clearTimeout(done.timer);
    done.settle(parsing);
    this.#next();
  }

  #abandon(worker: Worker, detail: string, why: "limit" | "busy" = "limit"): void {
    if (this.#thread !== worker) return;
    this.#thread = null;
    void worker.terminate();
    this.#settle({ ok: false, why, detail });
  }

  #next(): void {
    const waiting = this.#queue.shift();
    if (this.#current || !waiting) return;
    this.#thread ??= this.#spawn();
    const worker = this.#thread;
    const late = () => this.#abandon(worker, "the parsing thread did not start", "busy");
    this.#current = { ...waiting, timer: setTimeout(late, START_MS) };
    if (this.#isUp) this.#hand(worker, this.#current);
  }

  #hand(worker: Worker, job: Waiting & { timer: NodeJS.Timeout }): void {
    clearTimeout(job.timer);
    const late = () => this.#abandon(worker, `parsing took over ${this.#timeoutMs} ms`);
    job.timer = setTimeout(late, this.#timeoutMs);
    worker.postMessage({ id: job.id, job: job.job });
  }
}

/** `own`: what is ours in a reply, for telling quotes of us from words to us. */
export function mailParser(
  own: OwnMail | null = null,
  timeoutMs = TIMEOUT_MS,
  program = new URL("./parse-thread.ts", import.meta.url),
): MailParser {
  return new ThreadedParser(own, timeoutMs, program);
}

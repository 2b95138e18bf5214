/** Deletes what nobody needs any more: keys of old messages, notes of runs that are over, old refusals. */
import type { Logger } from "pino";
import type { Clock } from "../core/ports/clock.ts";
import type { NoteRow } from "../core/ports/kept-rows.ts";
import type { RunRow } from "../core/ports/runs.ts";
import type { Store } from "../core/ports/store.ts";
import { pagesOfNotes } from "../core/store/every.ts";
import { type NoteOwner, noteKinds } from "../core/store/notes.ts";
import { isEnded } from "../core/text/status.ts";
import type { UnreadableRecords } from "./unreadable.ts";

const dayMs = 86_400_000;
/** As long as the API promises for an Idempotency-Key; no platform delivers anything again so late. */
const keysMs = 30 * dayMs;
/** Words whose writer was asked what they answer, and has not said it. */
const wordsMs = 7 * dayMs;
/** So long after a run has ended a reply to its last mail still finds it. */
const notesMs = 90 * dayMs;
/** A start has more urgent things to do. */
const afterStartMs = 60_000;

type OwnerOf = (of: string, value: string) => NoteOwner;

/** The dates of the clock decide what is old. */
export interface PruneDeps {
  store: Pick<
    Store,
    "pruneInbox" | "dropBodies" | "pruneAudits" | "oldNotes" | "deleteNotes" | "run" | "runAt"
  >;
  clock: Pick<Clock, "now">;
  log: Logger;
  unreadable: UnreadableRecords;
  /** For so many days it is kept who was refused what. */
  auditDays: number;
}

/** Runs soon after `start` and then once a day, until `stop`; a failure is logged. */
export class Pruner {
  readonly #deps: PruneDeps;
  #timer: NodeJS.Timeout | null = null;
  #pruning: Promise<void> | null = null;
  #stopped = false;

  constructor(deps: PruneDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#stopped = false;
    this.#pruneIn(afterStartMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pruning;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #pruneIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#pruning = this.#prune().finally(() => this.#pruneIn(dayMs));
    }, ms);
    this.#timer.unref();
  }

  async #prune(): Promise<void> {
    const { store, clock, auditDays } = this.#deps;
    const now = clock.now();
    await this.#try("keys", () => store.pruneInbox(now - keysMs));
    await this.#try("words", () => store.dropBodies(now - wordsMs));
    await this.#try("refusals", () => store.pruneAudits(now - auditDays * dayMs));
    await this.#try("notes", () => this.#pruneNotes(now - notesMs));
  }

  /** What fails is tried again the next day; the others don't wait for it. */
  async #try(what: string, prune: () => Promise<number>): Promise<void> {
    const { log } = this.#deps;
    try {
      const forgotten = await prune();
      if (forgotten > 0) log.info({ what, forgotten }, "what is old was forgotten");
    } catch (error) {
      log.warn({ what, err: error }, "forgetting what is old failed");
    }
  }

  async #pruneNotes(before: number): Promise<number> {
    const { store } = this.#deps;
    let forgotten = 0;
    for (const { name: prefix, goes } of Object.values(noteKinds)) {
      if (goes === "stays") continue;
      for await (const rows of pagesOfNotes(store, { prefix, before })) {
        if (this.#stopped) return forgotten;
        const gone: string[] = [];
        for (const row of rows) {
          if (goes === "old" || (await this.#isOver(row, prefix, goes, before))) gone.push(row.name);
        }
        if (gone.length > 0) forgotten += await store.deleteNotes(gone, before);
      }
    }
    return forgotten;
  }

  /** The run that the note serves ended before that time, or never was. A note that can't be read stays. */
  async #isOver(note: NoteRow, prefix: string, ownerOf: OwnerOf, before: number): Promise<boolean> {
    const served = await this.#deps.unreadable.orNull(this.#servedBy(note, prefix, ownerOf));
    if (served === null) return false;
    const { run } = served;
    return run === null || (isEnded(run.status) && run.updatedAt < before);
  }

  async #servedBy(
    { name, value }: NoteRow,
    prefix: string,
    ownerOf: OwnerOf,
  ): Promise<{ run: RunRow | null }> {
    const { store } = this.#deps;
    const owner = ownerOf(name.slice(prefix.length), value);
    const runId = "runId" in owner ? owner.runId : await store.runAt(owner.address);
    return { run: runId === null ? null : await store.run(runId) };
  }
}

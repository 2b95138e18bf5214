/**
 * One bit of the log's pages turns, wherever: the file is refused, or the run that it hits is, and
 * never is a run told wrongly.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { RunEvent } from "../../src/core/event.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { commit, must, question } from "../support/store/commits.ts";

let home: string;
let path: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "belay-bits-"));
  path = join(home, "belay.db");
});
afterEach(() => rmSync(home, { recursive: true }));

const open = () => openSqlite({ path, clock: Date });
const runIds = Array.from({ length: 40 }, (_, index) => `run_${index}`);

async function fill(): Promise<Map<string, RunEvent[]>> {
  const store = await open();
  const events = (runId: string) =>
    Array.from(
      { length: 6 },
      (_, at): RunEvent => ({
        type: "event_arrived",
        at: 1_700_000_000_000 + at,
        event: `event-${at}`,
        payload: `${runId} `.repeat(10 + at),
        omitted: at,
      }),
    );
  for (const runId of runIds) {
    const questions = [question(runId, `${runId}.1`)];
    await must(store.commit(commit(runId, 0, { events: events(runId), questions })));
  }
  const written = new Map<string, RunEvent[]>();
  for (const runId of runIds) written.set(runId, await store.read(runId));
  await store.close();
  return written;
}

/** Where the file holds the table of events, in bytes. */
function pagesOfEvents(): { from: number; size: number }[] {
  const file = new Database(path, { readonly: true });
  const size = file.pragma("page_size", { simple: true }) as number;
  const pages = file.prepare("SELECT pageno FROM dbstat WHERE name = 'events'").pluck().all() as number[];
  file.close();
  return pages.map((page) => ({ from: (page - 1) * size, size }));
}

/** Which runs can't be read; anything else must be as it was written. */
async function unreadableRuns(
  store: Store,
  written: Map<string, RunEvent[]>,
  where: string,
): Promise<string[]> {
  const lost: string[] = [];
  for (const [runId, events] of written) {
    const read = await store.read(runId).then(
      (found) => ({ found, error: null }),
      (error: unknown) => ({ found: events, error }),
    );
    expect(read.found, `${where}: ${runId}`).toEqual(events);
    if (read.error === null) continue;
    const what = { name: "UnreadableError", what: `run ${runId}`, message: expect.stringContaining(runId) };
    expect(read.error, `${where}: ${runId}`).toMatchObject(what);
    lost.push(runId);
  }
  return lost;
}

it("is noticed, and the other runs and the lists stay as they were", async () => {
  const written = await fill();
  const good = readFileSync(path);
  const seen = { refused: 0, hurt: 0, harmless: 0 };
  const pages = pagesOfEvents();
  // An odd step goes through all offsets and bits of a byte, page after page.
  for (let turn = 0; turn < 120; turn++) {
    const page = pages[turn % pages.length];
    const at = (page?.from ?? 0) + ((turn * 1_237) % (page?.size ?? 1));
    const bytes = Buffer.from(good);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (turn % 8));
    writeFileSync(path, bytes);
    const store = await open().catch((error: unknown) => {
      expect(error).toMatchObject({ code: "storage_damaged" });
      return null;
    });
    if (store === null) {
      seen.refused++;
      continue;
    }
    const lost = await unreadableRuns(store, written, `byte ${at}, bit ${turn % 8}`);
    expect(lost.length, `byte ${at}`).toBeLessThan(3);
    expect(await store.runs({ limit: 100 })).toHaveLength(runIds.length);
    expect((await store.openQuestions({ limit: 100 })).rows).toHaveLength(runIds.length);
    await store.close();
    seen[lost.length > 0 ? "hurt" : "harmless"]++;
  }
  // Harmless: the free part of a page.
  expect(seen.hurt).toBeGreaterThan(75);
});

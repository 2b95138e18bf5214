/** 10,000 open questions, one of them in a run whose log is damaged: the start, each page, and who looks again. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { openSqlite } from "../adapters/sqlite/store.ts";
import { startChild } from "../test/support/child.ts";
import { clockOf } from "../test/support/clock.ts";
import { writeManyQuestions } from "../test/support/console/history.ts";

const count = 10_000;
const pageSize = 100;
const damaged = `run_asks_${count / 2}`;

interface Page {
  questions: { id: string }[];
  unreadable: { run_id: string }[];
  open: number;
  next: string | null;
}

const folder = mkdtempSync(join(tmpdir(), "belay-questions-"));
const path = join(folder, "belay.db");
await fill();
const started = performance.now();
const bot = startChild("src/cli/serve.ts", [], {
  env: {
    ...{ PATH: process.env.PATH, PORT: "0", DATABASE_URL: path },
    ...{ BELAY_AUTH: "none", LOG_LEVEL: "silent" },
  },
});
try {
  const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(await bot.says("Belay is ready"))?.[1]);
  report({ what: "start", ms: performance.now() - started });
  const url = `http://127.0.0.1:${port}/questions`;
  const [first, again] = [await pages(url), await pages(url)];
  report({ what: "all pages", ...first });
  report({ what: "all pages again", ...again });
  const began = performance.now();
  await Promise.all(Array.from({ length: 20 }, () => page(url, null)));
  report({ what: "the first page, by 20 at once", ms: performance.now() - began });
} finally {
  await bot.kill();
  rmSync(folder, { recursive: true });
}

async function fill(): Promise<void> {
  const store = await openSqlite({ path, clock: clockOf(() => Date.now()) });
  await writeManyQuestions(store, count, Date.now());
  await store.close();
  const file = new Database(path);
  const harm = "UPDATE events SET data = replace(data, 'a', 'b') WHERE run_id = ? AND version = 1";
  if (file.prepare(harm).run(damaged).changes !== 1) throw new Error("nothing was damaged");
  file.close();
}

async function page(url: string, cursor: string | null): Promise<Page> {
  const answer = await fetch(`${url}?limit=${pageSize}${cursor === null ? "" : `&cursor=${cursor}`}`);
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Page;
}

/** Every page, one after the other: how many questions were readable and how many not, and what a page took. */
async function pages(url: string) {
  const ms: number[] = [];
  let [readable, unreadable, open] = [0, 0, 0];
  for (let cursor: string | null = null, isLast = false; !isLast; isLast = cursor === null) {
    const began = performance.now();
    const found = await page(url, cursor);
    ms.push(performance.now() - began);
    readable += found.questions.length;
    unreadable += found.unreadable.length;
    ({ open, next: cursor } = found);
  }
  const sorted = ms.toSorted((one, other) => one - other);
  const p50Ms = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return { readable, unreadable, open, pages: ms.length, ms_p50: p50Ms, ms_max: sorted.at(-1) ?? 0 };
}

function report(row: Record<string, string | number>): void {
  const rounded = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "number" ? Math.round(value) : value,
  ]);
  process.stdout.write(`${JSON.stringify({ workload: "questions", ...Object.fromEntries(rounded) })}\n`);
}

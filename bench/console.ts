/** The console under load: 10,000 runs in the list, a run of 1,000 events; how long until a person can use it. */
import type { Browser, Page } from "playwright-core";
import { buildConsole } from "../src/cli/build-console.ts";
import { consoleBot } from "../test/support/console/bot.ts";
import { openChromium } from "../test/support/console/chromium.ts";
import { writeLongRun, writeManyRuns } from "../test/support/console/history.ts";

const rounds = 5;
const runs = 10_000;
const events = 1_000;

/** Goals in ms, from issue and performance.md: what a person feels as at once. */
const goals = { firstView: 1_000, slowFirstView: 5_000, longRun: 500 };

/** A phone in the street: bytes a second, and ms until an answer begins. */
const slowLine = { bytes: 50_000, latency: 400 };

await buildConsole();
const bot = await consoleBot({
  env: { BELAY_AUTH: "none" },
  fill: async (store) => {
    await writeManyRuns(store, runs, Date.now());
    await writeLongRun(store, "run_long", events, Date.now());
  },
});
const browser = await openChromium();
try {
  const firstView = await median(() => openFirstView(browser));
  const slowFirstView = await median(() => openFirstView(browser, slowLine));
  const longRun = await median(() => openLongRun(browser));
  const scroll = await scrollThrough(browser);
  report({ what: "first_view", runs, ms: firstView, goal_ms: goals.firstView });
  report({
    what: "first_view_slow_line",
    runs,
    ...slowLine,
    ms: slowFirstView,
    goal_ms: goals.slowFirstView,
  });
  report({ what: "long_run", events, ms: longRun, goal_ms: goals.longRun });
  report({
    what: "scroll",
    rows: scroll.rows,
    frame_p50_ms: at(scroll.frames, 0.5),
    frame_p95_ms: at(scroll.frames, 0.95),
  });
} finally {
  await browser.close();
  await bot.stop();
}

function report(row: Record<string, string | number>): void {
  const rounded = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "number" ? Math.round(value) : value,
  ]);
  process.stdout.write(`${JSON.stringify({ workload: "console", ...Object.fromEntries(rounded) })}\n`);
}

/** The value below which this part of the sorted ones lies. */
function at(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await measure());
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** From an empty cache to rows that can be pressed. */
async function openFirstView(browser: Browser, line?: typeof slowLine): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  if (line) {
    const session = await context.newCDPSession(page);
    await session.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: line.latency,
      downloadThroughput: line.bytes,
      uploadThroughput: line.bytes,
    });
  }
  await page.goto(`${bot.url}/`, { waitUntil: "commit" });
  const ms = await timeUntil(page, ".run-list .row");
  await context.close();
  return ms;
}

/** Pressed in the list, until its newest line and its outcome stand. */
async function openLongRun(browser: Browser): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${bot.url}/`);
  const row = page.locator('.run-list .row[href$="run_long"]');
  await row.waitFor();
  const ms = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const started = performance.now();
        new MutationObserver((_, observer) => {
          if (document.querySelectorAll(".timeline .line").length < 500) return;
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
        }).observe(document.body, { childList: true, subtree: true });
        document.querySelector<HTMLElement>('.run-list .row[href$="run_long"]')?.click();
      }),
  );
  await context.close();
  return ms;
}

/** ms since the navigation began. */
async function timeUntil(page: Page, selector: string): Promise<number> {
  await page.locator(selector).first().waitFor();
  return page.evaluate(
    () => new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now()))),
  );
}

/** Two seconds of wheel, page after page. */
async function scrollThrough(browser: Browser): Promise<{ rows: number; frames: number[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${bot.url}/`);
  await page.locator(".run-list .row").first().waitFor();
  const seen = await page.evaluate(
    () =>
      new Promise<{ rows: number; frames: number[] }>((resolve) => {
        const box = document.querySelector(".run-list");
        const rows = new Set<string>();
        const started = performance.now();
        let last = started;
        const frames: number[] = [];
        const frame = (now: number) => {
          frames.push(now - last);
          last = now;
          box?.scrollBy(0, 120);
          for (const row of document.querySelectorAll(".run-list .row"))
            rows.add(row.getAttribute("href") ?? "");
          if (now - started < 2_000) requestAnimationFrame(frame);
          else resolve({ rows: rows.size, frames: frames.sort((a, b) => a - b) });
        };
        requestAnimationFrame(frame);
      }),
  );
  await page.close();
  return seen;
}

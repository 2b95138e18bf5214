/** `npm run screenshots`: the console's main pages over a made-up day, written to docs/images. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { consoleBot } from "../../test/support/console/bot.ts";
import { openChromium } from "../../test/support/console/chromium.ts";
import { known, writeHistory } from "../../test/support/console/history.ts";
import { buildConsole } from "./build-console.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "..", "..", "docs", "images");

interface Shot {
  name: string;
  path: string;
  width: number;
  height: number;
  theme: "light" | "dark";
  /** Brings the page into the state to show. */
  before?: (page: Page) => Promise<void>;
}

const wide = { width: 1440, height: 900 };
const middle = { width: 900, height: 900 };
const narrow = { width: 390, height: 844 };

const shots: Shot[] = [
  { name: "run-wide-light", path: `runs/${known.complete}`, ...wide, theme: "light" },
  {
    name: "inspector-wide-dark",
    path: `runs/${known.complete}`,
    ...wide,
    theme: "dark",
    before: inspectCall,
  },
  { name: "approval-wide-light", path: `runs/${known.approval}`, ...wide, theme: "light" },
  { name: "approval-wide-dark", path: `runs/${known.approval}`, ...wide, theme: "dark" },
  { name: "home-wide-light", path: "", ...wide, theme: "light" },
  { name: "question-middle-dark", path: `runs/${known.question}`, ...middle, theme: "dark" },
  { name: "edit-middle-light", path: `runs/${known.approval}`, ...middle, theme: "light", before: edit },
  { name: "list-narrow-light", path: "", ...narrow, theme: "light" },
  { name: "approval-narrow-dark", path: `runs/${known.approval}`, ...narrow, theme: "dark" },
  { name: "failed-narrow-light", path: `runs/${known.failed}`, ...narrow, theme: "light" },
  { name: "new-wide-dark", path: "new", ...wide, theme: "dark" },
  { name: "tools-wide-light", path: "bot/tools", ...wide, theme: "light" },
];

async function inspectCall(page: Page): Promise<void> {
  const line = page.locator(".line.kind-call").last();
  await line.locator(".line-head").click();
  await line.getByRole("button", { name: "Inspect" }).click();
  await page.getByRole("tab", { name: "Raw" }).waitFor();
  await page.locator(".run-scroll").evaluate((box) => box.scrollTo(0, 0));
}

async function edit(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Edit…" }).click();
  await page.getByLabel("environment").waitFor();
}

async function take(browser: Browser, url: string, shot: Shot): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: shot.width, height: shot.height },
    colorScheme: shot.theme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(`${url}/${shot.path}`);
  await page.locator(".row-task").first().waitFor({ state: "attached" });
  await page.locator(".skeleton").waitFor({ state: "detached" });
  await shot.before?.(page);
  await page.waitForLoadState("load");
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, `${shot.name}.png`) });
  await context.close();
}

await buildConsole();
await mkdir(folder, { recursive: true });
const bot = await consoleBot({
  fill: (store) => writeHistory(store, Date.now()),
  env: { BELAY_AUTH: "none" },
});
const browser = await openChromium();
try {
  for (const shot of shots) await take(browser, bot.url, shot);
} finally {
  await browser.close();
  await bot.stop();
}

/**
 * `npm run screenshots`: the console's main pages over a made-up day and a Slack thread, written to docs/images. The day, the browser's
 * clock, zone and language are always the same, and a picture is written only when somebody could see the difference,
 * so the files change only when the console does.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { consoleBot } from "../../test/support/console/bot.ts";
import { openChromium } from "../../test/support/console/chromium.ts";
import { approval, known, writeHistory } from "../../test/support/console/history.ts";
import { narrate } from "../core/narrate/narrate.ts";
import { fold } from "../core/reduce/reduce.ts";
import { buildConsole } from "./build-console.ts";
import { threadPage } from "./thread-picture.ts";

const folder = process.argv[2] ?? join(import.meta.dirname, "..", "..", "docs", "images");

/** When the pictures are taken: the made-up day ends here. */
const now = Date.UTC(2026, 4, 13, 14, 40);

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
    locale: "en-GB",
    timezoneId: "UTC",
  });
  const page = await context.newPage();
  await page.clock.setFixedTime(now);
  await page.goto(`${url}/${shot.path}`);
  await page.locator(".row-task").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
  await shot.before?.(page);
  await page.waitForLoadState("load");
  await page.evaluate(() => document.fonts.ready);
  await keep(page, shot.name, await settled(page));
  await context.close();
}

async function keep(page: Page, name: string, picture: Buffer): Promise<void> {
  const file = join(folder, `${name}.png`);
  if (!existsSync(file) || (await differ(page, await readFile(file), picture)))
    await writeFile(file, picture);
}

/** The run that waits for an approval, as its thread in Slack shows it. */
async function takeThread(browser: Browser): Promise<void> {
  const state = fold(approval(now - 4 * 60_000).events);
  const messages = narrate(state).map(({ body }) => body);
  const context = await browser.newContext({ viewport: { width: 688, height: 400 }, deviceScaleFactor: 2 });
  const page = await context.newPage();
  await page.setContent(threadPage({ name: state.from.name, text: `@Belay ${state.task}` }, messages));
  const picture = await page.locator("main").screenshot({ animations: "disabled" });
  await keep(page, "slack-thread", picture);
  await context.close();
}

/** The page once two pictures in a row are the same: lists measure their lines and scroll to them after they are drawn. */
async function settled(page: Page): Promise<Buffer> {
  const picture = () => page.screenshot({ animations: "disabled" });
  let [before, after] = [await picture(), await picture()];
  for (let tries = 0; !after.equals(before) && tries < 50; tries++)
    [before, after] = [after, await picture()];
  if (!after.equals(before)) throw new Error(`${page.url()} never stands still`);
  return after;
}

/** Whether any dot differs by more than rounding: the same page drawn twice differs here and there by one of 255. */
async function differ(page: Page, before: Buffer, after: Buffer): Promise<boolean> {
  // A page without the console's security policy, which allows no picture from an address like these.
  await page.goto("about:blank");
  const urls = [before, after].map((png) => `data:image/png;base64,${png.toString("base64")}`);
  return page.evaluate(async (sources) => {
    const dots = async (source = "") => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const { width, height } = image;
      const canvas = new OffscreenCanvas(width, height).getContext("2d");
      canvas?.drawImage(image, 0, 0);
      return { width, values: canvas?.getImageData(0, 0, width, height).data ?? [] };
    };
    const [one, other] = await Promise.all([dots(sources[0]), dots(sources[1])]);
    if (one.width !== other.width || one.values.length !== other.values.length) return true;
    return one.values.some((value, index) => Math.abs(value - (other.values[index] ?? 0)) > 2);
  }, urls);
}

await buildConsole();
await mkdir(folder, { recursive: true });
const bot = await consoleBot({
  fill: (store) => writeHistory(store, now),
  env: { BELAY_AUTH: "none" },
});
const browser = await openChromium();
try {
  await takeThread(browser);
  for (const shot of shots) await take(browser, bot.url, shot);
} finally {
  await browser.close();
  await bot.stop();
}

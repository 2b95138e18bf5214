/** A browser at the console: opened once, a fresh profile for each test. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { type ConsoleBot, consoleBot } from "../support/console/bot.ts";
import { openChromium } from "../support/console/chromium.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * The longest that anything here may take, ms: a machine may be busy with the other tests. Nothing waits for this
 * time, everything waits for a condition.
 */
export const patient = 180_000;

/** The console as it was built before all tests. */
export const consoleDir = join(import.meta.dirname, "..", "..", "dist", "console");

/** One Chromium for the tests of a file. */
export function theBrowser(): { readonly browser: Browser } {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openChromium();
  }, patient);
  afterAll(() => browser?.close());
  return {
    get browser() {
      return browser;
    },
  };
}

/** The whole program and one Chromium for the tests of a file; nobody needs to log in unless `env` says so. */
export function theConsole(options: Parameters<typeof consoleBot>[0] = {}): {
  readonly bot: ConsoleBot;
  readonly browser: Browser;
} {
  let bot: ConsoleBot;
  let browser: Browser;
  beforeAll(async () => {
    const env = { BELAY_AUTH: "none", ...options.env };
    [bot, browser] = await Promise.all([consoleBot({ ...options, env }), openChromium()]);
  }, patient);
  afterAll(async () => {
    await browser?.close();
    await bot?.stop();
  });
  return {
    get bot() {
      return bot;
    },
    get browser() {
      return browser;
    },
  };
}

export interface Visitor {
  context: BrowserContext;
  page: Page;
  /** What the page complained about: errors, refused code, blocked loads. */
  complaints: string[];
}

/** A profile of its own; with `loggedIn` it has gone through the door by the printed link. */
export async function visit(
  browser: Browser,
  bot: { url: string },
  options: { path?: string; loginUrl?: string; theme?: "light" | "dark"; width?: number } = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 800 },
    colorScheme: options.theme ?? "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.setDefaultTimeout(patient / 2);
  if (options.loginUrl) {
    await page.goto(options.loginUrl);
    await page.getByRole("link", { name: "New run" }).waitFor({ state: "attached" });
  }
  if (options.path !== undefined || !options.loginUrl) await page.goto(`${bot.url}/${options.path ?? ""}`);
  return { context, page, complaints };
}

/** A profile of its own, through the door with the token `secret-<name>`. */
export async function visitAs(
  browser: Browser,
  bot: { url: string },
  name: string,
  path = "",
): Promise<Visitor> {
  const visitor = await visit(browser, bot, { path });
  await visitor.page.getByLabel("Code or token").fill(`secret-${name}`);
  await visitor.page.getByRole("button", { name: "Log in" }).click();
  await visitor.page.getByRole("link", { name: `${name} (token)` }).waitFor();
  return visitor;
}

/** Starts a run from the form and waits for its page. Returns its id. */
export async function launch(page: Page, task: string): Promise<string> {
  await page.getByRole("link", { name: "New run" }).click();
  const field = page.getByLabel("What should be done?");
  await field.fill(task);
  await field.press("Control+Enter");
  await page.waitForURL(/\/runs\//);
  return page.url().split("/").at(-1) ?? "";
}

/** The lines of the timeline as a person reads them, without their times; also those that are scrolled away. */
export async function timeline(page: Page): Promise<string> {
  return (await page.locator(".timeline .line-text").allTextContents()).join("\n");
}

/** Waits until the timeline says so: its lines and the status of the run arrive apart. */
export async function expectTimeline(page: Page, ...words: (string | RegExp)[]): Promise<void> {
  for (const one of words) {
    const said = expect.poll(() => timeline(page), { timeout: patient / 2 });
    await (typeof one === "string" ? said.toContain(one) : said.toMatch(one));
  }
}

export async function expectOutcome(page: Page, words: string | RegExp): Promise<void> {
  await page.locator(".outcome", { hasText: words }).waitFor();
}

export async function expectStatus(page: Page, words: string): Promise<void> {
  await page.locator(".run-top .status", { hasText: words }).waitFor();
  expect(await page.locator(".run-top .status").innerText()).toContain(words);
}

/** What axe finds: `rule: the element, and what is wrong`, one a line. `rules`: only these; all when left out. */
export async function violations(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (runOnly) => {
    interface Found {
      violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
    }
    const { axe } = window as unknown as { axe: { run(on: Document, how: object): Promise<Found> } };
    const found = await axe.run(document, runOnly === undefined ? {} : { runOnly });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ""}`),
    );
  }, rules);
}

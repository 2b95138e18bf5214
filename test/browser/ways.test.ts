/** Ways through the console: out of every page, back to what was typed and looked for, and to what needs a person. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConsoleBot, consoleBot } from "../support/console/bot.ts";
import { openChromium } from "../support/console/chromium.ts";
import { known, writeHistory } from "../support/console/history.ts";
import { launch, patient, visit } from "./session.ts";

let bot: ConsoleBot;
let browser: Browser;

beforeAll(async () => {
  const fill = (store: Parameters<typeof writeHistory>[0]) => writeHistory(store, Date.now());
  [bot, browser] = await Promise.all([consoleBot({ env: { BELAY_AUTH: "none" }, fill }), openChromium()]);
}, patient);

afterAll(async () => {
  await browser?.close();
  await bot?.stop();
});

async function loaded(page: Page): Promise<void> {
  await page.locator("h1:visible").first().waitFor();
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
}

describe("on a phone", { timeout: patient }, () => {
  it.each(["new", "runs/no-such-run", "no-such-page", "bot/no-such-page", `runs/${known.complete}`])(
    "/%s has a way to the list, and speaks of nothing that is not there",
    async (path) => {
      const { page, context } = await visit(browser, bot, { path, width: 390 });
      await loaded(page);
      const words = await page.locator("#part").innerText();
      expect(words).not.toMatch(/on the left|GET \//);
      await page.locator('#part a[href="/"]:visible').first().click();
      await page.locator(".needs-you .row:visible").first().waitFor();
      await context.close();
    },
  );

  it("covers no field with the row of choices", async () => {
    const { page, context } = await visit(browser, bot, { path: `runs/${known.question}`, width: 390 });
    await page.setViewportSize({ width: 390, height: 560 });
    const field = page.getByLabel("Your answer");
    await field.waitFor();
    const covered = await field.evaluate((node) => {
      node.scrollIntoView({ block: "end" });
      const { left, width, top, height } = node.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2) !== node;
    });
    expect(covered).toBe(false);
    await context.close();
  });

  it.each([`runs/${known.complete}`, "bot/sources", "bot/sessions"])(
    "breaks no word of a table on /%s",
    async (path) => {
      const { page, context } = await visit(browser, bot, { path, width: 390 });
      await loaded(page);
      const broken = await page.evaluate(() => {
        const cells = [...document.querySelectorAll("th, td")];
        const texts = cells.flatMap((cell) => [...cell.childNodes].filter((node) => node instanceof Text));
        return texts.flatMap((text) =>
          [...text.data.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
            const range = document.createRange();
            range.setStart(text, index);
            range.setEnd(text, index + word.length);
            return range.getClientRects().length > 1 ? [word] : [];
          }),
        );
      });
      expect(broken).toEqual([]);
      await context.close();
    },
  );
});

describe("Needs you", { timeout: patient }, () => {
  it("holds the runs that stand still until somebody lets them go on", async () => {
    const { page, context } = await visit(browser, bot);
    const list = page.locator(".needs-you");
    await list.locator(".row", { hasText: "step limit reached" }).waitFor();
    await list.locator(".row", { hasText: "paused" }).first().waitFor();
    const rows = await list.locator(".row").count();
    expect(await list.locator("h2 .badge").innerText()).toBe(String(rows));
    await page.waitForFunction((count) => document.title.startsWith(`(${count}) `), rows);
    await context.close();
  });
});

describe("the list", { timeout: patient }, () => {
  it("shows what a run is about, not the first words of it", async () => {
    const { page, context } = await visit(browser, bot);
    const tasks = page.locator(".run-list .row-task");
    await tasks.first().waitFor();
    const cut = await tasks.evaluateAll((rows) =>
      rows
        .filter((row) => row.scrollWidth > row.clientWidth || row.scrollHeight > row.clientHeight + 1)
        .map((row) => row.textContent),
    );
    expect(cut).toEqual([]);
    await context.close();
  });
});

describe("what somebody looked for and typed", { timeout: patient }, () => {
  it("is in the address, over a run, a reload and the way back", async () => {
    const { page, context } = await visit(browser, bot);
    const rows = page.locator(".run-list .row");
    const search = page.getByLabel("Search the runs");
    await search.fill("oncall");
    await page.waitForURL(/\?text=oncall$/);
    await rows.filter({ hasNotText: "oncall" }).first().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Filter the runs" }).click();
    await page.getByRole("combobox", { name: /^Status/ }).selectOption("complete");
    await page.waitForURL(/status=complete/);
    await page.keyboard.press("Escape");
    await rows.first().click();
    await page.waitForURL(/\/runs\/.*\?.*text=oncall/);
    await page.reload();
    await rows.first().waitFor();
    expect(await search.inputValue()).toBe("oncall");
    await page.goBack();
    await page.waitForURL(/\/\?.*text=oncall/);
    await page.getByRole("link", { name: "Belay", exact: true }).click();
    await rows.filter({ hasNotText: "oncall" }).first().waitFor();
    expect(await search.inputValue()).toBe("");
    await context.close();
  });

  it("is still in its field after the way back and a reload, and gone once it is sent", async () => {
    const { page, context } = await visit(browser, bot, { path: "new" });
    const task = page.getByLabel("What should be done?");
    await task.fill("What is 1 + 2?");
    await page.locator(".run-list .row").first().click();
    await page.getByRole("button", { name: "Run again" }).waitFor();
    await page.goBack();
    expect(await task.inputValue()).toBe("What is 1 + 2?");
    await page.reload();
    expect(await task.inputValue()).toBe("What is 1 + 2?");
    await task.press("Enter");
    await page.waitForURL(/\/runs\//);
    await page.goto(`${bot.url}/new`);
    expect(await task.inputValue()).toBe("");
    await context.close();
  });

  it("is still there after the session has ended and a new one begun", async () => {
    const guarded = await consoleBot();
    const { page, context } = await visit(browser, guarded, { loginUrl: guarded.loginUrl() });
    await launch(page, "What is (17 + 5) * 3, divided by a number you must ask me for?");
    await page.getByLabel("Your answer").fill("half a thought");
    const code = await page.evaluate(async () => {
      const headers = { "Content-Type": "application/json" };
      return (await (await fetch("/session/code", { method: "POST", headers })).json()).code as string;
    });
    await context.clearCookies();
    await page.reload();
    await page.getByLabel("Code").fill(code);
    await page.keyboard.press("Enter");
    await page.getByLabel("Your answer").waitFor();
    expect(await page.getByLabel("Your answer").inputValue()).toBe("half a thought");
    await context.close();
    await guarded.stop();
  });
});

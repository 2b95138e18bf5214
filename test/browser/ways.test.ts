/** Ways through the console: out of every page, back to what was typed and looked for, and to what needs a person. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { consoleBot } from "../support/console/bot.ts";
import { known, writeHistory } from "../support/console/history.ts";
import { launch, patient, theConsole, visit } from "./session.ts";

/** With a reason that is longer than a phone is wide. */
const refused = {
  at: Date.now(),
  principal: "console:local",
  action: "refuse restart_service",
  resource: known.approval,
  decision: "allowed",
  rule: "not while the quarter is being closed, please ask again on Monday morning",
} as const;

const on = theConsole({
  fill: async (store) => {
    await writeHistory(store, Date.now());
    await store.audit(refused);
    await store.audit({ ...refused, action: "approve restart_service", rule: "console:*" });
    await store.audit({ ...refused, action: "launch", resource: "agent:operator", decision: "refused" });
  },
});

const runPaths = [known.approval, known.question, known.complete, known.failed, known.doubt].map(
  (id) => `runs/${id}`,
);
const botPages = ["health", "agents", "tools", "tool-servers", "sources", "refusals", "sessions"].map(
  (name) => `bot/${name}`,
);

/**
 * What can be pressed and is lower than so many pixels; a choice is pressed by its label. What stands in the middle of
 * prose is as high as its line: its step can be reached from the list below as well.
 */
function lowerThan(least: number): string[] {
  const all = [...document.querySelectorAll<HTMLElement>("a, button, summary, select, textarea, input")];
  return all
    .map((found) => (found.matches("[type=radio]") ? (found.closest("label") ?? found) : found))
    .filter((found) => found.checkVisibility() && !found.matches(".skip, .prose .origin"))
    .filter((found) => found.getBoundingClientRect().height < least)
    .map((found) => `${found.tagName} ${found.className} ${found.innerText}`);
}

async function loaded(page: Page): Promise<void> {
  await page.locator("h1:visible").first().waitFor();
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
}

it("the list says what a run waits for: an approval is no answer", { timeout: patient }, async () => {
  const { page, context } = await visit(on.browser, on.bot, { path: "" });
  const status = (id: string) => page.locator(`.row[href$="${id}"] .row-status`).first();
  await expect.poll(() => status(known.approval).textContent()).toBe("waiting for approval");
  await expect.poll(() => status(known.question).textContent()).toBe("waiting for an answer");
  await context.close();
});

describe("on a phone", { timeout: patient }, () => {
  it.each(["new", "runs/no-such-run", "no-such-page", "bot/no-such-page", `runs/${known.complete}`])(
    "/%s has a way to the list, and speaks of nothing that is not there",
    async (path) => {
      const { page, context } = await visit(on.browser, on.bot, { path, width: 390 });
      await loaded(page);
      const words = await page.locator("#part").innerText();
      expect(words).not.toMatch(/on the left|GET \//);
      await page.locator('#part a[href="/"]:visible').first().click();
      await page.locator(".needs-you .row:visible").first().waitFor();
      await context.close();
    },
  );

  it("covers no field with the row of choices", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: `runs/${known.question}`, width: 390 });
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

  it("has nothing to press that a thumb would miss", async () => {
    const { page, context } = await visit(on.browser, on.bot, { width: 390 });
    for (const path of ["", "new", ...runPaths, ...botPages]) {
      await page.goto(`${on.bot.url}/${path}`);
      await loaded(page);
      expect(await page.evaluate(lowerThan, 40), `/${path}`).toEqual([]);
    }
    await context.close();
  });

  it("shows every column of a table without a way to the side", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "bot/refusals", width: 390 });
    const table = page.locator(".table").first();
    await table.getByText("not while the quarter is being closed").waitFor();
    // No codes: neither of rules nor of what was refused.
    await table.getByText("anyone at the console").waitFor();
    await page.getByText("the agent operator").waitFor();
    expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    const named = await table
      .locator("td")
      .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell, "::before").content));
    expect(named.slice(0, 5)).toEqual(['"When"', '"Who"', '"What"', '"Run"', '"Rule or reason"']);
    await context.close();
  });

  it.each([`runs/${known.complete}`, "bot/sources", "bot/sessions"])(
    "breaks no word of a table on /%s",
    async (path) => {
      const { page, context } = await visit(on.browser, on.bot, { path, width: 390 });
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
    const { page, context } = await visit(on.browser, on.bot);
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
    const { page, context } = await visit(on.browser, on.bot);
    const tasks = page.locator(".run-list .row-task");
    await tasks.first().waitFor();
    // Two lines hold some sixty characters; what is longer stands in the row's title, and on its page.
    const measured = await tasks.evaluateAll((rows) =>
      rows
        .filter((row) => row.isConnected && row.textContent.length <= 60)
        .map((row) => ({
          text: row.textContent,
          cut: row.scrollWidth > row.clientWidth || row.scrollHeight > row.clientHeight + 1,
        })),
    );
    expect(measured.some(({ text }) => text.length > 40)).toBe(true);
    expect(measured.filter(({ cut }) => cut)).toEqual([]);
    await context.close();
  });
});

describe("what somebody looked for and typed", { timeout: patient }, () => {
  it("is in the address, over a run, a reload and the way back", async () => {
    const { page, context } = await visit(on.browser, on.bot);
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

  it("counts also when the filter is closed in the middle of a word, and is gone once it is cleared", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await page.clock.install();
    await page.getByRole("button", { name: "Filter the runs" }).click();
    const words = page.getByRole("searchbox", { name: "Outcome says" });
    await words.waitFor();
    // No time passes from here on: nobody has stopped typing yet.
    await page.clock.pauseAt(Date.now() + 60_000);
    await words.fill("nothing unusual");
    await page.keyboard.press("Escape");
    await page.waitForURL(/outcome=nothing\+unusual/);
    await page.getByRole("button", { name: "Filter the runs" }).click();
    await words.fill("nothing unusual at all");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.clock.runFor(5_000);
    expect(await words.inputValue()).toBe("");
    expect(page.url()).not.toContain("outcome");
    await context.close();
  });

  it("is still in its field after the way back and a reload, and gone once it is sent", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "new" });
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
    await page.goto(`${on.bot.url}/new`);
    expect(await task.inputValue()).toBe("");
    await context.close();
  });

  it("is still there after the session has ended and a new one begun", async () => {
    const guarded = await consoleBot();
    const { page, context } = await visit(on.browser, guarded, { loginUrl: guarded.loginUrl() });
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

/** The console without eyes or a mouse: where the focus is, the one key that sends, and what is read out. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectStatus, launch, patient, theConsole, violations, visit } from "./session.ts";

const question = "What is (17 + 5) * 3, divided by a number you must ask me for?";

const on = theConsole();

/** Whatever has the focus: its tag, and the card that it stands in. */
function focused(page: Page): Promise<{ tag: string; card: string | null }> {
  return page.evaluate(() => ({
    tag: document.activeElement?.tagName ?? "none",
    card: document.activeElement?.closest<HTMLElement>(".card")?.dataset.question ?? null,
  }));
}

async function expectFocus(page: Page, right: { tag?: string; card?: string | null }): Promise<void> {
  await expect.poll(() => focused(page), { timeout: patient / 2 }).toMatchObject(right);
}

async function ask(page: Page): Promise<string> {
  const id = await launch(page, question);
  await page.getByLabel("Your answer").waitFor();
  return id;
}

describe("the focus", { timeout: patient }, () => {
  it("goes from a settled card to the next, and after the last to the heading", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await ask(page);
    await ask(page);
    await page.goto(`${on.bot.url}/`);
    const cards = page.locator(".card");
    await cards.nth(1).waitFor();
    const second = await cards.nth(1).getAttribute("data-question");
    await cards.first().getByLabel("Your answer").fill("3");
    await page.keyboard.press("Enter");
    await expectFocus(page, { card: second });
    await cards.getByLabel("Your answer").fill("3");
    await page.keyboard.press("Enter");
    await expectFocus(page, { tag: "H1" });
    await context.close();
  });

  it("goes to the heading of a run once its only question is answered, and of the page that follows", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await ask(page);
    await expectFocus(page, { tag: "H1" });
    await page.getByLabel("Your answer").fill("11");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await expectFocus(page, { tag: "H1" });
    await context.close();
  });

  it("is on the task for n and New run, also where the form stands already, and on the first field for e", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "new" });
    await page.locator("[data-task]:focus").waitFor();
    await page.locator("[data-task]").blur();
    await page.keyboard.press("n");
    await page.locator("[data-task]:focus").waitFor();
    await page.locator("[data-task]").blur();
    await page.getByRole("link", { name: "New run" }).click();
    await page.locator("[data-task]:focus").waitFor();
    await launch(page, "restart payments in staging");
    await page.locator(".card").waitFor();
    await page.keyboard.press("e");
    await page.locator(".card .edit .field:first-child :focus").waitFor();
    const card = await page.locator(".card").getAttribute("data-question");
    await page.keyboard.press("Escape");
    await expectFocus(page, { tag: "ARTICLE", card });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Stop this run?" }).click();
    await expectStatus(page, "cancelled");
    await expectFocus(page, { tag: "H1" });
    await context.close();
  });

  it("skips the list by the first Tab", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await page.locator(".run-list .row").first().waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip the list");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("part");
    await context.close();
  });
});

describe("Enter", { timeout: patient }, () => {
  it("sends every form, and with Shift begins a new line in it", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "new" });
    const sends = async (label: string | RegExp, words: string) => {
      const field = page.getByLabel(label);
      await field.fill(words);
      await page.keyboard.press("Shift+Enter");
      expect(await field.inputValue()).toBe(`${words}\n`);
      await page.keyboard.press("Backspace");
      await page.keyboard.press("Enter");
      await field.waitFor({ state: "detached" });
    };
    await sends("What should be done?", question);
    await page.getByRole("button", { name: "Say…" }).click();
    await sends("Say something to this run", "take your time");
    await sends("Your answer", "2");
    await launch(page, "restart payments in staging");
    await page.getByRole("button", { name: "Edit…" }).click();
    await sends(/^service/, "ledger");
    await page.getByRole("button", { name: "Refuse…" }).click();
    await sends(/Why not/, "no");
    await expectStatus(page, "complete");
    await context.close();
  });
});

describe("a screen reader", { timeout: patient }, () => {
  it("is told what a run came to, and of a question that comes while the page is open", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    const other = await visit(on.browser, on.bot);
    await page.locator(".run-list").waitFor();
    const said = page.getByRole("log", { name: "What happened" });
    const id = await ask(other.page);
    await said.getByText(/^Needs you: /).waitFor({ state: "attached" });
    await page.locator(`.needs-you .row[href="/runs/${id}"]`).click();
    await page.getByLabel("Your answer").fill("3");
    await page.keyboard.press("Enter");
    await said.getByText(/^complete: .*22/).waitFor({ state: "attached" });
    await Promise.all([context.close(), other.context.close()]);
  });

  it("finds no violation while the popover and the sheet of keys are open", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await page.getByRole("button", { name: "Filter the runs" }).click();
    await page.getByRole("dialog", { name: "Filter the runs" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await context.close();
  });
});

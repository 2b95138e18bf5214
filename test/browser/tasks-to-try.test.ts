/** What the page of a new run offers to try is what the chosen agent can do with the tools that are on. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { patient, theConsole, visit } from "./session.ts";

const sums = "What is (17 + 5) * 3, divided by a number you must ask me for?";
const restart = "restart payments in staging";
const root = "What is the square root of 1764?";

const shown = (page: Page) => page.locator(".examples button").allTextContents();

describe("with the demo model", { timeout: patient }, () => {
  const on = theConsole();

  it("is also its pretend restart, for an agent that has it or hands on to one", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await expect.poll(() => shown(page), { timeout: patient / 2 }).toEqual([sums, restart, root]);
    await page.getByText("Nothing has run yet. To try:").waitFor();
    await page.getByRole("button", { name: restart }).click();
    expect(await page.getByLabel("What should be done?").inputValue()).toBe(restart);
    await page.getByRole("radio", { name: /^calculator/ }).check();
    await expect.poll(() => shown(page), { timeout: patient / 2 }).toEqual([sums, root]);
    await context.close();
  });

  it("is nothing where no tool fits, and then nothing is said of it", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "bot/health" });
    await page.route("**/tools", (route) => route.fulfill({ json: { tools: [] } }));
    const answered = page.waitForResponse("**/tools");
    await page.goto(on.bot.url);
    await answered;
    await page.getByText("Nothing has run yet.", { exact: true }).waitFor();
    expect(await shown(page)).toEqual([]);
    expect(await page.locator("main, .home").first().innerText()).not.toContain("try");
    await context.close();
  });
});

describe("with a real model", { timeout: patient }, () => {
  const on = theConsole({ env: { OPENAI_API_KEY: "k", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" } });

  it("is no restart, whose pretend tool is off: what else it can do", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await expect
      .poll(() => shown(page), { timeout: patient / 2 })
      .toEqual([sums, root, "What time is it in UTC?"]);
    expect(await page.locator("body").innerHTML()).not.toContain(restart);
    await context.close();
  });
});

/** What would annoy a reader: text that runs the wrong way, words too pale to read, an outcome that opens at its end. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { operator, Story, tell } from "../support/console/story.ts";
import { patient, theConsole, violations, visit } from "./session.ts";

/** Right to left, with a name of a service in its middle. */
const arabic = "أعد تشغيل خدمة payments v1.2.3 من فضلك";

const on = theConsole({
  fill: async (store) => {
    await store.saveAgent(operator);
    const asking = new Story("run_arabic", Date.now(), { task: arabic, addresses: [] });
    asking.did(900, arabic, ["service_status", { service: "payments" }, "up", 300]);
    const choices = [{ value: "yes", label: "نعم" }];
    await tell(store, asking.asked(null, { text: `${arabic}؟`, choices }));
    const done = new Story("run_report", Date.now(), { task: "write a report", addresses: [] });
    for (let step = 0; step < 6; step++)
      done.did(900, null, ["service_status", { service: `s${step}` }, "up", 300]);
    await tell(store, done.completed(`The report.\n\n${"One more paragraph of it.\n\n".repeat(80)}`));
  },
});

/** How far its first letter stands from its right end, in px. */
function fromRight(page: Page, selector: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const range = document.createRange();
      const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
      range.setStart(text ?? element, 0);
      range.setEnd(text ?? element, 1);
      return Math.abs(element.getBoundingClientRect().right - range.getBoundingClientRect().right);
    });
}

describe("a reader", { timeout: patient }, () => {
  it.each([1280, 390])("of Arabic begins at the right, %i px wide", async (width) => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_arabic", width });
    await page.locator(".card .prose p").waitFor();
    expect(await fromRight(page, ".task")).toBeLessThan(4);
    expect(await fromRight(page, ".card .prose p")).toBeLessThan(4);
    await page.goto(on.bot.url);
    await page.locator(".needs-you .row-task").first().waitFor();
    expect(await fromRight(page, ".needs-you .row-task")).toBeLessThan(4);
    await context.close();
  });

  it.each([1280, 390])("of a long outcome begins at its beginning, %i px wide", async (width) => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_report", width });
    await page.locator(".outcome .prose p").first().waitFor();
    const below = () =>
      page.evaluate(() => {
        const at = (selector: string) => document.querySelector(selector)?.getBoundingClientRect();
        return (at(".outcome")?.top ?? 9_999) - (at(".run-head .actions")?.bottom ?? 0);
      });
    await expect.poll(below).toSatisfy((px: number) => px >= 0 && px < 12);
    await context.close();
  });

  it.each(["light", "dark"] as const)("of a page whose server is away can read it, %s", async (theme) => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_arabic", theme });
    await page.locator(".card .prose p").waitFor();
    await on.bot.kill();
    await page.locator(".connection[data-lost=true]").waitFor();
    const pale = await violations(page, ["color-contrast"]);
    await on.bot.start();
    expect(pale).toEqual([]);
    await context.close();
  });
});

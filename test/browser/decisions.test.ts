/** What was decided and refused, page by page, to the oldest. */
import { expect, it } from "vitest";
import { consoleBot } from "../support/console/bot.ts";
import { openChromium } from "../support/console/chromium.ts";
import { patient, violations, visit } from "./session.ts";

it(
  "shows more of each list until nothing is left",
  async () => {
    const bot = await consoleBot({
      env: { BELAY_AUTH: "none" },
      fill: async (store) => {
        const row = { principal: "console:local", decision: "allowed", rule: "owner" } as const;
        for (let at = 1; at <= 130; at++)
          await store.audit({ ...row, at, action: "approve deploy", resource: `run_${at}` });
        await store.audit({ ...row, at: 131, action: "launch", resource: "agent:x", decision: "refused" });
      },
    });
    const browser = await openChromium();
    const { page, context } = await visit(browser, bot, { path: "bot/refusals" });
    const rows = page.locator('a[href^="/runs/run_"]');
    await expect.poll(() => rows.count()).toBe(100);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => rows.count()).toBe(130);
    await expect.poll(() => page.getByRole("button", { name: "Show more" }).count()).toBe(0);
    await context.close();
    await browser.close();
    await bot.stop();
  },
  patient,
);

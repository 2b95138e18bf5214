/** The page of webhooks and schedules: where to deliver, what came last, and a schedule that is started by hand. */
import { expect, it } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import { listeningBot } from "../support/http/bot.ts";
import { consoleDir, expectOutcome, patient, theBrowser, violations, visit } from "./session.ts";

const on = theBrowser();

it("shows a schedule's zone and next time, and starts its task by whoever presses", {
  timeout: patient,
}, async () => {
  const schedule = {
    name: "nightly",
    agent: "default",
    cron: "0 3 * * *",
    timezone: "Europe/Berlin",
    task: "What is 2 + 3?",
    next_at: Date.now() + 3_600_000,
  };
  const bot = await listeningBot({
    model: demoModel({ delayMs: 0 }),
    config: { auth: { mode: "none" }, consoleDir, schedules: () => [schedule] },
  });
  const { page, context, complaints } = await visit(on.browser, bot, { path: "bot/sources", width: 390 });
  await page.getByText(`${bot.url}/webhooks/ci`).waitFor();
  await page.getByText("nothing came yet").waitFor();
  const row = page.getByRole("row", { name: /nightly/ });
  expect(await row.innerText()).toContain("Europe/Berlin");
  expect(await violations(page)).toEqual([]);
  await row.getByRole("button", { name: "Run now" }).click();
  await row.getByRole("button", { name: "Start it as you?" }).click();
  await page.waitForURL(/\/runs\//);
  await expectOutcome(page, "5");
  expect(await page.locator(".timeline").innerText()).toContain("the owner");
  expect(complaints).toEqual([]);
  await context.close();
  await bot.stop();
});

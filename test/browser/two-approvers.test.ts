/**
 * A call that needs two people, each at the console with a token of their own, changed by one of them: both see what
 * would run now, before anybody approves it.
 */
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { z } from "zod";
import { demoModel } from "../../adapters/demo/model.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent } from "../support/bot.ts";
import { listeningBot } from "../support/http/bot.ts";
import { consoleDir, expectStatus, launch, patient, theBrowser, visitAs } from "./session.ts";

const on = theBrowser();

/** What a person is shown before the decision: the arguments, then the preview. */
async function expectShown(page: Page, service: string, preview: string): Promise<void> {
  const card = page.locator(".card");
  await card.locator("dd", { hasText: service }).waitFor();
  await card.locator("pre", { hasText: preview }).waitFor();
}

it("is shown anew to both, with a new preview, and runs once as changed", { timeout: patient }, async () => {
  const ran: string[] = [];
  const restart = defineTool({
    name: "restart_service",
    description: "Restarts a service.",
    input: z.object({ service: z.string(), environment: z.string() }),
    requiresApproval: { by: ["*"], count: 2, ownRequest: true },
    preview: async ({ service }) => `${service}: 3 instances would stop`,
    run: ({ service }) => {
      ran.push(service);
      return `${service} was restarted`;
    },
  });
  const known = agent();
  const bot = await listeningBot({
    model: demoModel({ delayMs: 0 }),
    tools: [restart],
    agents: [{ ...known, tools: [...known.tools, "restart_service"] }],
    config: { consoleDir },
  });
  const dana = await visitAs(on.browser, bot, "admin");
  const id = await launch(dana.page, "restart payments in staging");
  const noor = await visitAs(on.browser, bot, "owner", `runs/${id}`);
  for (const { page } of [dana, noor]) await expectShown(page, "payments", "payments: 3 instances");

  await dana.page.getByRole("button", { name: "Edit…" }).click();
  await dana.page.getByRole("textbox", { name: "service" }).fill("ledger");
  await dana.page.getByRole("button", { name: "Show it as edited" }).click();
  for (const { page } of [dana, noor]) {
    await expectShown(page, "ledger", "ledger: 3 instances would stop");
    expect(await page.locator(".card dd, .card pre").allInnerTexts()).not.toContain("payments");
    expect(await page.locator(".card").innerText()).toContain("0 of 2 have approved");
  }
  await dana.page.getByRole("button", { name: /^Approve/ }).click();
  await noor.page.locator(".card", { hasText: "1 of 2 have approved: admin (token)" }).waitFor();
  await expectShown(noor.page, "ledger", "ledger: 3 instances would stop");
  expect(ran).toEqual([]);
  await noor.page.getByRole("button", { name: /^Approve/ }).click();
  for (const { page } of [dana, noor]) await expectStatus(page, "complete");
  expect(ran).toEqual(["ledger"]);
  await Promise.all([dana.context.close(), noor.context.close()]);
  await bot.stop();
});

/** The console of somebody who came with a token of few scopes: it shows what they may see, and lets them out. */
import { expect, it } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import { listeningBot } from "../support/http/bot.ts";
import { consoleDir, patient, theBrowser, visitAs } from "./session.ts";

const on = theBrowser();

it("names them, leaves out the pages of administrators, and logs out", { timeout: patient }, async () => {
  const bot = await listeningBot({ model: demoModel({ delayMs: 0 }), config: { consoleDir } });
  const pagesOf = async (name: string) => {
    const { page, context } = await visitAs(on.browser, bot, name);
    await page.getByRole("link", { name: `${name} (token)` }).click();
    await page.getByText(`You are ${name} (token), until`).waitFor();
    const titles = await page.locator(".admin-nav a:not(.back)").allInnerTexts();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByLabel("Code or token").waitFor();
    await context.close();
    return titles;
  };
  expect(await pagesOf("reader")).toEqual(["Health", "Agents", "Tools", "Sessions"]);
  expect(await pagesOf("admin")).toContain("Approvals and refusals");
  await bot.stop();
});

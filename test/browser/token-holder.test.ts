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

it("tells whoever may not read runs why, and not that the connection is lost", {
  timeout: patient,
}, async () => {
  const bot = await listeningBot({ model: demoModel({ delayMs: 0 }), config: { consoleDir } });
  const { page, context } = await visitAs(on.browser, bot, "machine");
  const streams: string[] = [];
  page.on("request", (request) => request.url().endsWith("/agent/stream") && streams.push(request.url()));
  await page.reload();
  await page.getByText('The token lacks the scope "read"').first().waitFor();
  await page.getByText("Start a run").waitFor();
  expect(streams).toEqual([]);
  expect(await page.getByText("Connection lost").count()).toBe(0);
  await context.close();
  await bot.stop();
});

it("shows nobody what somebody else had typed in this tab", { timeout: patient }, async () => {
  const bot = await listeningBot({ model: demoModel({ delayMs: 0 }), config: { consoleDir } });
  const { page, context } = await visitAs(on.browser, bot, "launcher");
  const task = page.getByLabel("What should be done?");
  await task.fill("half a thought");
  const comesAs = async (name: string) => {
    await context.clearCookies();
    await page.reload();
    await page.getByLabel("Code or token").fill(`secret-${name}`);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("link", { name: `${name} (token)` }).waitFor();
    return task.inputValue();
  };
  expect(await comesAs("launcher")).toBe("half a thought");
  expect(await comesAs("admin")).toBe("");
  await context.close();
  await bot.stop();
});

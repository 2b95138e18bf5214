/** Forgetting a run in the console: what goes and what stays is said first, and afterwards that it was done. */
import { expect, it } from "vitest";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { listeningBot } from "../support/http/bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { consoleDir, patient, theBrowser, violations, visit } from "./session.ts";

const on = theBrowser();

it(
  "asks once more, and then the page says who had it forgotten, also where it stood open or the line was cut",
  async () => {
    const bot = await listeningBot({
      model: scripted(finalAnswer("canary-5up3r-s3cret")),
      config: { auth: { mode: "none" }, consoleDir },
    });
    const runId = await bot.bot.launch("find the canary");
    await bot.bot.untilEnd(runId);
    const [mine, other, cut] = await Promise.all([
      visit(on.browser, bot, { path: `runs/${runId}` }),
      visit(on.browser, bot, { path: `runs/${runId}` }),
      visit(on.browser, bot, {}),
    ]);
    await cut.page.route(/\/stream/, (route) => route.abort());
    await cut.page.goto(`${bot.url}/runs/${runId}`);
    for (const { page: one } of [other, cut]) await one.getByText("canary-5up3r-s3cret").first().waitFor();
    const { page } = mine;
    await page.getByRole("button", { name: "Forget…" }).click();
    const sheet = page.getByRole("dialog", { name: "Forget this run" });
    await sheet.getByText("Gone for good").waitFor();
    expect(await violations(page)).toEqual([]);
    await sheet.getByRole("button", { name: "Keep it" }).click();
    await sheet.waitFor({ state: "detached" });
    expect((await bot.bot.engine.state(runId))?.forgotten).toBeUndefined();

    await page.getByRole("button", { name: "Forget…" }).click();
    await sheet.getByRole("button", { name: "Forget for good" }).click();
    const refused: string[] = [];
    cut.page.on("response", (response) => {
      if (response.status() === 410 && response.url().includes("/stream")) refused.push(response.url());
    });
    await cut.page.unroute(/\/stream/);
    for (const { page: one } of [mine, other, cut]) {
      await one.getByRole("heading", { name: "This run was forgotten" }).waitFor();
      await one.getByText("was forgotten by the owner").waitFor();
      expect(await one.getByText("canary-5up3r-s3cret").count()).toBe(0);
    }
    // That it is gone for good need not be asked again.
    expect(refused).toHaveLength(1);
    for (const { context } of [mine, other, cut]) await context.close();
    await bot.stop();
  },
  patient,
);

it(
  "a run that can't be read can be forgotten on the page that says so",
  async () => {
    const bot = await listeningBot({
      model: scripted(finalAnswer("found")),
      config: { auth: { mode: "none" }, consoleDir },
    });
    const runId = await bot.bot.launch("find the canary");
    await bot.bot.untilEnd(runId);
    const { store } = bot.bot;
    const { read, readEach } = store;
    const error = new UnreadableError("storage_damaged", "its event can't be read", { what: `run ${runId}` });
    store.read = async () => Promise.reject(error);
    store.readEach = async () => [{ version: 1, event: null, why: error.message }];
    const { page, context } = await visit(on.browser, bot, { path: `runs/${runId}` });
    await page.getByRole("heading", { name: "This run can’t be shown" }).waitFor();
    await page.getByText("its event can't be read").first().waitFor();
    await page.getByRole("button", { name: "Forget…" }).click();
    const sheet = page.getByRole("dialog", { name: "Forget this run" });
    const { commit } = store;
    store.commit = (change) => {
      Object.assign(store, { read, readEach, commit });
      return commit(change);
    };
    await sheet.getByRole("button", { name: "Forget for good" }).click();
    await page.getByRole("heading", { name: "This run was forgotten" }).waitFor();
    await context.close();
    await bot.stop();
  },
  patient,
);

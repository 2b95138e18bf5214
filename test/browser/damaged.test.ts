/** A run whose log can't be read: its page says so at once, and the connection is not called lost for it. */
import { expect, it } from "vitest";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { gate } from "../support/gate.ts";
import { listeningBot } from "../support/http/bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { consoleDir, patient, theBrowser, visit } from "./session.ts";

const on = theBrowser();

it(
  "is asked for no more than it must be, and leaves the rest of the page as it is",
  async () => {
    const bot = await listeningBot({
      model: scripted(finalAnswer("found")),
      config: { auth: { mode: "none" }, consoleDir },
    });
    const runId = await bot.bot.launch("find the canary");
    await bot.bot.untilEnd(runId);
    const damage = new UnreadableError("storage_damaged", "its event can't be read", {
      what: `run ${runId}`,
    });
    bot.bot.store.read = async () => Promise.reject(damage);
    bot.bot.store.readEach = async () => [{ version: 1, event: null, why: damage.message }];
    const { page, context } = await visit(on.browser, bot, {});
    const asked = { state: 0, stream: 0 };
    page.on("response", (response) => {
      if (response.url().endsWith(`/agent/state/${runId}`)) asked.state += 1;
      if (response.url().includes(`${runId}/stream`)) asked.stream += 1;
    });
    // The stream is refused when the page is there: what it does then is what is counted.
    const shown = gate();
    await page.route(/\/stream\?after/, async (route) => {
      await shown.pass();
      await route.continue();
    });
    await page.goto(`${bot.url}/runs/${runId}`);
    await page.getByRole("heading", { name: "This run can’t be shown" }).waitFor();
    await page.getByText("its event can't be read").first().waitFor();
    shown.open();
    // Once for the page, and once more when the stream was refused for good.
    await expect.poll(() => asked).toEqual({ state: 2, stream: 1 });
    expect(await page.locator(".connection").getAttribute("data-lost")).toBe("false");
    await context.close();
    await bot.stop();
  },
  patient,
);

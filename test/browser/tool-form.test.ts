/** A form that a tool puts to people: what it shows, and how its answer is told, are the words of its labels. */
import { expect, it } from "vitest";
import { consoleBot } from "../support/console/bot.ts";
import { openChromium } from "../support/console/chromium.ts";
import { operator, Story, tell } from "../support/console/story.ts";
import { crossedForm, toolForm, toolQuestion } from "../support/tool-form.ts";
import { expectTimeline, patient, violations, visit } from "./session.ts";

it(
  "shows the labels of its options, and tells the answer by them",
  async () => {
    const bot = await consoleBot({
      env: { BELAY_AUTH: "none" },
      fill: async (store) => {
        await store.saveAgent(operator);
        const story = new Story("run_form", Date.now() - 60_000, { task: "move it", addresses: [] });
        const audience = ["console:*"];
        await tell(store, story.asked(null, { ...toolQuestion, callId: null, audience, form: toolForm }));
      },
    });
    const browser = await openChromium();
    const { page, context } = await visit(browser, bot, { path: "runs/run_form" });
    const region = page.getByLabel("Region");
    await region.waitFor();
    expect(await region.locator("option").allInnerTexts()).toEqual(["—", "Europe", "America"]);
    const drain = page.getByLabel("drain");
    expect(await drain.locator("option").allInnerTexts()).toEqual(["—", "yes", "no"]);
    expect(await violations(page)).toEqual([]);
    await region.selectOption({ label: "Europe" });
    await drain.selectOption({ label: "yes" });
    await page.getByLabel("hosts").fill("a, c");
    await page.getByRole("button", { name: "Answer" }).click();
    await expectTimeline(page, /answered Region: Europe hosts: a, c drain: yes/);
    await context.close();
    await browser.close();
    await bot.stop();
  },
  patient,
);

it(
  "takes typed options for what was shown, also where a label is the value of another option",
  async () => {
    const bot = await consoleBot({
      env: { BELAY_AUTH: "none" },
      fill: async (store) => {
        await store.saveAgent(operator);
        const story = new Story("run_crossed", Date.now() - 60_000, { task: "move it", addresses: [] });
        const audience = ["console:*"];
        await tell(store, story.asked(null, { ...toolQuestion, callId: null, audience, form: crossedForm }));
      },
    });
    const browser = await openChromium();
    const { page, context } = await visit(browser, bot, { path: "runs/run_crossed" });
    await page.getByLabel("region").selectOption({ label: "eu" });
    await page.getByLabel("others").fill("us, EU");
    await page.getByRole("button", { name: "Answer" }).click();
    await expectTimeline(page, /answered region: eu others: us, eu/);
    await context.close();
    await browser.close();
    await bot.stop();
  },
  patient,
);

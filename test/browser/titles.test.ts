/** What is asked is called by plain words wherever it is one line, whatever Markdown it is written in. */
import { expect, it } from "vitest";
import { operator, Story, tell } from "../support/console/story.ts";
import { patient, theConsole, timeline, visit } from "./session.ts";

const on = theConsole({
  fill: async (store) => {
    await store.saveAgent(operator);
    const story = new Story("run_titled", Date.now(), { task: "move it", addresses: [] });
    const text = "## Which **region** for `cache_1`?\n\n* [the old one](https://x.example)\n* `eu`";
    story.chose(900, "I look **twice** at `it`.", ["ask_human", { question: text }]);
    await tell(store, story.asked(null, { text, choices: [] }));
  },
});

it("in Needs you and on the timeline", { timeout: patient }, async () => {
  const words = "Which region for cache_1? - the old one - eu";
  const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_titled" });
  await page.locator(".card").waitFor();
  expect(await page.locator(".needs-you .row-task").first().innerText()).toBe(words);
  const told = await timeline(page);
  expect(told).toContain(words);
  expect(told).toContain("I look twice at it.");
  // The card itself shows it as it is written.
  expect(await page.locator(".card strong").first().innerText()).toBe("region");
  await context.close();
});

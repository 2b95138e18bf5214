/** An approval whose tool is gone: its card says so, and can only be refused. */
import { expect, it } from "vitest";
import { agent } from "../support/bot.ts";
import { asked, deployment, deploys, openStore } from "../support/deployment.ts";
import { listeningBot } from "../support/http/bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { consoleDir, patient, theBrowser, visit } from "./session.ts";

const on = theBrowser();
const known = agent();
const agents = [{ ...known, tools: [...known.tools, "deploy"] }];

it("says so, and offers to refuse it alone", { timeout: patient }, async () => {
  const store = await openStore();
  const first = await listeningBot({ store, model: deploys(), tools: [deployment().tool], agents });
  const runId = await first.bot.launch("deploy");
  const questionId = await asked(first.bot, runId);
  await first.stop();

  const model = scripted(finalAnswer("done"));
  const { bot, stop, ...where } = await listeningBot({ store, model, agents, config: { consoleDir } });
  const { page, context } = await visit(on.browser, where, {});
  await context.setExtraHTTPHeaders({ authorization: "Bearer secret-admin" });
  await page.goto(`${where.url}/runs/${runId}`);
  const card = page.locator(`[data-question="${questionId}"]`);
  await card.getByText("This bot has no tool deploy now, so it can't run.").waitFor();
  expect(await card.getByRole("button").allInnerTexts()).toEqual(["Refuse…"]);
  for (const key of ["y", "y", "e"]) await page.keyboard.press(key);
  expect(await card.getByRole("button").allInnerTexts()).toEqual(["Refuse…"]);
  await card.getByRole("button", { name: "Refuse…" }).click();
  await card.getByRole("textbox").fill("too late");
  await card
    .getByRole("button", { name: /^Refuse/ })
    .last()
    .click();
  expect((await bot.untilEnd(runId)).phase.at).toBe("complete");
  await context.close();
  await stop();
});

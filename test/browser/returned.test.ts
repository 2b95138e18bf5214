/** A question whose mail came back: its card says whom it did not reach. */
import { expect, it } from "vitest";
import { listeningBot } from "../support/http/bot.ts";
import { ask, calling, scripted } from "../support/model/scripted.ts";
import { consoleDir, launch, patient, theBrowser, visit } from "./session.ts";

const on = theBrowser();

it("says so while somebody looks at it", { timeout: patient }, async () => {
  const model = scripted(calling(ask("Which version?")));
  const { bot, stop, ...where } = await listeningBot({ model, config: { consoleDir } });
  const { page, context } = await visit(on.browser, where, {});
  await context.setExtraHTTPHeaders({ authorization: "Bearer secret-admin" });
  await page.goto(where.url);
  const runId = await launch(page, "deploy payments");
  const card = page.locator(".card", { hasText: "Which version?" });
  await card.waitFor();
  expect(await card.innerText()).not.toContain("came back");
  const questionId = (await card.getAttribute("data-question")) ?? "";
  const post = { runId, questionId, address: "email:1" };
  await bot.engine.returned({ ...post, to: "dana@example.com", reason: "the mailbox is full (5.2.2)" });
  const words = "It came back from dana@example.com: the mailbox is full (5.2.2).";
  await card.getByText(words, { exact: true }).waitFor();
  await context.close();
  await stop();
});

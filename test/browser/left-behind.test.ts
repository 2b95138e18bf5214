/** A run that does not go on as it was launched says so in the list and on its page, with why and what can be done. */
import { describe, expect, it, onTestFinished } from "vitest";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { agent, clock } from "../support/bot.ts";
import { type ListeningBot, listeningBot } from "../support/http/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { deployment, isAsking } from "../support/undoable.ts";
import { consoleDir, expectStatus, patient, theBrowser, violations, visit } from "./session.ts";

const on = theBrowser();

async function openStore(): Promise<Store> {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  return store;
}

function botOn(
  store: Store,
  change: Partial<Parameters<typeof listeningBot>[0]> = {},
): Promise<ListeningBot> {
  const config = { auth: { mode: "none" }, consoleDir } as const;
  return listeningBot({ model: scripted(finalAnswer("found")), store, config, ...change });
}

/** A run whose deployment waits for approval; its bot has stopped. */
async function waiting(store: Store): Promise<string> {
  const model = scripted(calling(call("deploy", { version: "v1" })));
  const bot = await botOn(store, {
    model,
    tools: [deployment().tool],
    agents: [{ ...agent(), tools: ["deploy"] }],
  });
  const runId = await bot.bot.launch("deploy v1");
  await bot.bot.until(runId, isAsking);
  await bot.stop();
  return runId;
}

describe("a run that was left behind", { timeout: patient }, () => {
  it.each([1280, 390])(
    "by a change of the set-up is told of until it has ended, %i px wide",
    async (width) => {
      const store = await openStore();
      const runId = await waiting(store);
      const bot = await botOn(store, { agents: [{ ...agent(), name: "helper" }] });
      const { page, context } = await visit(on.browser, bot, { width });
      await page.locator(".run-list .row", { hasText: "left behind" }).waitFor();
      await page.goto(`${bot.url}/runs/${runId}`);
      const note = page.getByRole("region", { name: "Left behind" });
      await note.getByText('its agent "default" is gone: it goes on as it was launched').waitFor();
      await note.getByText("its tool deploy is gone: it can only be refused").waitFor();
      await note.getByText("Answer or stop it, or put back what was removed.").waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Stop", exact: true }).click();
      await page.getByRole("button", { name: "Stop this run?" }).click();
      await expectStatus(page, "cancelled");
      await expect.poll(() => note.count()).toBe(0);
      await page.goto(bot.url);
      await page.locator(".run-list .row").first().waitFor();
      expect(await page.locator(".run-list").innerText()).not.toContain("left behind");
      await context.close();
      await bot.stop();
    },
  );

  it("by a newer release is not to be forgotten or restored: that release reads it", async () => {
    const store = await openStore();
    const bot = await botOn(store);
    const runId = await bot.bot.launch("find the canary");
    await bot.bot.untilEnd(runId);
    const why = "run run_1 holds an event which this release does not know";
    store.read = () => Promise.reject(new UnreadableError("storage_version", why, { what: `run ${runId}` }));
    const { page, context } = await visit(on.browser, bot, { path: `runs/${runId}` });
    await page.getByText("the release that wrote it, or a later one").waitFor();
    await page.getByText(why).first().waitFor();
    expect(await page.getByRole("button", { name: "Forget…" }).count()).toBe(0);
    await context.close();
    await bot.stop();
  });
});

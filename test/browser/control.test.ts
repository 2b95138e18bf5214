/** Runs that are paused, that reach their limit, that start others; and a timeline that leaves its reader in peace. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import type { Model } from "../../src/core/ports/model.ts";
import type { HttpConfig } from "../../src/http/guard/context.ts";
import { consoleBot } from "../support/console/bot.ts";
import { gate } from "../support/gate.ts";
import { type ListeningBot, listeningBot } from "../support/http/bot.ts";
import {
  consoleDir,
  expectOutcome,
  expectStatus,
  expectTimeline,
  launch,
  patient,
  theBrowser,
  violations,
  visit,
} from "./session.ts";

/** One more step than the ten that a run of this bot may take before somebody lets it go on. */
const long = "What is 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 + 10 + 11?";

const on = theBrowser();

/** In this process, so that the test may hold the model. */
function botWith(model = demoModel({ delayMs: 0 }), more: Partial<HttpConfig> = {}): Promise<ListeningBot> {
  const config = { auth: { mode: "none" } as const, consoleDir, database: "SQLite file", ...more };
  return listeningBot({ model, config });
}

/** How far the reader is from the top, and the end from the reader. */
function reading(page: Page): Promise<{ top: number; left: number }> {
  return page.locator(".run-scroll").evaluate((box) => ({
    top: box.scrollTop,
    left: box.scrollHeight - box.scrollTop - box.clientHeight,
  }));
}

/** The demo's model, which answers once this gate is open. */
function thinkingAt(thinking: ReturnType<typeof gate>): Model {
  const demo = demoModel({ delayMs: 0 });
  return {
    name: demo.name,
    answer: async (request, signal) => {
      await thinking.pass();
      return demo.answer(request, signal);
    },
  };
}

describe("control of a run", { timeout: patient }, () => {
  it("holds it while the model thinks, and lets it go on", async () => {
    const thinking = gate();
    const bot = await botWith(thinkingAt(thinking));
    const { page, context, complaints } = await visit(on.browser, bot);
    await launch(page, "What is 2 + 3?");
    await thinking.reached;
    await page.getByRole("button", { name: "Pause" }).click();
    await expectStatus(page, "paused");
    thinking.open();
    await page.getByRole("button", { name: "Resume" }).click();
    await expectStatus(page, "complete");
    await expectOutcome(page, "5");
    await expectTimeline(page, /the owner paused it[\s\S]*the owner let it go on[\s\S]*sum_numbers/);
    expect(complaints).toEqual([]);
    await context.close();
    await bot.stop();
  });

  it("says that it is not known whether something arrived, until the run has gone on", async () => {
    const thinking = gate();
    const bot = await botWith(thinkingAt(thinking));
    const { page, context } = await visit(on.browser, bot);
    await launch(page, "What is (17 + 5) * 3, divided by a number you must ask me for?");
    await thinking.reached;
    await page.route("**/agent/pause", (route) => route.abort());
    await page.getByRole("button", { name: "Pause" }).click();
    const trouble = page.locator(".actions").getByRole("alert");
    expect(await trouble.innerText()).toContain("It is not known whether this arrived");
    thinking.open();
    await page.getByLabel("Your answer").waitFor();
    await trouble.waitFor({ state: "detached" });
    await context.close();
    await bot.stop();
  });

  it("lets it go on after its step limit, and moves nothing under a reader who has scrolled up", async () => {
    const bot = await botWith();
    const { page, context, complaints } = await visit(on.browser, bot);
    await page.setViewportSize({ width: 1280, height: 480 });
    await launch(page, long);
    await expectStatus(page, "step limit reached");
    await expectTimeline(page, "step limit reached");
    await expect.poll(async () => (await reading(page)).left, { timeout: patient / 2 }).toBeLessThan(48);
    await page.locator(".run-scroll").evaluate((box) => box.scrollTo(0, 0));
    await page.keyboard.press("r");
    await expectStatus(page, "complete");
    const missed = page.getByRole("button", { name: /^\d+ new steps? ↓$/ });
    await missed.waitFor();
    expect((await reading(page)).top).toBe(0);
    await missed.click();
    await missed.waitFor({ state: "detached" });
    await expect.poll(async () => (await reading(page)).left, { timeout: patient / 2 }).toBeLessThan(48);
    await expectOutcome(page, "66");
    expect(complaints).toEqual([]);
    await context.close();
    await bot.stop();
  });
});

describe("the page of the bot's health", { timeout: patient }, () => {
  it("tells of channels, work, messages and the database", async () => {
    const bot = await botWith();
    const { page, context } = await visit(on.browser, bot, { path: "bot/health" });
    const facts = page.locator(".fact-list");
    await facts.first().waitFor();
    const words = (await facts.allInnerTexts()).join("\n").replace(/\s+/g, " ");
    expect(words).toMatch(/database SQLite file, answers (at once|in \d)/);
    expect(words).toContain("runs on the move 0 asleep 0 next one is due when somebody speaks");
    expect(words).toContain("not delivered yet 0");
    expect(await page.getByText("No chat is connected yet.").count()).toBe(1);
    expect(await page.getByText("Slack (docs/slack.md), Discord (docs/discord.md)").count()).toBe(1);
    await context.close();
    await bot.stop();
  });

  it("is not needed to see that a freeze holds: each page says which one, and until when", async () => {
    const plain = { zone: "UTC", tools: [], approval: null, reason: null, left: 5 };
    const freeze = { name: "black friday", until: Date.parse("2026-11-30T08:00Z"), ...plain };
    const bot = await botWith(undefined, { freezes: () => [freeze] });
    const { page, context } = await visit(on.browser, bot);
    await page.getByText(/^Freeze: black friday, until .*30.*2026.*\d\d:00/).waitFor();
    expect(await violations(page)).toEqual([]);
    await context.close();
    await bot.stop();
  });
});

describe("the keyboard", { timeout: patient }, () => {
  it("finds its place: past the list, in the task of a new run, in the first argument to edit, in named popovers", async () => {
    const bot = await consoleBot({ env: { BELAY_AUTH: "none" } });
    const { page, context } = await visit(on.browser, bot);
    await page.getByRole("link", { name: "New run" }).waitFor();
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip the list" }).press("Enter");
    await page.locator(".main:focus").waitFor();
    await page.keyboard.press("n");
    await page.locator("textarea:focus").waitFor();
    await launch(page, "restart payments in staging");
    await page.getByRole("button", { name: "Edit…" }).waitFor();
    await page.keyboard.press("e");
    await page.locator(".edit .field:first-child :focus").waitFor();
    await page.getByRole("button", { name: "Filter the runs" }).click();
    await page.getByRole("dialog", { name: "Filter the runs" }).waitFor();
    await context.close();
    await bot.stop();
  });
});

describe("the page of a bot in trouble", { timeout: patient }, () => {
  it("tells of records that can't be read, of runs that were left behind, and of servers of tools", async () => {
    const bot = await botWith();
    const { page, context } = await visit(on.browser, bot);
    await page.route(
      (url) => url.pathname === "/health",
      async (route) => {
        const response = await route.fetch();
        const unreadable = [{ what: "run_1 at version 3", message: "the checksum differs" }];
        const why = "its agent was removed";
        const left_behind = [
          { run: "run_2", title: "restart payments", why },
          { run: "run_3", title: null, why },
          { run: "run_4", title: "look at the disk", why: "its channel is off" },
        ];
        const away = { name: "tickets", ok: false, detail: "away: nobody answers", version: null, tools: [] };
        const tool_servers = [away, { ...away, name: "files", ok: true, detail: "tools: 2 offered" }];
        const told = { unreadable, left_behind, tool_servers };
        await route.fulfill({ response, json: { ...(await response.json()), ...told } });
      },
    );
    await page.goto(`${bot.url}/bot/health`);
    await page.getByText("run_1 at version 3").waitFor();
    const words = await page.locator(".main").innerText();
    expect(words).toMatch(/can’t be read\s+run_1 at version 3\s+the checksum differs/);
    expect(words).toMatch(/left behind\s+2 runs its agent was removed\s+restart payments\s+run_3\s+look/);
    expect(words).toMatch(/look at the disk its channel is off/);
    expect(await page.locator('.main a[href$="/runs/run_2"]').innerText()).toBe("restart payments");
    expect(words).toMatch(/Servers of tools\s+tickets away: nobody answers\s+files tools: 2 offered/);
    expect(await violations(page)).toEqual([]);
    await context.close();
    await bot.stop();
  });
});

describe("runs of others", { timeout: patient }, () => {
  it("stand under the call that started them, and each leads to the other", async () => {
    const bot = await consoleBot({ env: { BELAY_AUTH: "none" } });
    const { page, context, complaints } = await visit(on.browser, bot);
    const parent = await launch(page, "ask the calculator agent to add 2 and a number you must ask me for");
    const call = page.locator(".line.kind-call", { hasText: "hand_off" });
    const child = call.getByRole("link", { name: /^add 2 and/ });
    await child.waitFor();
    await call.getByText("waiting for the owner").waitFor();
    await page.locator(".needs-you .row", { hasText: "for the owner" }).waitFor();
    await child.click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.endsWith(parent));
    await page.getByLabel("Your answer").fill("3");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await expectStatus(page, "complete");
    await page
      .getByRole("link", { name: /^ask the calculator agent/ })
      .first()
      .click();
    await page.waitForURL((url) => url.pathname.endsWith(parent));
    await expectStatus(page, "complete");
    await call.getByText("complete").waitFor();
    await expectOutcome(page, /The calculator agent says: .*5/);
    expect(complaints).toEqual([]);
    await context.close();
    await bot.stop();
  });
});

/** A question that is longer than the screen: shown from its beginning, whole, with its buttons in reach. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { operator, Story, tell } from "../support/console/story.ts";
import { patient, theConsole, violations, visit } from "./session.ts";

const on = theConsole({
  fill: async (store) => {
    await store.saveAgent(operator);
    await tell(store, approval());
    await tell(store, choices());
  },
});

const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => `server { listen ${n}; }`).join("\n");

function approval(): Story {
  const story = new Story("run_long_call", Date.now(), {
    task: "apply the new configuration",
    addresses: [],
  });
  const input = { host: "frontend.example", config: lines(120), word: "a".repeat(900) };
  const [call] = story.chose(900, null, ["restart_service", input]);
  return story.asked(call ?? null, {
    kind: "approval",
    text: "May I run restart_service?",
    freeText: false,
    call: { tool: "restart_service", input, hash: "h", preview: lines(80) },
  });
}

function choices(): Story {
  const story = new Story("run_choices", Date.now(), { task: "which region?", addresses: [] });
  const text = `Which one?\n\n\`\`\`\n${"curl https://a.very.long.host.example/path/".repeat(6)}\n\`\`\``;
  const labels = [
    "eu-central-1, where the others are",
    "us-east-1, which is cheaper",
    "ap-south-1, with nobody",
  ];
  return story.asked(null, { text, choices: labels.map((label) => ({ value: label, label })) });
}

async function cardOf(page: Page): Promise<{ top: number; head: number; scrolled: number }> {
  return page.evaluate(() => {
    const bottomOf = (selector: string) =>
      document.querySelector(selector)?.getBoundingClientRect().bottom ?? 0;
    return {
      top: document.querySelector(".card")?.getBoundingClientRect().top ?? 0,
      head: bottomOf(".run-head .actions"),
      scrolled: document.querySelector(".run-scroll")?.scrollTop ?? 0,
    };
  });
}

describe("a question that is longer than the screen", { timeout: patient }, () => {
  it.each([1280, 390])("is shown from its beginning, %i px wide", async (width) => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_long_call", width });
    await page.locator(".card").waitFor();
    const below = async () => {
      const { top, head } = await cardOf(page);
      return top - head;
    };
    // Between a change of the lines above it and the next frame it may stand elsewhere.
    await expect.poll(below).toSatisfy((px: number) => px >= 0 && px < 12);
    expect(await violations(page)).toEqual([]);
    await context.close();
  });

  it("stays where the reader is, whatever grows", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_long_call" });
    await expect.poll(async () => (await cardOf(page)).scrolled).toBeGreaterThan(0);
    await page.locator(".run-scroll").evaluate((box) => box.scrollBy(0, 500));
    const { scrolled } = await cardOf(page);
    // Whatever watches the height of the page has seen this when the next frame is drawn.
    await page.evaluate(() => {
      document.querySelector(".run-content")?.append(document.createElement("hr"));
      return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    });
    expect((await cardOf(page)).scrolled).toBe(scrolled);
    await context.close();
  });

  it("has its buttons in reach of the thumb on a phone", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_long_call", width: 390 });
    await page.getByRole("button", { name: "Approve", exact: true }).waitFor();
    await expect
      .poll(
        async () =>
          (await page.getByRole("button", { name: "Approve", exact: true }).boundingBox())?.y ?? 9999,
      )
      .toBeLessThan(800);
    await context.close();
  });

  it("keeps long choices and code inside itself on a phone, each choice as wide as its words", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/run_choices", width: 390 });
    await page.locator(".card pre").waitFor();
    const outside = await page.locator(".card").evaluate((card) => {
      const { right } = card.getBoundingClientRect();
      const parts = [...card.querySelectorAll("pre, button, textarea, header")];
      return parts.filter((part) => part.getBoundingClientRect().right > right).map(({ tagName }) => tagName);
    });
    expect(outside).toEqual([]);
    const choice = await page.getByRole("button", { name: "eu-central-1, where" }).last().boundingBox();
    expect(choice?.width).toBeGreaterThan(200);
    await context.close();
  });
});

/** Every page of the console: accessible in both themes, harmless whatever a run holds, usable without a mouse. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { demoModel } from "../../adapters/demo/model.ts";
import { known, writeHistory } from "../support/console/history.ts";
import { Story, tell } from "../support/console/story.ts";
import { listeningBot } from "../support/http/bot.ts";
import { consoleDir, expectStatus, launch, patient, theConsole, violations, visit } from "./session.ts";

const image = '<img src=x onerror="window.harmed=1">';
const script = '</script><script>window.harmed=1</script><svg onload="window.harmed=1">';
const markdown = [
  image,
  script,
  "[press me](javascript:window.harmed=1)",
  "![spy](https://evil.example/pixel.png)",
  "[away](https://evil.example/?q=secret)",
].join("\n\n");

const on = theConsole({
  fill: async (store) => {
    await writeHistory(store, Date.now());
    await tell(store, hostile());
  },
});

/** Says the worst it can in every place where words of others are shown. */
function hostile(): Story {
  const story = new Story("run_hostile", Date.now() - 1000, {
    task: `${image} ${script}`,
    from: { principal: "email:a@b.example", name: image },
    via: { channel: "email" },
    addresses: [],
    trusted: false,
  });
  story.did(100, markdown, ["service_status", { service: image }, script, 100]);
  const [call] = story.chose(100, image, ["ask_human", { question: script }]);
  return story.asked(call ?? null, {
    text: markdown,
    context: script,
    choices: [{ value: "a", label: image }],
  });
}

const pages: [string, (page: Page) => Promise<void>][] = [
  ["", loaded],
  ["new", loaded],
  [`runs/${known.complete}`, openInspector],
  [`runs/${known.approval}`, openEdit],
  [`runs/${known.question}`, loaded],
  [`runs/${known.failed}`, loaded],
  ["runs/no-such-run", loaded],
  ...["health", "agents", "tools", "tool-servers", "sources", "refusals", "sessions"].map(
    (name): [string, typeof loaded] => [`bot/${name}`, loaded],
  ),
];

async function loaded(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
}

async function openInspector(page: Page): Promise<void> {
  await loaded(page);
  const line = page.locator(".line.kind-model").first();
  await line.locator(".line-head").click();
  await line.getByRole("button", { name: "Inspect" }).click();
  await page.getByRole("tab", { name: "Prompt" }).click();
  await page.getByText("Instructions").waitFor();
}

async function openEdit(page: Page): Promise<void> {
  await loaded(page);
  await page.getByRole("button", { name: "Edit…" }).click();
  await page.getByRole("textbox", { name: "service" }).waitFor();
}

describe("accessibility", { timeout: 2 * patient }, () => {
  it("finds no violation on any page, in the light theme and in the dark one", async () => {
    const { page, context, complaints } = await visit(on.browser, on.bot, { width: 1200 });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const [path, ready] of pages) {
      await page.goto(`${on.bot.url}/${path}`);
      await ready(page);
      const light = await ground();
      expect(await violations(page), `/${path}`).toEqual([]);
      // The themes differ in their colours, and in nothing else.
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await ground()).not.toBe(light);
      expect(await violations(page, ["color-contrast"]), `/${path}, dark`).toEqual([]);
      await page.emulateMedia({ colorScheme: "light" });
    }
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
    await context.close();
  });

  it("finds no violation on a phone, nor in the sheets", async () => {
    const { page, context } = await visit(on.browser, on.bot, { width: 360 });
    for (const [path, ready] of pages.slice(0, 5)) {
      await page.goto(`${on.bot.url}/${path}`);
      await ready(page);
      expect(await violations(page), `/${path}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), `/${path}`).toBeLessThanOrEqual(
        360,
      );
    }
    await context.close();
  });
});

describe("words of others", { timeout: patient }, () => {
  it("harm nothing, load nothing and lead nowhere", async () => {
    const { page, context, complaints } = await visit(on.browser, on.bot);
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(on.bot.url)) foreign.push(request.url());
    });
    for (const path of ["", "runs/run_hostile"]) {
      await page.goto(`${on.bot.url}/${path}`);
      await loaded(page);
    }
    for (const line of await page.locator(".line-head").all()) await line.click();
    await page.locator(".card").getByText("away").waitFor();
    expect(await page.locator(".task").innerText()).toContain(image);
    expect(await page.locator("#root img, #root script").count()).toBe(0);
    expect(await page.locator('a[href^="javascript"], a[href*="evil.example"]').count()).toBe(0);
    expect(await page.evaluate(() => "harmed" in window)).toBe(false);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("harm nothing when they are launched from the form itself", async () => {
    const { page, context, complaints } = await visit(on.browser, on.bot);
    await launch(page, `${image}${script}`);
    await expectStatus(page, "complete");
    expect(await page.locator(".task").innerText()).toContain("<img src=x");
    expect(await page.evaluate(() => "harmed" in window)).toBe(false);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe("the keyboard", { timeout: patient }, () => {
  it("moves, opens, asks once before it approves, and shows its keys", async () => {
    const { page, context } = await visit(on.browser, on.bot);
    await loaded(page);
    await page.keyboard.press("/");
    await page.locator('[aria-label="Search the runs"]:focus').waitFor();
    await page.keyboard.type("nightly export");
    await page.waitForFunction(() => document.querySelectorAll(".run-list .row").length === 1);
    await page.keyboard.press("Escape");
    for (let row = 0; row < 3; row++) await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/runs\//);
    await page.keyboard.press("n");
    await page.waitForURL(/\/new$/);
    // The form has the focus now: a key is a letter of the task until the person leaves it.
    await page.locator("textarea:focus").waitFor();
    await page.locator("textarea:focus").blur();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.goto(`${on.bot.url}/runs/${known.question}`);
    await page.locator(".card").waitFor();
    await page.keyboard.press("a");
    await page.keyboard.type("eu-north-1");
    expect(await page.getByLabel("Your answer").inputValue()).toBe("eu-north-1");
    await page.goto(`${on.bot.url}/runs/${known.approval}`);
    await page.locator(".card").waitFor();
    await page.keyboard.press("y");
    await page.getByRole("button", { name: "Press y again to approve" }).waitFor();
    expect(await page.locator(".card").count()).toBe(1);
    await context.close();
  });
});

describe("a reverse proxy", { timeout: patient }, () => {
  it("may show the console under a path of its own, also when a deep page is loaded", async () => {
    const behind = await listeningBot({
      model: demoModel({ delayMs: 0 }),
      config: { auth: { mode: "none" }, publicUrl: "http://127.0.0.1/ops/belay", consoleDir },
    });
    const { page, context, complaints } = await visit(on.browser, behind, { path: "ops/belay/new" });
    await launch(page, "**bold** words");
    await page.reload();
    await page.locator(".outcome .prose:not(.plain)").waitFor();
    await page.getByRole("link", { name: "New run" }).click();
    expect(new URL(page.url()).pathname).toBe("/ops/belay/new");
    expect(complaints).toEqual([]);
    await context.close();
    await behind.stop();
  });
});

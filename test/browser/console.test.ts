/** The console in a real Chromium, against the whole program with its demo model. */
import { once } from "node:events";
import { createServer } from "node:http";
import { beforeAll, describe, expect, it } from "vitest";
import {
  expectOutcome,
  expectStatus,
  expectTimeline,
  launch,
  patient,
  theConsole,
  timeline,
  type Visitor,
  violations,
  visit,
} from "./session.ts";

const question = "What is (17 + 5) * 3, divided by a number you must ask me for?";

const on = theConsole({ env: { BELAY_AUTH: "token" } });
/** Logged in; the others take its cookie. */
let first: Visitor;

beforeAll(async () => {
  first = await visit(on.browser, on.bot, { loginUrl: on.bot.loginUrl() });
}, patient);

async function second(path = ""): Promise<Visitor> {
  const visitor = await visit(on.browser, on.bot, { path });
  await visitor.context.addCookies(await first.context.cookies());
  await visitor.page.reload();
  await visitor.page.getByRole("link", { name: "New run" }).waitFor({ state: "attached" });
  return visitor;
}

describe("the door", { timeout: patient }, () => {
  it("lets nobody in without the code, and says why a wrong one is refused", async () => {
    const { page, context } = await visit(on.browser, on.bot, { path: "runs/anything" });
    await page.getByLabel("Code").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Code").fill("not-the-code");
    await page.getByRole("button", { name: "Log in" }).click();
    expect(await page.getByRole("alert").innerText()).toContain("The code is wrong, used or too old");
    await page
      .getByRole("alert")
      .locator("code", { hasText: /^npm run login$/ })
      .waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.locator(".row").count()).toBe(0);
    const answers = await page.evaluate(async () =>
      Promise.all(
        ["/agent/runs", "/questions", "/agent/stream", "/sessions"].map(
          async (path) => (await fetch(path)).status,
        ),
      ),
    );
    expect(answers).toEqual([401, 401, 401, 401]);
    await context.close();
  });

  it("opens once by the printed link and leaves no code in the address", async () => {
    expect(first.page.url()).toBe(`${on.bot.url}/`);
    const [cookie] = await first.context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    const other = await visit(on.browser, on.bot, {});
    await other.page.goto(on.bot.loginUrl());
    await other.page.getByRole("alert").waitFor();
    expect(await other.page.getByRole("alert").innerText()).toContain("used");
    await other.context.close();
  });
});

describe("the printed link, for who is in already", { timeout: patient }, () => {
  it("leaves no code in the address, in a new tab and in one that is open", async () => {
    const { page, context } = await second();
    const [, code] = on.bot.loginUrl().split("#");
    for (const path of ["", "admin/health"]) {
      await page.goto(`${on.bot.url}/${path}`);
      await page.goto(`${on.bot.url}/${path}#${code}`);
      await page.waitForURL(`${on.bot.url}/${path}`);
    }
    const tab = await context.newPage();
    await tab.goto(on.bot.loginUrl());
    await tab.waitForURL(`${on.bot.url}/`);
    await tab.getByRole("link", { name: "New run" }).waitFor({ state: "attached" });
    await context.close();
  });
});

describe("a run in the console", { timeout: patient }, () => {
  it("is launched, shows its steps as they happen, asks, is answered, and completes", async () => {
    const { page } = first;
    await launch(page, question);
    await page.getByRole("heading", { name: question }).waitFor();
    await page.locator(".line.kind-call", { hasText: "sum_numbers" }).waitFor();
    const answer = page.getByLabel("Your answer");
    await answer.waitFor();
    await page.waitForFunction(() => document.title.startsWith("(1) "));
    await page.locator(".needs-you .row").waitFor();
    await answer.fill("3");
    await answer.press("Enter");
    await expectStatus(page, "complete");
    await page.locator(".card").waitFor({ state: "detached" });
    await expectTimeline(page, /sum_numbers.*→ 22/, /multiply_numbers.*→ 66/, "answered 3 (Console)");
    await expectOutcome(page, "22");
    await page.waitForFunction(() => !document.title.startsWith("("));
  });

  it("shows an edited call anew, and runs it once that is approved, not as the model chose it", async () => {
    const { page } = first;
    await launch(page, "restart payments in staging");
    await page.getByRole("button", { name: "Edit…" }).click();
    await page.getByRole("textbox", { name: "service" }).fill("ledger");
    await page.getByRole("button", { name: "Show it as edited" }).click();
    const card = page.locator(".card", { hasText: "Nobody has approved this yet" });
    await card.locator("dd", { hasText: "ledger" }).waitFor();
    await card.getByRole("button", { name: /^Approve/ }).click();
    await expectStatus(page, "complete");
    const done = /restart_service.*→ ledger in staging was restarted/;
    await expectTimeline(page, "changed service: payments → ledger", done);
    expect(await timeline(page)).not.toMatch(/→ payments in staging was restarted/);
  });

  it("is refused with a reason that the model hears", async () => {
    const { page } = first;
    await launch(page, "restart search in staging");
    await page.getByRole("button", { name: "Refuse…" }).click();
    await page.getByLabel(/Why not/).fill("not during the sale");
    await page.getByRole("button", { name: "Refuse", exact: true }).click();
    await page.locator(".card").waitFor({ state: "detached" });
    await expectStatus(page, "complete");
    await expectTimeline(page, "refused: not during the sale");
  });

  it("is stopped after one question, and run again with the same task", async () => {
    const { page } = first;
    const id = await launch(page, question);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Stop this run?" }).click();
    await expectStatus(page, "cancelled");
    await page.getByRole("button", { name: "Run again" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.endsWith(id));
    await page.getByRole("heading", { name: question }).waitFor();
    await page.getByLabel("Your answer").fill("11");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await expectStatus(page, "complete");
  });
});

describe("two people at once", { timeout: patient }, () => {
  it("closes the card of one in the moment the other answers", async () => {
    const { page } = first;
    const id = await launch(page, question);
    const other = await second(`runs/${id}`);
    await Promise.all([page.locator(".card").waitFor(), other.page.locator(".card").waitFor()]);
    await other.page.getByLabel("Your answer").fill("2");
    await page.getByLabel("Your answer").fill("6");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await other.page.locator(".card").waitFor({ state: "detached" });
    await expectStatus(other.page, "complete");
    await expectTimeline(other.page, "answered 6");
    await other.page.locator(`.needs-you .row[href="/runs/${id}"]`).waitFor({ state: "detached" });
    await other.context.close();
  });

  it("sees the other's run appear in the list", async () => {
    const other = await second();
    await launch(first.page, "What is the square root of 1764?");
    await other.page.locator(".run-list .row", { hasText: "square root of 1764" }).waitFor();
    await other.context.close();
  });
});

/** As a proxy does while there is nothing behind it: both streams of the page are told that they do not exist. */
async function answeredByAnother(): Promise<void> {
  const asked = new Set<string>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const other = createServer((request, response) => {
    const [path = ""] = request.url?.split("?") ?? [];
    asked.add(path);
    response.writeHead(404).end("no such page");
    if ([...asked].filter((each) => each.endsWith("/stream")).length === 2) resolve();
  });
  other.listen(Number(new URL(on.bot.url).port), "127.0.0.1");
  await promise;
  other.closeAllConnections();
  other.close();
  await once(other, "close");
}

describe("a server that is killed and comes back", { timeout: patient }, () => {
  it("is told of, waited for, and caught up with, without a reload", async () => {
    const { page } = first;
    const id = await launch(page, question);
    await page.locator(".card").waitFor();
    await page.evaluate(() => document.body.setAttribute("data-same-page", "yes"));
    await on.bot.kill();
    await page.locator(".connection", { hasText: "Connection lost" }).waitFor();
    await answeredByAnother();
    await on.bot.start();
    // Somebody else answers in the moment it is back; this page only listens.
    const other = await second();
    const status = await other.page.evaluate(async (run) => {
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ id: run, answer: "33" });
      return (await fetch("/agent/provide_input", { method: "POST", headers, body })).status;
    }, id);
    expect(status).toBe(200);
    await expectStatus(page, "complete");
    await page.locator(".connection[data-lost=false]").waitFor({ state: "attached" });
    await expectTimeline(page, "answered 33");
    await expectOutcome(page, "2");
    expect(await page.locator("body").getAttribute("data-same-page")).toBe("yes");
    await other.context.close();
  });
});

describe("a session", { timeout: patient }, () => {
  it("that is revoked leads every open page of it to the door", async () => {
    const other = await second("bot/sessions");
    await other.page.getByRole("button", { name: "Log out" }).click();
    await other.page.getByLabel("Code").waitFor();
    await first.page.getByLabel("Code").waitFor();
    expect(await first.page.locator(".row").count()).toBe(0);
    await other.context.close();
  });
});

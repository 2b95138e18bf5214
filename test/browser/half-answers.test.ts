/** Answers that are cut, refused or somebody else's: the page keeps what it knows and asks again, by itself. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Request } from "playwright-core";
import { expect, it } from "vitest";
import { expectOutcome, launch, patient, theConsole, visit } from "./session.ts";

const on = theConsole();

/** Answers everything with the beginning of a JSON text, and is gone. */
async function cutter(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.write('{"runs":[', () => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}

it(
  "asks again for what was cut, and does not take it for an empty list",
  async () => {
    const cut = await cutter();
    const { page, context } = await visit(on.browser, on.bot, {});
    await launch(page, "What is the square root of 1764?");
    const asked = new Set<string>();
    await page.route(/\/(session|questions|agents|health|agent\/runs|agent\/state)\b/, (route) => {
      const { pathname, search } = new URL(route.request().url());
      if (asked.has(pathname + search)) return route.continue();
      asked.add(pathname + search);
      return route.continue({ url: `${cut.url}${pathname}` });
    });
    await page.reload();
    await page.locator(".run-list .row", { hasText: "square root of 1764" }).waitFor();
    await page.getByText("Nothing waits for a person.").waitFor();
    await page.locator(".run-top .status", { hasText: "complete" }).waitFor();
    expect(asked).toContain("/session");
    expect([...asked].filter((path) => path.startsWith("/agent/runs?"))).not.toEqual([]);
    await context.close();
    await cut.close();
  },
  patient,
);

it(
  "does not call a list empty that it may not read",
  async () => {
    const { page, context } = await visit(on.browser, on.bot, {});
    await page.route(/\/(questions|agent\/runs)\b/, (route) =>
      route.fulfill({ status: 403, json: { detail: "not for you" } }),
    );
    await page.reload();
    await page.locator(".needs-you .error-note", { hasText: "not for you" }).waitFor();
    await page.locator(".run-list .error-note", { hasText: "not for you" }).waitFor();
    await page.getByLabel("What should be done?").waitFor();
    expect(await page.locator("body").innerText()).not.toMatch(/No runs yet|Nothing has run|Nothing waits/);
    await context.close();
  },
  patient,
);

it(
  "keeps the page and what was typed when a later look is answered by somebody else",
  async () => {
    const { page, context } = await visit(on.browser, on.bot, {});
    await launch(page, "restart payments in staging");
    await page.getByRole("button", { name: "Edit…" }).click();
    await page.getByRole("textbox", { name: "service" }).fill("ledger");
    const refused = new Set<string>();
    await page.route(/\/(session|tools)$/, (route) => {
      refused.add(new URL(route.request().url()).pathname);
      return route.fulfill({ status: 404, body: "no such page" });
    });
    await on.bot.kill();
    await on.bot.start();
    await expect.poll(() => [...refused].sort(), { timeout: patient / 2 }).toEqual(["/session", "/tools"]);
    await page.locator(".connection[data-lost=false]").waitFor({ state: "attached" });
    expect(await page.getByRole("textbox", { name: "service" }).inputValue()).toBe("ledger");
    expect(await page.getByText("The console can't start").count()).toBe(0);
    await context.close();
  },
  patient,
);

it(
  "waits for the server before it loads itself anew, when a part of it can't be had",
  async () => {
    const { page, context } = await visit(on.browser, on.bot, {});
    await page.getByRole("link", { name: "New run" }).waitFor({ state: "attached" });
    await on.bot.kill();
    await page.getByRole("button", { name: "Filter the runs" }).click();
    await page.locator(".connection", { hasText: "Connection lost" }).waitFor();
    const loaded = page.waitForEvent("load");
    await on.bot.start();
    await loaded;
    expect(page.url()).toBe(`${on.bot.url}/`);
    await page.getByRole("button", { name: "Filter the runs" }).click();
    await page.getByRole("dialog").waitFor();
    await context.close();
  },
  patient,
);

it(
  "takes an answer for its own that arrived late, after it was sent again",
  async () => {
    const { page, context } = await visit(on.browser, on.bot, {});
    await launch(page, "What is (17 + 5) * 3, divided by a number you must ask me for?");
    await page.getByRole("textbox", { name: "Your answer" }).fill("3");
    let lost: Request | null = null;
    await page.route("**/agent/provide_input", async (route) => {
      if (lost === null) {
        lost = route.request();
        return route.abort();
      }
      expect((await context.request.fetch(lost)).status()).toBe(200);
      return route.continue();
    });
    const answer = page.getByRole("button", { name: "Answer", exact: true });
    await answer.click();
    await page.getByText("It is not known whether this arrived").waitFor();
    const told = page.waitForResponse("**/agent/provide_input");
    await answer.click();
    expect((await told).headers()).toMatchObject({ "idempotent-replayed": "true" });
    await expectOutcome(page, "22");
    expect(await page.locator("body").innerText()).not.toContain("Already answered");
    await context.close();
  },
  patient,
);

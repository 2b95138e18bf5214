/** The way back in the console: pressed below the approval, asked anew, and told where it was pressed. */
import { expect, it } from "vitest";
import { openRights } from "../support/bot.ts";
import { listeningBot } from "../support/http/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { deployed, deployment, deploysOnce, turn } from "../support/undoable.ts";
import { consoleDir, expectStatus, patient, theBrowser, violations, visit } from "./session.ts";

const on = theBrowser();

it(
  "is a button below the approval; the second run asks, and the first says what came of it",
  async () => {
    const { done, tool } = deployment();
    const bot = await listeningBot({
      model: deploysOnce(),
      tools: [tool],
      config: { auth: { mode: "none" }, consoleDir },
    });
    const { runId } = await deployed(bot.bot);
    const { page, context, complaints } = await visit(on.browser, bot, { path: `runs/${runId}` });
    await page.getByText("It can be undone by").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Undo…" }).click();
    await page.locator(".undo", { hasText: "Undo · asked by the owner" }).waitFor();
    await page.locator(".undo").getByRole("link", { name: "Open" }).click();
    await expectStatus(page, "waiting for approval");
    await page.getByText("the owner asked for it: Undo deploy v1.").waitFor();
    await page.getByText("the plan of v0").first().waitFor();
    await page.getByRole("button", { name: "Approve", exact: true }).click();
    await expectStatus(page, "complete");
    await page.goBack();
    await page.locator(".undo", { hasText: "Undone · asked by the owner · deployed v0" }).waitFor();
    expect(await page.getByRole("button", { name: "Undo…" }).count()).toBe(0);
    expect(done).toEqual(["v1", "v0"]);
    expect(complaints).toEqual([]);
    await context.close();
    await bot.stop();
  },
  patient,
);

it(
  "says to who may launch nothing why not",
  async () => {
    const { tool } = deployment();
    const bot = await listeningBot({
      model: deploysOnce(),
      tools: [tool],
      rights: { ...openRights, launch: ["slack:*"] },
      config: { auth: { mode: "none" }, consoleDir },
    });
    const erin = {
      principal: "slack:T1/U5",
      name: "erin",
      groups: [],
      guest: false,
      kind: "person",
    } as const;
    const { runId } = await deployed(bot.bot, erin);
    const { page, context } = await visit(on.browser, bot, { path: `runs/${runId}` });
    const button = page.getByRole("button", { name: "Undo…" });
    await button.waitFor();
    expect(await button.getAttribute("aria-disabled")).toBe("true");
    expect(await button.getAttribute("title")).toContain("may not launch runs of default");
    await context.close();
    await bot.stop();
  },
  patient,
);

it(
  "is offered no more as soon as a later turn of the conversation has done it",
  async () => {
    const { done, tool } = deployment();
    const turns = ["v1", "v0"].flatMap((version) => [
      calling(call("deploy", { version })),
      finalAnswer("done"),
    ]);
    const bot = await listeningBot({
      model: scripted(...turns),
      tools: [tool],
      config: { auth: { mode: "none" }, consoleDir },
    });
    const first = await turn(bot.bot, null);
    const { page, context } = await visit(on.browser, bot, { path: `runs/${first.runId}` });
    await page.getByRole("button", { name: "Undo…" }).waitFor();
    await turn(bot.bot, first);
    await page.locator(".undo", { hasText: "Undone · by another run of this conversation" }).waitFor();
    expect(await page.getByRole("button", { name: "Undo…" }).count()).toBe(0);
    expect(done).toEqual(["v1", "v0"]);
    await context.close();
    await bot.stop();
  },
  patient,
);

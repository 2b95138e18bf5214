/** The console says of each value of an outcome where it comes from, and leads to the step. */
import { expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/tools/define-tool.ts";
import { listeningBot } from "../support/http/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { consoleDir, patient, theBrowser, violations, visit } from "./session.ts";

const on = theBrowser();

it(
  "known values lead to their step, and what was seen nowhere says so in a word and a shape",
  async () => {
    const look = defineTool({
      name: "look",
      description: "Look.",
      input: z.object({ service: z.string() }),
      effect: "read",
      run: () => ({ replicas: 12, version: "v4.1.7", owner: "erin" }),
    });
    const answer =
      "**v4.1.7** runs with 12 replicas; the error rate is 0.37 %.\n\n- Ask erin.\n\n```\nscale 12\n```";
    const model = scripted(calling(call("look", { service: "payments" })), finalAnswer(answer));
    const bot = await listeningBot({
      model,
      tools: [look],
      config: { auth: { mode: "none" }, consoleDir },
    });
    const runId = await bot.bot.launch("look at payments");
    await bot.bot.untilEnd(runId);
    const { page, context, complaints } = await visit(on.browser, bot, { path: `runs/${runId}` });
    const origins = page.locator(".origins");
    await origins.waitFor();
    expect((await origins.innerText()).replace(/\s+/g, " ")).toBe(
      "Where its values come from: 3 values traced, ▲ 1 seen nowhere v4.1.7 from look 12 from look 0.37 ▲ seen nowhere erin from look",
    );
    const prose = page.locator(".outcome .prose");
    await prose.locator(".origin.unseen").waitFor();
    expect((await prose.innerText()).replace(/\s+/g, " ").trim()).toBe(
      "v4.1.7 runs with 12 replicas; the error rate is 0.37 ▲ seen nowhere %. Ask erin. scale 12",
    );
    expect(await violations(page)).toEqual([]);
    await origins.getByRole("button", { name: "from look" }).first().click();
    const step = page.locator(".inspector-head", { hasText: "look" });
    await step.waitFor();
    await page.keyboard.press("Escape");
    await step.waitFor({ state: "detached" });
    await prose.getByRole("button", { name: "erin, from look: show the step" }).press("Enter");
    await step.waitFor();
    expect(complaints).toEqual([]);
    await context.close();
    await bot.stop();
  },
  patient,
);

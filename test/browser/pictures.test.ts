/** The console shows a picture that a call brought where the call stands, and offers any other file to be saved. */
import { expect, it } from "vitest";
import { z } from "zod";
import { WithAttachments } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent } from "../support/bot.ts";
import { listeningBot } from "../support/http/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { consoleDir, patient, theBrowser, violations, visit } from "./session.ts";

/** One red pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==",
  "base64",
);
const on = theBrowser();

const known = agent();
const chosen = {
  agents: [{ ...known, tools: [...known.tools, "draw"] }],
  answers: [calling(call("draw", {}))],
};
const lookedUp = { agents: [{ ...known, tools: [...known.tools, "draw"], prefetch: ["draw"] }], answers: [] };

it.each([
  ["its call", chosen],
  ["what was looked up at launch", lookedUp],
])(
  "a picture stands open under %s, with words for who can't see it",
  async (_, { agents, answers }) => {
    const draw = defineTool({
      name: "draw",
      description: "Draw.",
      input: z.object({}),
      effect: "read",
      run: () =>
        new WithAttachments("drawn", [
          { name: "graph.png", mediaType: "image/png", bytes: png, alt: "CPU rose to 90 %" },
          { name: "graph.svg", mediaType: "image/svg+xml", bytes: Buffer.from("<svg/>"), alt: "" },
        ]),
    });
    const model = scripted(...answers, finalAnswer("Look."));
    // Behind a reverse proxy, under a path of its own.
    const publicUrl = "http://127.0.0.1/ops/belay";
    const config = { auth: { mode: "none" as const }, publicUrl, consoleDir };
    const bot = await listeningBot({ model, agents, tools: [draw], config });
    const runId = await bot.bot.launch("draw it");
    await bot.bot.untilEnd(runId);
    const { page, context, complaints } = await visit(on.browser, bot, { path: `ops/belay/runs/${runId}` });
    const picture = page.getByRole("img", { name: "CPU rose to 90 %" });
    await picture.waitFor();
    expect(await picture.getAttribute("src")).toMatch(`/ops/belay/agent/runs/${runId}/attachments/`);
    await expect
      .poll(() => picture.evaluate((node) => (node instanceof HTMLImageElement ? node.naturalWidth : 0)))
      .toBe(1);
    await page.locator("figcaption", { hasText: "CPU rose to 90 %" }).waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("link", { name: "graph.svg (image/svg+xml, 6 bytes)" }).click();
    expect((await saved).suggestedFilename()).toBe("graph.svg");
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
    await bot.stop();
  },
  patient,
);

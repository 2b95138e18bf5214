/** What a card says of where its values come from, and what the rule makes of it. */
import { expect, test } from "vitest";
import { z } from "zod";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { asked, deployment, deploys, pageThatSays, start } from "../support/deployment.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

test("the card says of each argument where its value comes from", async () => {
  const { tool } = deployment();
  const bot = await start({ model: deploys(), tools: [tool] });
  const runId = await bot.launch("deploy v1 to staging");
  await asked(bot, runId);
  const state = await bot.engine.state(runId);
  expect(state?.questions[0]?.call?.origins).toMatchObject([
    { path: "version", standing: "known", words: "said by dana", version: 1 },
  ]);
  const card = JSON.stringify(state && narrate(state));
  expect(card).toContain("version · said by dana");
});

test("a value that the run has seen nowhere is marked on the card, or refused where the rule says so", async () => {
  const marked = deployment();
  const bot = await start({ model: deploys(), tools: [marked.tool] });
  const runId = await bot.launch("deploy the newest");
  await asked(bot, runId);
  expect(JSON.stringify(narrate((await bot.engine.state(runId)) ?? initial))).toContain(
    "version · ▲ seen nowhere",
  );

  const strict = deployment({ requiresApproval: { unseen: "refuse" } });
  const refusing = await start({ model: deploys(), tools: [strict.tool] });
  const refused = await refusing.launch("deploy the newest");
  await refusing.untilEnd(refused);
  const events = await refusing.store.read(refused);
  expect(events.filter(({ type }) => type === "call_failed")).toMatchObject([{ code: "unseen_value" }]);
  expect(strict.done).toEqual([]);
});

test("a value that stands only in untrusted text takes as many people more as the rule says", async () => {
  const { tool } = deployment({ requiresApproval: { count: 1, outsideOnly: 1 } });
  const page = pageThatSays("please deploy v1");
  const model = scripted(
    calling(call("page", {})),
    calling(call("deploy", { version: "v1" })),
    finalAnswer("done"),
  );
  const bot = await start({ model, tools: [tool, page] });
  const runId = await bot.launch("deploy what the page says");
  await asked(bot, runId);
  expect((await bot.engine.state(runId))?.questions[0]).toMatchObject({ need: 2 });
});

test("a value beyond those that are looked for counts as seen nowhere, and as a stranger's", async () => {
  const many = (requiresApproval: { unseen?: "refuse"; outsideOnly?: number }) =>
    defineTool({
      ...{ name: "deploy", description: "Deploy.", effect: "once", requiresApproval },
      input: z.object({ version: z.string(), hosts: z.array(z.string()) }),
      run: () => "deployed",
    });
  const hosts = Array.from({ length: 201 }, () => "v1");
  const model = () => scripted(calling(call("deploy", { version: "v1", hosts })), finalAnswer("done"));
  const careful = await start({ model: model(), tools: [many({ outsideOnly: 1 })] });
  const runId = await careful.launch("deploy v1");
  await asked(careful, runId);
  expect((await careful.engine.state(runId))?.questions[0]).toMatchObject({ need: 2 });

  const strict = await start({ model: model(), tools: [many({ unseen: "refuse" })] });
  const refused = await strict.launch("deploy v1");
  await strict.untilEnd(refused);
  const events = await strict.store.read(refused);
  expect(events.filter(({ type }) => type === "call_failed")).toMatchObject([
    { code: "unseen_value", message: expect.stringContaining("more than 200 values; give fewer at once") },
  ]);
});

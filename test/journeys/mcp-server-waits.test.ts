/** Clients that wait for a run: the wait has an end and tells its progress, and who stops the bot waits for none. */
import { expect, test } from "vitest";
import { approve, asked, settle } from "../support/deployment.ts";
import { listeningBot } from "../support/http/bot.ts";
import { officialClient, textOf } from "../support/http/mcp.ts";
import { asks, call, deployed, offering, offeringBot } from "../support/http/mcp-bot.ts";
import { deployment } from "../support/undoable.ts";

test("the wait has an end, and the handle leads on", async () => {
  const { done, tool } = deployment();
  const { url, bot } = await offeringBot({ tools: [tool] });
  const client = await officialClient(url, "secret-admin");
  const begun = await call(client, "deploy", { version: "v1", wait_s: 0.2 });
  const id = String(begun.structuredContent?.id);
  expect(begun.structuredContent).toMatchObject({ status: expect.stringMatching(/running|waiting/) });
  expect(textOf(begun)).toContain(`Ask with get_run and the id ${id}`);
  const waiting = call(client, "get_run", { id, wait_s: 50 });
  await settle(bot, id, approve(await asked(bot, id)));
  expect(textOf(await waiting)).toBe(deployed);
  expect(done).toEqual(["v1"]);
});

test("what a tool says on its way is told to who waits", async () => {
  const letGo = Promise.withResolvers<void>();
  const { tool } = deployment({
    effect: "idempotent",
    requiresApproval: false,
    run: async ({ version }, { progress }) => {
      progress?.("3 of 7 hosts");
      await letGo.promise;
      return `deployed ${version}`;
    },
  });
  const { url } = await offeringBot({ tools: [tool] });
  const client = await officialClient(url, "secret-admin");
  const told = await call(client, "deploy", { version: "v1", wait_s: 50 }, (words) => {
    if (words.endsWith("running · deploy — 3 of 7 hosts")) letGo.resolve();
  });
  expect(told).toMatchObject({ structuredContent: { status: "complete" } });
});

test("who stops the bot does not wait for those who wait", async () => {
  const { tool } = deployment();
  const bot = await listeningBot({ model: asks(), tools: [tool], config: { mcp: offering() } });
  const client = await officialClient(bot.url, "secret-admin");
  const told = Promise.withResolvers<void>();
  const waiting = call(client, "deploy", { version: "v1", wait_s: 50 }, () => told.resolve());
  await told.promise;
  await bot.stop();
  expect(textOf(await waiting)).toContain("Ask with get_run");
});

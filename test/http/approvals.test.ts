/** What people decided about calls, as one list over all runs: beside the refusals of rights, never among them. */
import { expect, onTestFinished, test } from "vitest";
import type { ApprovalList, RefusalList } from "../../src/http/wire/server.ts";
import { operator } from "../support/bot.ts";
import { approve, asked, deployment, deploys, settle } from "../support/deployment.ts";
import { listeningBot } from "../support/http/bot.ts";

test("who approved, changed or refused which call, and why, newest first", async () => {
  const { tool } = deployment();
  const server = await listeningBot({ model: deploys(), tools: [tool], config: { auth: { mode: "none" } } });
  onTestFinished(() => server.stop());
  const { bot, url } = server;
  const post = async (path: string, body: object) => {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(answer.status).toBe(200);
  };
  const read = async <T>(path: string): Promise<T> => (await (await fetch(`${url}${path}`)).json()) as T;
  expect(await read("/approvals")).toEqual({ approvals: [], next: null });

  const id = await bot.launch("deploy");
  await post("/agent/approve", { id, question_id: await asked(bot, id), input: { version: "v2" } });
  await post("/agent/refuse", { id, question_id: await asked(bot, id), reason: "not on Fridays" });
  await bot.untilEnd(id);

  const { approvals } = await read<ApprovalList>("/approvals");
  const by = { principal: "console:local", name: "the owner", tool: "deploy", run_id: id };
  expect(approvals).toMatchObject([
    { ...by, decision: "refuse", why: "not on Fridays" },
    { ...by, decision: "edit" },
  ]);
  expect((await read<RefusalList>("/refusals")).refusals).toEqual([]);
});

test("an approval names the rule that let its giver", async () => {
  const { tool } = deployment();
  const server = await listeningBot({ model: deploys(), tools: [tool], config: { auth: { mode: "none" } } });
  onTestFinished(() => server.stop());
  const id = await server.bot.launch("deploy");
  const body = { id, question_id: await asked(server.bot, id) };
  await fetch(`${server.url}/agent/approve`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await server.bot.untilEnd(id);
  const { approvals } = (await (await fetch(`${server.url}/approvals`)).json()) as ApprovalList;
  expect(approvals).toMatchObject([{ decision: "approve", tool: "deploy", why: expect.stringMatching(/./) }]);
});

test("who never started a run is called as the platform called them when they decided", async () => {
  const { tool } = deployment();
  const server = await listeningBot({ model: deploys(), tools: [tool], config: { auth: { mode: "none" } } });
  onTestFinished(() => server.stop());
  const id = await server.bot.launch("deploy");
  const actor = { ...operator, principal: "slack:T1/U9", name: "erin" };
  await settle(server.bot, id, { ...approve(await asked(server.bot, id)), actor });
  await server.bot.untilEnd(id);
  const { approvals } = (await (await fetch(`${server.url}/approvals`)).json()) as ApprovalList;
  expect(approvals).toMatchObject([{ principal: "slack:T1/U9", name: "erin", decision: "approve" }]);
});

/** Secrets that the bot knows stand in no byte of a message of the Model Context Protocol, whichever end it is. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { mcp } from "../../adapters/mcp/tools.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { secretOf } from "../../src/tools/secret.ts";
import { folder, server } from "../adapters/mcp/bench.ts";
import { webServer } from "../adapters/mcp/web-server.ts";
import { operator, startBot } from "../support/bot.ts";
import { approve, asked, settle } from "../support/deployment.ts";
import { listeningBot } from "../support/http/bot.ts";
import { ask, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const canary = "canary-5up3r-s3cret";
const admin = "Bearer secret-admin";

/** The official client, and every byte that the server sends to it. */
async function overheard(url: string) {
  const heard: string[] = [];
  const listening: Promise<unknown>[] = [];
  const client = new Client({ name: "a-test", version: "1" }, { versionNegotiation: { mode: "auto" } });
  const transport = new StreamableHTTPClientTransport(new URL("/mcp", url), {
    requestInit: { headers: { Authorization: admin } },
    fetch: async (...request) => {
      const response = await fetch(...request);
      heard.push(JSON.stringify([...response.headers]));
      listening.push(
        response
          .clone()
          .text()
          .then((text) => heard.push(text)),
      );
      return response;
    },
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  const all = async () => {
    await Promise.all(listening);
    return heard.join("\n");
  };
  return { client, all };
}

/** Each way out of a tool: what it previews, says on its way, gives, and fails with. */
const leaks = () =>
  defineTool({
    name: "leak",
    description: "Says too much.",
    input: z.object({ how: z.string() }),
    effect: "once",
    requiresApproval: true,
    preview: async () => `it would use ${canary}`,
    run: async ({ how }, { progress }) => {
      progress?.(`with ${canary}`);
      if (how === "fails") throw new Error(`${canary} was refused`);
      return { used: canary };
    },
  });

test("what the server says: lists, cards, progress, outcomes, failures, questions, refusals", async () => {
  const model = scripted(
    calling(ask(`Is ${canary} right?`, [`yes, ${canary}`])),
    finalAnswer(`It is ${canary}.`),
  );
  const { url, bot, stop } = await listeningBot({
    ...{ model, tools: [leaks()], secrets: [canary, "secret-admin"] },
    config: { mcp: { tools: ["leak"], agent: "default", speaksAt: null } },
  });
  onTestFinished(stop);
  const { client, all } = await overheard(url);
  const callTool = (name: string, args: object) =>
    client.callTool({ name, arguments: { ...args } }, { onprogress: () => {} });
  const idOf = ({ structuredContent }: Awaited<ReturnType<typeof callTool>>) =>
    String(Object(structuredContent).id);

  await client.listTools();
  for (const how of ["works", "fails"]) {
    const id = idOf(await callTool("leak", { how, wait_s: 0 }));
    const questionId = await asked(bot, id);
    await callTool("get_run", { id, wait_s: 0 });
    const waiting = callTool("get_run", { id, wait_s: 50 });
    await settle(bot, id, approve(questionId));
    await waiting;
  }
  const id = idOf(await callTool("start_run", { task: `Try ${canary}`, wait_s: 50 }));
  await callTool("list_runs", {});
  await callTool("leak", { how: canary, wait_s: 0 });
  await callTool("answer_question", { id, answer: `yes, ${canary}`, wait_s: 50 });

  const heard = await all();
  for (const said of [
    "it would use [secret]",
    "[secret] was refused",
    "It is [secret].",
    "Is [secret] right?",
  ])
    expect(heard).toContain(said);
  expect(heard).not.toContain("5up3r");
  expect(heard).not.toContain("secret-admin");
});

test("what the client sends: arguments, tokens of its own, tokens of others", async () => {
  const web = await webServer();
  const options = { configDir: folder(), name: "web", allow: "*", private: true, url: web.url } as const;
  const bearer = { bearer: secretOf("WEB_TOKEN", "canary-bearer-1234") };
  const before = mcp({ ...options, ...bearer });
  await before.accept();
  await before.stop();
  const from = server({ ...options, ...bearer });
  await from.look();
  const model = scripted(
    calling(call("web_work", { text: `use ${canary}` })),
    calling(call("web_work", { text: "nothing of it" })),
    finalAnswer("done"),
  );
  const bot = await startBot({ model, tools: from.tools, secrets: [canary, "canary-bearer-1234"] });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("work", operator);
  await settle(bot, runId, approve(await asked(bot, runId)));
  await bot.untilEnd(runId);
  const bodies = web.heard.map(({ body }) => body).join("\n");
  expect(bodies).toContain("nothing of it");
  expect(bodies).not.toContain("canary");
  expect(new Set(web.heard.map(({ authorization }) => authorization))).toEqual(
    new Set(["Bearer canary-bearer-1234"]),
  );
});

/** No byte that goes to a server holds a secret of the bot, and none but the server's own goes where it must. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { secretOf } from "../../../src/tools/secret.ts";
import { tapped } from "../../support/tap.ts";
import { answer, answersIn, askedBot, region } from "./asking.ts";
import { call, folder, node, oddServer, server, toolboxOf } from "./bench.ts";
import { json, webServer } from "./web-server.ts";

const canary = "canary-4f1c-of-the-bot";

/** A program between the bot and the server, which keeps every byte that goes to it. */
const tap = `
const { spawn } = require("node:child_process");
const { appendFileSync } = require("node:fs");
const [, kept, ...args] = process.argv;
const child = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "inherit"] });
process.stdin.on("data", (piece) => { appendFileSync(kept, piece); child.stdin.write(piece); });
process.stdin.on("end", () => child.stdin.end());
`;

test("a server is sent its calls and nothing of the bot's secrets, its own included", async () => {
  vi.stubEnv("OPENAI_API_KEY", canary);
  const at = folder();
  await oddServer("well", { at });
  const kept = join(at, "sent.bytes");
  writeFileSync(kept, "");
  const odd = join(import.meta.dirname, "odd-child.ts");
  const env = { TOKEN: secretOf("TOKEN", `${canary}-token`) };
  const args = ["-e", tap, kept, odd, at, "well"];
  const from = server({ configDir: at, name: "odd", command: node, args, env, allow: "*" });
  expect(await call(from, "odd_work", { text: "this" })).toMatchObject({ output: "did this" });
  vi.unstubAllEnvs();
  const sent = readFileSync(kept, "utf8");
  // It did look: the call is there.
  expect(sent).toContain('"text":"this"');
  expect(sent).not.toContain("canary");
});

test("what people answer goes to the server as they wrote it, and with nothing beside it", async () => {
  const { bot, at, runId, question } = await askedBot("over-connection", [region]);
  await answer(bot, runId, question.id, "region: eu");
  await bot.untilEnd(runId);
  expect(answersIn(at)).toEqual([{ action: "accept", content: { region: "eu" } }]);
});

test("over HTTP a server is sent its own token in its own header, and nothing else of the bot's", async () => {
  vi.stubEnv("OPENAI_API_KEY", canary);
  const line = await tapped((await webServer()).url);
  const bearer = secretOf("WEB_TOKEN", `${canary}-token`);
  const options = { configDir: folder(), name: "web", allow: "*", private: true, url: line.url } as const;
  await server({ ...options, bearer }).accept();
  const from = server({ ...options, bearer });
  expect(await call(from, "web_work", { text: "this" })).toMatchObject({ output: "did it" });
  vi.unstubAllEnvs();
  const own = new RegExp(`^authorization: Bearer ${canary}-token\\r$`, "gim");
  expect(line.sent()).toContain('"text":"this"');
  expect(line.sent()).toMatch(own);
  expect(line.sent().replaceAll(own, "")).not.toContain("canary");
});

test("over HTTP what a server says of its token reaches nobody, wherever it says it", async () => {
  const token = `${canary}-token`;
  const web = await webServer(({ body }, response) => {
    const { id, method, params } = body === "" ? {} : JSON.parse(body);
    const serverInfo = { name: `web of ${token}`, version: token };
    const said = { jsonrpc: "2.0", id };
    switch (method) {
      case "initialize": {
        const { protocolVersion } = params;
        return json(response, {
          ...said,
          result: { protocolVersion, capabilities: { tools: {} }, serverInfo },
        });
      }
      case "tools/list": {
        const inputSchema = { type: "object" };
        const tools = [
          { name: "work", description: "Works.", inputSchema },
          { name: "leak", description: `Works with ${token}.`, inputSchema },
          { name: token, description: "Works.", inputSchema },
        ];
        return json(response, { ...said, result: { tools } });
      }
      case "tools/call": {
        if (params.arguments.how === "error")
          return json(response, { ...said, error: { code: -32602, message: `not with ${token}` } });
        const isError = params.arguments.how === "fails";
        const structuredContent = { used: token };
        return json(response, {
          ...said,
          result: { content: [{ type: "text", text: token }], structuredContent, isError },
        });
      }
      default:
        return false;
    }
  });
  const line = await tapped(web.url);
  const configDir = folder();
  const options = { configDir, name: "web", allow: "*", private: true, url: line.url } as const;
  const bearer = secretOf("WEB_TOKEN", token);
  await server({ ...options, bearer }).accept();
  const from = server({ ...options, bearer });
  const said: unknown[] = [];
  from.start({ changed: (...words) => said.push(words), said: (words) => said.push(words) });
  for (const how of ["works", "fails", "error"]) said.push(await call(from, "web_work", { how }));
  said.push(await from.look(), await from.review(), from.status(), toolboxOf(from).specs);
  said.push(readFileSync(join(configDir, "mcp.lock.json"), "utf8"));
  // It did say so, and this was heard.
  for (const words of [`not with ${token}`, `"used":"${token}"`, `web of ${token}`, `Works with ${token}`])
    expect(line.answered()).toContain(words);
  const told = JSON.stringify(said);
  expect(told).toContain("not with [secret]");
  expect(told).not.toContain("canary");
});

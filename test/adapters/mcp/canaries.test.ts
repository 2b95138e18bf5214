/** No byte that goes to a server holds a secret of the bot, and none but the server's own goes where it must. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { secretOf } from "../../../src/tools/secret.ts";
import { answer, answersIn, askedBot, region } from "./asking.ts";
import { call, folder, node, oddServer, server } from "./bench.ts";

vi.setConfig({ testTimeout: 20_000 });

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

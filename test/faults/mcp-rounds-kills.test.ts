/**
 * A client of the MCP server was asked a question, and the bot dies before the answer, or at its commit: the same round
 * sent to the next life is one answer of one run.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { type Child, startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { inLanes } from "../support/lanes.ts";

const root = mkdtempSync(join(tmpdir(), "belay-mcp-rounds-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Place {
  folder: string;
  port: number;
}

async function begin({ folder, port }: Place, dieAt: number, how: "asks" | ""): Promise<Child> {
  const child = startChild("test/faults/mcp-server-kill-child.ts", [
    folder,
    String(port),
    String(dieAt),
    how,
  ]);
  await child.says("listening");
  return child;
}

/** One message of a call of start_run, by a client of its own; rejects when the bot dies. */
async function send({ port }: Place, bot: Child, round: object): Promise<unknown> {
  const client = new Client(
    { name: "a-laptop", version: "1" },
    {
      versionNegotiation: { mode: "auto" },
      capabilities: { elicitation: { form: {} } },
      inputRequired: { autoFulfill: false },
    },
  );
  void bot.ended.then(() => client.close());
  const headers = { Authorization: "Bearer secret-admin" };
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  const args = { task: "deploy", agent: "default", wait_s: 50 };
  const params = { name: "start_run", arguments: args, ...round };
  return client.callTool(params, { allowInputRequired: true }).finally(() => client.close());
}

const askedSchema = z.object({
  resultType: z.literal("input_required"),
  inputRequests: z.object({ question: z.object({ params: z.object({ message: z.string() }) }) }),
  requestState: z.string(),
});

async function asked(at: Place, bot: Child) {
  const { inputRequests, requestState } = askedSchema.parse(await send(at, bot, {}));
  expect(inputRequests.question.params.message).toBe("Which version?");
  return { requestState, inputResponses: { question: { action: "accept", content: { answer: "v2" } } } };
}

async function ended(bot: Child): Promise<number> {
  bot.process.stdin?.end();
  return Number(/points: (\d+)/.exec(await bot.succeeded())?.[1]);
}

const place = async () => ({ folder: mkdtempSync(join(root, "life-")), port: await freePort() });

test("the round that is sent again is answered once, by whichever life", async () => {
  const still = await place();
  const quiet = await begin(still, 0, "asks");
  await asked(still, quiet);
  const points = await ended(quiet);
  // While the person thinks; before the answer's commit; after it. Each is little but starts of processes.
  await inLanes(3, [0, points + 1, points + 2], async (next) => {
    for (let dieAt = next(); dieAt !== undefined; dieAt = next()) await answeredOver(dieAt);
  });
});

async function answeredOver(dieAt: number): Promise<void> {
  const at = await place();
  const first = await begin(at, dieAt, "asks");
  const round = await asked(at, first);
  if (dieAt === 0) await first.kill();
  else await expect(send(at, first, round)).rejects.toThrow();
  expect((await first.ended).signal).toBe("SIGKILL");

  const next = await begin(at, 0, "");
  const told = await send(at, next, round);
  expect({ dieAt, told }).toMatchObject({ dieAt, told: { content: [{ text: "Deployed." }] } });
  // And once more, since its reply may have been lost: nothing is asked or done anew.
  expect(await send(at, next, round)).toMatchObject({ structuredContent: { status: "complete" } });
  await ended(next);
}

/**
 * The bot dies at each commit of a call that a client of its MCP server made, and in the middle of the call: the call is
 * run once, and the same call under the same key gets the outcome, or is told that it is in doubt.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, expect, test } from "vitest";
import { type Child, startChild } from "../support/child.ts";
import { freePort } from "../support/free-port.ts";
import { type Told, textOf } from "../support/http/mcp.ts";
import { inLanes } from "../support/lanes.ts";

const root = mkdtempSync(join(tmpdir(), "belay-mcp-kills-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Place {
  folder: string;
  port: number;
  knows: boolean;
}

async function place(knows: boolean): Promise<Place> {
  return { folder: mkdtempSync(join(root, "life-")), port: await freePort(), knows };
}

async function begin({ folder, port, knows }: Place, dieAt: number): Promise<Child> {
  const args = [folder, String(port), String(dieAt), knows ? "knows" : ""];
  const child = startChild("test/faults/mcp-server-kill-child.ts", args);
  // One that dies in its start is found dead by whoever calls it.
  await Promise.race([child.says("listening"), child.ended]);
  return child;
}

/** The call under its key by a client of its own, until the outcome or a doubt; rejects when the bot dies. */
async function deploy({ port }: Place, bot: Child): Promise<Told> {
  const client = new Client({ name: "a-laptop", version: "1" }, { versionNegotiation: { mode: "auto" } });
  // By itself it would wait until its time is over: a broken stream is no answer to it.
  void bot.ended.then(() => client.close());
  const headers = { Authorization: "Bearer secret-admin" };
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  try {
    for (;;) {
      const args = { version: "v1", idempotency_key: "from-the-laptop", wait_s: 1 };
      const told = (await client.callTool({ name: "deploy", arguments: args })) as Told;
      const { status, questions } = told.structuredContent as {
        status: string;
        questions: { kind: string }[];
      };
      if (status === "complete" || told.isError || questions.some(({ kind }) => kind === "doubt"))
        return told;
    }
  } finally {
    await client.close();
  }
}

async function pointsOf(child: Child): Promise<number> {
  child.process.stdin?.end();
  return Number(/points: (\d+)/.exec(await child.succeeded())?.[1]);
}

/** What the client is told in the end, when the bot dies at this point of its first life. */
async function toldAfter(
  dieAt: number,
  knows: boolean,
): Promise<{ told: Told; deploys: string; points: number }> {
  const at = await place(knows);
  const first = await begin(at, dieAt);
  const early = await deploy(at, first).catch(() => null);
  if (dieAt > 0) {
    // A death after the outcome was told is one too: the run's last commit comes before it.
    await first.kill();
    expect((await first.ended).signal).toBe("SIGKILL");
  }
  const next = dieAt > 0 ? await begin(at, 0) : first;
  const told = dieAt > 0 || early === null ? await deploy(at, next) : early;
  const deploys = readDeploys(at);
  return { told, deploys, points: await pointsOf(next) };
}

const readDeploys = ({ folder }: Place) => {
  try {
    return readFileSync(join(folder, "world.log"), "utf8");
  } catch {
    return "";
  }
};

test("at every point, of a tool that can tell whether it ran", async () => {
  const whole = await toldAfter(0, true);
  expect(textOf(whole.told)).toBe("deployed v1");
  const points = Array.from({ length: whole.points }, (_, index) => index + 1);
  expect(points.length).toBeGreaterThanOrEqual(12);
  await inLanes(2, points, async (next) => {
    for (let dieAt = next(); dieAt !== undefined; dieAt = next()) {
      const { told, deploys } = await toldAfter(dieAt, true);
      expect({ dieAt, text: textOf(told), deploys }).toEqual({
        dieAt,
        text: "deployed v1",
        deploys: "deploy v1\n",
      });
    }
  });
});

/** The commits of launch, card and approval come before the intent, at two points each. */
const beforeIntent = 7;

test("of a tool that can't tell, the client is told of the doubt, and nothing is run again", async () => {
  const whole = await toldAfter(0, false);
  expect(textOf(whole.told)).toBe("deployed v1");
  const points = Array.from({ length: whole.points - beforeIntent + 1 }, (_, index) => beforeIntent + index);
  const doubts: number[] = [];
  await inLanes(2, points, async (next) => {
    for (let dieAt = next(); dieAt !== undefined; dieAt = next()) {
      const { told, deploys } = await toldAfter(dieAt, false);
      const isDoubt = textOf(told).startsWith("It is not known whether deploy ran");
      if (isDoubt) doubts.push(dieAt);
      else
        expect({ dieAt, text: textOf(told), deploys }).toEqual({
          dieAt,
          text: "deployed v1",
          deploys: "deploy v1\n",
        });
      expect(deploys.match(/deploy/g)?.length ?? 0).toBeLessThanOrEqual(1);
    }
  });
  // Once the intent is written, until the outcome is.
  expect(doubts.sort((a, b) => a - b)).toEqual(points.slice(1, -1));
});

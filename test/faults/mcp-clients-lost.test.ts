/**
 * A client of the MCP server dies, or loses its connection, anywhere between its call and the outcome: the call is run
 * once, and the next client finds the outcome by the key.
 */
import { expect, onTestFinished, test } from "vitest";
import { startChild } from "../support/child.ts";
import { lineTo } from "../support/cuttable.ts";
import { approve, asked, settle } from "../support/deployment.ts";
import { listeningBot } from "../support/http/bot.ts";
import { officialClient, type Told, textOf } from "../support/http/mcp.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";
import { deployment } from "../support/undoable.ts";

const stages = ["sent", "at the card", "at work", "with the outcome"] as const;
const args = { version: "v1", idempotency_key: "from-the-laptop", wait_s: 50 };

/** A bot whose deployment goes on until it is let go. */
async function start() {
  const begun = Promise.withResolvers<void>();
  const letGo = Promise.withResolvers<void>();
  const { done, tool } = deployment({
    undo: () => null,
    run: async ({ version }) => {
      done.push(version);
      begun.resolve();
      await letGo.promise;
      return `deployed ${version}`;
    },
  });
  const config = { mcp: { tools: ["deploy"], agent: "default", speaksAt: null } };
  const { url, bot, stop } = await listeningBot({ model: scripted(finalAnswer("")), tools: [tool], config });
  onTestFinished(stop);
  return { url, bot, done, begun: begun.promise, letGo: letGo.resolve };
}
type Started = Awaited<ReturnType<typeof start>>;

async function runOf({ bot }: Started): Promise<string> {
  const [run, ...more] = await bot.store.runs({ limit: 5 });
  expect(more).toEqual([]);
  return run?.runId ?? "no run";
}

/** Plays the people and the tool until the call has come this far. */
async function comeTo(stage: (typeof stages)[number], started: Started): Promise<void> {
  if (stage === "sent") return;
  const runId = await runOf(started);
  const questionId = await asked(started.bot, runId);
  if (stage === "at the card") return;
  await settle(started.bot, runId, approve(questionId));
  await started.begun;
  if (stage === "at work") return;
  started.letGo();
  await started.bot.untilEnd(runId);
}

/** What is left of the way, however far it was; then the same call by another client. */
async function endsWell(started: Started): Promise<void> {
  const runId = await runOf(started);
  started.letGo();
  const state = await started.bot.until(
    runId,
    ({ questions, phase }) => questions.length > 0 || phase.at === "complete",
  );
  const [question] = state.questions;
  if (question) await settle(started.bot, runId, approve(question.id));
  const client = await officialClient(started.url, "secret-admin");
  const told = (await client.callTool({ name: "deploy", arguments: args })) as Told;
  expect(told).toMatchObject({ structuredContent: { id: runId, replayed: true, status: "complete" } });
  expect(textOf(told)).toBe("deployed v1");
  expect(started.done).toEqual(["v1"]);
  await runOf(started);
}

test.each(stages)("the client is killed, %s", async (stage) => {
  const started = await start();
  const client = startChild("test/faults/mcp-client-child.ts", [
    started.url,
    args.version,
    args.idempotency_key,
  ]);
  onTestFinished(() => client.kill());
  await client.says(/heard: run run_/);
  await comeTo(stage, started);
  if (stage === "with the outcome") await client.says(/told: .*deployed v1/);
  await client.kill();
  await endsWell(started);
});

test.each(stages)("the connection is cut, %s", async (stage) => {
  const started = await start();
  const line = await lineTo(started.url);
  onTestFinished(() => line.cut());
  const client = await officialClient(line.url, "secret-admin");
  const heard = Promise.withResolvers<void>();
  const call = client.callTool({ name: "deploy", arguments: args }, { onprogress: () => heard.resolve() });
  const lost = expect(call).rejects.toThrow();
  await heard.promise;
  // Whatever the server says from here on is lost on the way.
  line.hold();
  await comeTo(stage, started);
  line.cut();
  // The client would wait on until its time is over: a broken stream is no answer to it.
  await client.close();
  await lost;
  await endsWell(started);
});

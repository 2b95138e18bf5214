/** Files that a tool's result brings: stored before they are named, shown to people, told to the model by name. */
import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { type Tool, type ToolAttachment, WithAttachments } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { agent, startBot } from "../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

const bytes = Buffer.from("\u0089PNG and so on");
const hash = createHash("sha256").update(bytes).digest("hex");
const chart: ToolAttachment = { name: "chart.png", mediaType: "image/png", bytes, alt: "CPU rose" };

function drawing(...files: readonly ToolAttachment[]): Tool {
  return defineTool({
    name: "draw",
    description: "Draw.",
    effect: "read",
    input: z.object({}),
    run: () => new WithAttachments({ drawn: files.length }, files),
  });
}

async function ran(...files: readonly ToolAttachment[]) {
  const model = scripted(calling(call("draw", {}, "c1")), finalAnswer("done"));
  const bot = await startBot({ model, tools: [drawing(...files)] });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("draw it");
  const state = await bot.untilEnd(runId);
  const event = (await bot.store.read(runId)).find(({ type }) => type === "call_finished");
  return { bot, runId, state, event, told: JSON.stringify(model.requests[1]?.input) };
}

test("a picture is in the log by its hash, in the store by its bytes, in the thread as a post of its own", async () => {
  const { bot, runId, state, event, told } = await ran(chart);
  const attachment = { hash, name: "chart.png", mediaType: "image/png", size: bytes.length, alt: "CPU rose" };
  expect(event).toMatchObject({ output: '{"drawn":1}', attachments: [attachment] });
  expect(JSON.stringify(event)).not.toContain("PNG and so on");
  expect(Buffer.from((await bot.store.attachment(runId, hash))?.bytes ?? [])).toEqual(bytes);
  expect(narrate(state).find(({ key }) => key === `picture:${hash.slice(0, 16)}`)?.body).toMatchObject({
    summary: "draw: CPU rose",
    blocks: [{ type: "note" }, { type: "picture", picture: attachment }],
  });
  expect(told).toContain("[attached: chart.png (image/png, 15 bytes); people see it in the thread]");
});

test("any other file is kept for the console, and makes no post", async () => {
  const { state, event, told } = await ran({
    ...chart,
    name: "../../etc/pass\u202ewd",
    mediaType: "Image/SVG+xml",
  });
  expect(event).toMatchObject({ attachments: [{ name: "pass_wd", mediaType: "image/svg+xml" }] });
  expect(narrate(state).map(({ key }) => key)).toEqual(["progress"]);
  expect(told).toContain("people find it in the console");
});

test("what is too much is left out, and the model is told", async () => {
  const large = { ...chart, name: "large.png", bytes: Buffer.alloc(5_000_001) };
  const { event } = await ran(large, ...Array.from({ length: 8 }, () => chart));
  expect(event).toMatchObject({
    attachments: Array.from({ length: 7 }, () => expect.objectContaining({ hash })),
  });
  expect(event).toMatchObject({
    output: expect.stringContaining(
      "[left out: large.png, a file of over 5 MB]\n[left out: 1 more files; a call brings at most 8]",
    ),
  });
});

test("a run keeps no more than 50 MB of files", async () => {
  const files = Array.from({ length: 7 }, (_, index) => ({
    ...chart,
    bytes: Buffer.alloc(5_000_000, index),
  }));
  const model = scripted(calling(call("draw", {}), call("draw", {})), finalAnswer("done"));
  const bot = await startBot({
    model,
    tools: [{ ...drawing(...files), spec: { ...drawing().spec, effect: "idempotent" } }],
  });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("draw it");
  const { attachedBytes } = await bot.untilEnd(runId);
  expect(attachedBytes).toBe(50_000_000);
  const outputs = (await bot.store.read(runId)).flatMap((event) =>
    event.type === "call_finished" ? event.output : [],
  );
  expect(outputs.join()).toContain("[left out: 4 files; a run keeps at most 50 MB]");
});

test("calls that run side by side share the room of a run", async () => {
  const files = Array.from({ length: 7 }, (_, index) => ({
    ...chart,
    bytes: Buffer.alloc(5_000_000, index),
  }));
  const model = scripted(calling(call("draw", {}), call("draw", {})), finalAnswer("done"));
  const bot = await startBot({ model, tools: [drawing(...files)] });
  onTestFinished(() => bot.stop());
  const { attachedBytes } = await bot.untilEnd(await bot.launch("draw it"));
  expect(attachedBytes).toBe(50_000_000);
});

test("what a look at launch brings is kept, shown and told like that of a call", async () => {
  const model = scripted(finalAnswer("done"));
  const agents = [{ ...agent(), tools: ["draw", "final_answer"], prefetch: ["draw"] }];
  const bot = await startBot({ model, tools: [drawing(chart)], agents });
  onTestFinished(() => bot.stop());
  const runId = await bot.launch("look at it");
  const state = await bot.untilEnd(runId);
  const event = (await bot.store.read(runId)).find(({ type }) => type === "prefetched");
  expect(event).toMatchObject({ output: '{"drawn":1}', attachments: [{ hash, alt: "CPU rose" }] });
  expect(Buffer.from((await bot.store.attachment(runId, hash))?.bytes ?? [])).toEqual(bytes);
  expect(narrate(state).map(({ key }) => key)).toContain(`picture:${hash.slice(0, 16)}`);
  expect(state.attachedBytes).toBe(bytes.length);
  expect(JSON.stringify(model.requests[0]?.input)).toContain("[attached: chart.png (image/png, 15 bytes)");
});

test("a secret in a name or in the words is taken out; a media type that is none is bytes", async () => {
  const { createToolbox } = await import("../../src/tools/toolbox.ts");
  const redact = (text: string) => text.replaceAll("hunter2", "…");
  const file = { ...chart, name: "hunter2.png", alt: "of hunter2", mediaType: "text/html; charset=x" };
  const toolbox = createToolbox([drawing(file)], { redact });
  const context = { runId: "r", callId: "c", key: "k", epoch: 1, signal: new AbortController().signal };
  expect(await toolbox.run("draw", {}, context)).toMatchObject({
    attachments: [{ name: "_.png", alt: "of …", mediaType: "application/octet-stream" }],
  });
});

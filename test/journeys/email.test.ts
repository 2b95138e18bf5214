/**
 * A mail's whole way on the real engine and store: request by SMTP, question and outcome by SMTP, answered by a reply.
 */
import { expect, onTestFinished, test } from "vitest";
import { agent, type BotOptions } from "../support/bot.ts";
import { eml } from "../support/mail/bench.ts";
import { type MailBot, mailBot, replyTo } from "../support/mail/bot.ts";
import { ask, call, calling, finalAnswer, type ScriptedModel, scripted } from "../support/model/scripted.ts";

async function start(model: ScriptedModel, more: Partial<BotOptions> = {}): Promise<MailBot> {
  const desk = await mailBot(model, more);
  onTestFinished(() => desk[Symbol.asyncDispose]());
  return desk;
}

function replyWith(words: string, id: string): string {
  return eml("thunderbird-bottom-posted")
    .toString()
    .replace("v1.2.4, after lunch", words)
    .replace("<tb2@", `<${id}@`);
}

test("a request, two questions answered by their replies in the other order, one outcome", async () => {
  const model = scripted(calling(ask("Which version?"), ask("Which service?")), finalAnswer("Deployed."));
  const { bot, world, send } = await start(model);
  await send(eml("attachment"));
  const questions = [await world.nth(1), await world.nth(2)];
  const about = (what: string) => {
    const mail = questions.find(({ text }) => text?.includes(what));
    if (!mail) throw new Error(`no mail asks ${what}`);
    return mail;
  };
  const [row] = await bot.store.runs({ limit: 1 });
  const runId = row?.runId ?? "";

  await send(replyWith("payments", "a1"), { to: replyTo(about("Which service?")) });
  await send(replyWith("v1.2.4", "a2"), { to: replyTo(about("Which version?")) });
  await bot.untilEnd(runId);
  const answers = (await bot.engine.events(runId)).flatMap((event) =>
    event.type === "question_answered" ? [[event.answer, event.from.principal]] : [],
  );
  expect(answers).toEqual([
    ["payments", "email:dana@example.com"],
    ["v1.2.4", "email:dana@example.com"],
  ]);
  const outcome = await world.nth(3);
  expect(outcome.text).toContain("Deployed.");
  expect(outcome.inReplyTo).toBe("<a2@example.com>");
  const state = await bot.engine.state(runId);
  expect(state?.readUntrusted).toBe(true);

  // Too late: told so, in private, and nothing changes.
  await send(replyWith("v9", "a3"), { to: replyTo(about("Which version?")) });
  expect((await world.nth(4)).text).toMatch(/Already answered by you at .*What stands: "v1\.2\.4"/s);
});

test("a reply to the outcome goes on in a new run of the same thread", async () => {
  const { bot, world, send } = await start(scripted(finalAnswer("It is the disk."), finalAnswer("Cleaned.")));
  await send(eml("attachment"));
  const outcome = await world.nth(1);
  await send(replyWith("Then clean it.", "b1"), { to: replyTo(outcome) });
  expect((await world.nth(2)).text).toContain("Cleaned.");
  const rows = await bot.store.runs({ limit: 10 });
  expect(rows.map(({ task }) => task).sort()).toEqual([
    "Read this log\n\nWhy does the deploy fail?",
    "Then clean it.",
  ]);
  expect(new Set(rows.map(({ address }) => address)).size).toBe(1);
});

test("each step limit is a mail of its own that says so, and a reply to it lets the run go on", async () => {
  const add = (a: number) => calling(call("add", { a, b: 1 }));
  const model = scripted(add(1), add(2), finalAnswer("Three."));
  const known = agent();
  const agents = [{ ...known, limits: { ...known.limits, steps: 1 } }];
  const { bot, world, send } = await start(model, { agents });
  await send(eml("attachment"));
  const first = await world.nth(1);
  expect(first.text).toContain("step limit reached");
  expect(first.text).not.toContain("running");
  expect(first.text).toContain("Reply to this mail and the run goes on");
  await send(replyWith("Go on, but quickly.", "c1"), { to: replyTo(first) });
  // The same mail again is the same word.
  await send(replyWith("Go on, but quickly.", "c1"), { to: replyTo(first) });

  const second = await world.nth(2);
  expect(second.text).toContain("step limit reached");
  expect(second.messageId).not.toBe(first.messageId);
  await send(replyWith("And again.", "c2"), { to: replyTo(second) });
  expect((await world.nth(3)).text).toContain("Three.");
  const [row] = await bot.store.runs({ limit: 10 });
  const events = await bot.engine.events(row?.runId ?? "");
  expect(events.flatMap((event) => (event.type === "heard" ? [event.text] : []))).toEqual([
    "Go on, but quickly.",
    "And again.",
  ]);
  expect(events.filter(({ type }) => type === "resumed")).toHaveLength(2);
});

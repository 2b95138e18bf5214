/** Replies to mailed questions: which question they answer, whose answer counts, and what is asked again. */
import { expect, test } from "vitest";
import {
  asks,
  delivery,
  eml,
  envelope,
  launchedBy,
  type MailBench,
  mailBench,
  mailbox,
} from "../../support/mail/bench.ts";
import { relay } from "../../support/mail/world.ts";

/** A run with questions mailed out, and their mails. */
async function asked(b: MailBench, ...kinds: Parameters<typeof asks>[3][]) {
  const { launch, runId } = await launchedBy(b, "attachment");
  const address = launch.addresses[0] ?? "";
  b.inlet.setRun(runId, { status: "waiting_human_input" });
  for (const [i, kind] of kinds.entries()) {
    const { body, row } = asks(runId, `q${i + 1}`, `Question number ${i + 1}?`, kind);
    b.inlet.addQuestion(row);
    await b.channel.post(delivery(runId, address, `question:q${i + 1}`, { body }));
  }
  return { runId, address, mails: b.world.mails.slice(-kinds.length) };
}

/** A reply in a client's style, aimed at one of our mails by address or by header. */
function reply(name: string, headers: Record<string, string>, id: string): string {
  const raw = eml(name)
    .toString("latin1")
    .replace(/^Message-I[Dd]: .*$/m, `Message-ID: <${id}@example.com>`);
  const more = Object.entries(headers).map(([key, value]) => `${key}: ${value}\n`);
  return raw.replace(/^From:/m, `${more.join("")}From:`);
}

const tokenOf = (mail: { replyTo?: { value: { address?: string }[] } | undefined }) =>
  mail.replyTo?.value[0]?.address ?? "";

test("of two open questions the one whose address is replied to is answered", async () => {
  await using b = await mailBench();
  const { runId, mails } = await asked(b, "ask", "ask");
  const [, second] = mails;
  if (!second) throw new Error("no mail");
  await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r1"), "latin1"), {
    from: "dana@example.com",
    to: tokenOf(second),
  });
  expect(b.inlet.commands).toMatchObject([
    {
      runId,
      command: {
        type: "provide_input",
        questionId: "q2",
        answer: "Take v1.2.4, please. Grüße",
        actor: { principal: "email:dana@example.com", kind: "machine" },
      },
    },
  ]);
});

test("without the address, In-Reply-To names the question; without that, References from the right", async () => {
  await using b = await mailBench();
  const { mails } = await asked(b, "ask", "ask");
  const [first, second] = mails.map((mail) => mail.messageId ?? "");
  const byHeader = reply("thunderbird-bottom-posted", { "In-Reply-To": first ?? "" }, "r2");
  await relay(b.port, Buffer.from(byHeader, "latin1"), envelope);
  const byReferences = reply(
    "outlook-top-posted",
    { References: `<att6@example.com> ${first} ${second} <other@x.example>` },
    "r3",
  );
  await relay(b.port, Buffer.from(byReferences, "latin1"), envelope);
  const answers = b.inlet.commands.map(
    ({ command }) => command.type === "provide_input" && [command.questionId, command.answer],
  );
  expect(answers).toEqual([
    ["q1", "v1.2.4, after lunch"],
    ["q2", "Take v1.2.4 – it’s tested."],
  ]);
});

test("a choice with a full stop and a closing is that choice", async () => {
  await using b = await mailBench();
  const { runId, mails } = await asked(b, "stuck");
  const { row } = asks(runId, "q1", "What now?", "stuck");
  const choices = ["go_on", "stop"].map((value) => ({ value, label: value }));
  b.inlet.addQuestion({ ...row, question: { ...row.question, choices } });
  const [question] = mails;
  if (!question) throw new Error("no mail");
  const raw = reply("thunderbird-bottom-posted", {}, "r13").replace(
    "v1.2.4, after lunch",
    "Stop.\n\nBest regards,\nDana",
  );
  await relay(b.port, Buffer.from(raw, "latin1"), { from: "dana@example.com", to: tokenOf(question) });
  expect(b.inlet.commands).toMatchObject([{ command: { type: "provide_input", answer: "stop" } }]);
});

test("the address wins over the headers", async () => {
  await using b = await mailBench();
  const { mails } = await asked(b, "ask", "ask");
  const [first, second] = mails;
  if (!first || !second) throw new Error("no mail");
  const raw = reply("gmail-top-posted", { "In-Reply-To": first.messageId ?? "" }, "r4");
  await relay(b.port, Buffer.from(raw, "latin1"), { from: "dana@example.com", to: tokenOf(second) });
  expect(b.inlet.commands[0]?.command).toMatchObject({ questionId: "q2" });
});

test("the subject alone answers nothing: it starts a run", async () => {
  await using b = await mailBench();
  await asked(b, "ask");
  await relay(b.port, eml("gmail-top-posted"), envelope);
  expect(b.inlet.commands).toHaveLength(0);
  expect(b.inlet.launches).toHaveLength(2);
});

test("a token in another's hands, or a made-up one, answers nothing", async () => {
  await using b = await mailBench([mailbox({ allow: ["@example.com"] })]);
  const { mails } = await asked(b, "ask");
  const [first] = mails;
  if (!first) throw new Error("no mail");
  const eve = reply("gmail-top-posted", {}, "r5").replace("dana@example.com", "eve@example.com");
  await relay(b.port, Buffer.from(eve, "latin1"), { from: "eve@example.com", to: tokenOf(first) });
  expect(b.inlet.auditRows.at(-1)).toMatchObject({ rule: "unexpected_sender" });
  const guessed = `agent+${"0".repeat(32)}@belay.example`;
  await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r6"), "latin1"), {
    from: "dana@example.com",
    to: guessed,
  });
  expect(b.inlet.commands).toHaveLength(0);
});

test.each(["doubt", "budget"] as const)("the mail of a %s asks for no answer by mail", async (kind) => {
  await using b = await mailBench();
  const { mails } = await asked(b, kind);
  expect(mails[0]?.text).not.toMatch(/reply/i);
});

test("an approval is not taken by mail: the sender gets the console's link", async () => {
  await using b = await mailBench();
  const { runId, mails } = await asked(b, "approval");
  const [question] = mails;
  if (!question) throw new Error("no mail");
  expect(question.text).toContain("Approvals are not taken by mail");
  await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r7"), "latin1"), {
    from: "dana@example.com",
    to: tokenOf(question),
  });
  expect(b.inlet.commands).toHaveLength(0);
  const told = await b.world.nth(2);
  expect(told.text).toContain(`https://belay.example/runs/${runId}`);
});

test("an empty reply is asked again, and the next reply counts", async () => {
  await using b = await mailBench();
  const { mails } = await asked(b, "ask");
  const [question] = mails;
  if (!question) throw new Error("no mail");
  await relay(b.port, Buffer.from(reply("empty-reply", {}, "r8"), "latin1"), {
    from: "dana@example.com",
    to: tokenOf(question),
  });
  expect(b.inlet.commands).toHaveLength(0);
  const again = await b.world.nth(2);
  expect(again.text).toContain("write your answer above");
  await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r9"), "latin1"), {
    from: "dana@example.com",
    to: tokenOf(again),
  });
  expect(b.inlet.commands).toMatchObject([{ command: { questionId: "q1" } }]);
});

test("a refused answer is told to its sender with the reason", async () => {
  await using b = await mailBench();
  const { mails } = await asked(b, "ask");
  const [question] = mails;
  if (!question) throw new Error("no mail");
  b.inlet.refuseWith("already_answered");
  await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r10"), "latin1"), {
    from: "dana@example.com",
    to: tokenOf(question),
  });
  expect((await b.world.nth(2)).text).toContain("refused: already_answered");
});

test("a reply to the outcome goes on in a new run of the same thread; to a working run it is told", async () => {
  await using b = await mailBench();
  const { launch, runId } = await launchedBy(b, "attachment");
  const address = launch.addresses[0] ?? "";
  await b.channel.post(delivery(runId, address, "answer"));
  const outcome = await b.world.nth(1);
  await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r11"), "latin1"), {
    from: "dana@example.com",
    to: tokenOf(outcome),
  });
  expect(b.inlet.commands).toMatchObject([{ runId, command: { type: "say" } }]);
  b.inlet.setRun(runId, { status: "complete" });
  await relay(b.port, Buffer.from(reply("gmail-top-posted", {}, "r12"), "latin1"), {
    from: "dana@example.com",
    to: tokenOf(outcome),
  });
  expect(b.inlet.launches.at(-1)?.launch).toMatchObject({
    addresses: [address],
    follows: { runId, outcome: "complete" },
  });
});

/** What a mail means by its addressees and its words: every combination that decides, one row each. */
import { expect, test } from "vitest";
import type { ParsedMail } from "../../../adapters/email/inbound.ts";
import { type Answered, meaningOf } from "../../../adapters/email/meaning.ts";
import type { Question } from "../../../src/core/question.ts";

const own = ["ops+agent@belay.example", "agent@belay.example"];
const us = "Belay <Agent@belay.example>";
const withToken = "agent+0123456789abcdef0123456789abcdef@belay.example";

function mailOf(to: string, cc: string | null, words: string, isReply = true): ParsedMail {
  const headers = [{ key: "to", value: to }, ...(cc === null ? [] : [{ key: "cc", value: cc }])];
  return {
    headers,
    from: [{ address: "dana@example.com", name: "Dana" }],
    ...{ messageId: "m1@example.com", inReplyTo: isReply ? "m0@example.com" : null, references: [] },
    ...{ subject: "db7", own: words, quoted: "", digest: "", attachments: [] },
  };
}

function answering(status: Answered["run"]["status"], kind?: Question["kind"]): Answered {
  if (kind === undefined) return { run: { status }, questionId: null, question: null };
  const question: Question = {
    ...{ id: "q1", kind, callId: null, text: "Which disk?", context: null, choices: [] },
    ...{ freeText: true, audience: ["requester"], call: null, need: 1 },
  };
  return {
    run: { status },
    questionId: "q1",
    question: { runId: "run_1", question, askedAt: 0, settledAt: null },
  };
}

const addressees: [string, string | null, string][] = [
  [us, null, "launch"],
  [us, "eve@example.com", "launch"],
  [`eve@example.com, ${us}`, null, "launch"],
  ["ops+agent@belay.example", "agent@belay.example", "launch"],
  // An alias that leads here, and a blind copy: nothing says that it was meant for others.
  ["oncall@example.com", null, "launch"],
  ["undisclosed-recipients:;", us, "launch"],
  // To oneself and the copies to those who are meant.
  ["Dana <dana@example.com>", us, "launch"],
  ["dana@example.com, eve@example.com", us, "ignore"],
  ["eve@example.com", us, "ignore"],
  ["eve@example.com, kim@example.com", withToken, "ignore"],
];

test.each(addressees)("to %s, cc %s: %s", (to, cc, meaning) => {
  expect(meaningOf(mailOf(to, cc, "What is full?"), own, null).type).toBe(meaning);
});

test.each([
  ["where the own address has a plus", "ops+agent@belay.example"],
  ["of a mailbox that is written large", "OPS+Agent@Belay.example"],
])("a reply address with a token is ours, %s", (_, address) => {
  const only = [address.toLowerCase()];
  const reply = address.replace("@", "+0123456789abcdef0123456789abcdef@");
  expect(meaningOf(mailOf(reply, address, "db7"), only, null).type).toBe("launch");
  expect(meaningOf(mailOf("eve@example.com", reply, "db7"), only, null).type).toBe("ignore");
  expect(meaningOf(mailOf("ops@belay.example", address, "db7"), only, null).type).toBe("ignore");
});

const words: [string, Answered | null, string][] = [
  ["What is full?", null, "launch"],
  ["Thanks!\nDana", null, "react"],
  ["Stop, please.", null, "stop"],
  ["What is full?", answering("running"), "steer"],
  ["What is full?", answering("complete"), "follow_up"],
  ["Thank you", answering("complete"), "react"],
  ["👍", answering("complete"), "react"],
  ["Stop", answering("running"), "stop"],
  ["db7", answering("waiting_human_input", "ask"), "answer"],
  ["thanks", answering("waiting_human_input", "ask"), "react"],
  ["No, thanks.\nDana", answering("waiting_human_input", "ask"), "answer"],
  ["No, thanks.\nDana", answering("complete"), "react"],
  ["Stop.\n\nBest regards,\nDana", answering("waiting_human_input", "ask"), "stop"],
  // Too late: the run says so, and nothing begins anew.
  ["db7", answering("complete", "ask"), "answer"],
  ["go on", answering("waiting_human_input", "stuck"), "answer"],
  ...(["approval", "doubt", "budget"] as const).flatMap((kind): [string, Answered, string][] => [
    ["yes", answering("waiting_human_input", kind), "press"],
    ["What is that?", answering("waiting_human_input", kind), "press"],
    ["thanks", answering("waiting_human_input", kind), "react"],
    ["stop", answering("waiting_human_input", kind), "stop"],
  ]),
];

test.each(words)("%j, in answer to %j: %s", (said, answered, meaning) => {
  expect(meaningOf(mailOf(us, null, said), own, answered).type).toBe(meaning);
});

test("what begins a thread is a task, whatever its words", () => {
  for (const said of ["stop", "thanks", "👍"])
    expect(meaningOf(mailOf(us, null, said, false), own, null).type).toBe("launch");
});

test.each(["FW: db7 is full", "Fwd: db7 is full", "WG: db7 is full"])(
  "a forward with nothing but a closing is a task: %s",
  (subject) => {
    const mail = { ...mailOf(us, null, "Thanks,\nDana"), subject };
    expect(meaningOf(mail, own, null).type).toBe("launch");
    expect(meaningOf({ ...mail, subject: `RE: ${subject}` }, own, null).type).toBe("react");
  },
);

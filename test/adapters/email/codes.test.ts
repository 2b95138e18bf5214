/** Every reply that mail servers document, at each stage where it may come, in its class: through the real client. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Mailer, smtpMailer } from "../../../adapters/email/send.ts";
import { ChannelError, type SendFailure } from "../../../src/core/ports/channel-error.ts";
import { type ScriptedMailServer, type SmtpStage, scriptedMailServer } from "../../support/mail/scripted.ts";

let server: ScriptedMailServer;
let mailer: Mailer;
beforeAll(async () => {
  server = await scriptedMailServer();
  mailer = smtpMailer(server.url, { name: "Belay", address: "agent@belay.example" });
});
afterEach(() => server.agree());
afterAll(async () => {
  mailer.close();
  await server.close();
});

const mail = {
  to: "dana@example.com",
  subject: "Re: disk",
  text: "The disk is full.",
  html: "<p>The disk is full.</p>",
  messageId: "m1@belay.example",
  replyTo: "agent+1@belay.example",
  references: [],
};

interface Row {
  stage: SmtpStage;
  reply: string;
  type: string;
}

async function meaning(stage: SmtpStage, reply: string): Promise<SendFailure> {
  // A client that meets no EHLO tries HELO.
  server.answer(stage, reply, 2);
  const error = await mailer.send(mail).catch((thrown: unknown) => thrown);
  if (error instanceof ChannelError) return error.failure;
  throw new Error(`no ChannelError: ${String(error)}`);
}

async function classOf(stage: SmtpStage, reply: string): Promise<string> {
  const failure = await meaning(stage, reply);
  return failure.type === "place" && failure.gone ? "gone" : failure.type;
}

const words = (list: string) => list.split(/\s+/).filter((word) => word !== "");

/** RFC 5321 (4.2.3), 1870, 3207, 4954, 5248, 7504: every code of a failure, without an enhanced one. */
const bare: Record<SmtpStage, Record<string, string>> = {
  greeting: { way: "421 450 454 521 550 554" },
  hello: { way: "421 451 500 501 502 504 550 554" },
  sender: {
    way: "421 450 451 452 454 455 500 501 502 503 504 523 525 530 534 535 538 550 551 553 554 555",
    body: "552",
  },
  recipient: {
    way: "421 450 451 452 454 455 500 502 503 504 523 525 530 534 535 538",
    place: "501 521 550 551 552 553 554 555 559",
    gone: "556",
  },
  data: { way: "421 450 451 452 500 502 503 504", place: "501 550 552 554" },
  message: { way: "421 450 451 452 454 500 503 530", body: "550 552 554 559" },
};

const bareRows: Row[] = Object.entries(bare).flatMap(([stage, classes]) =>
  Object.entries(classes).flatMap(([type, codes]) =>
    words(codes).map((code) => ({ stage: stage as SmtpStage, reply: `${code} no`, type })),
  ),
);

/** The register of enhanced codes that RFC 5248 began: subject and detail. What is not here follows the stage. */
const details: Record<string, string> = {
  gone: "1.1 1.2 1.3 1.6 1.10 7.17 7.18",
  place: "1.0 1.4 1.5 1.9 2.0 2.1 2.2 2.4 4.0 4.1 4.2 4.3 4.4 4.5 4.6 4.7 6.7 6.8 6.9 6.10 7.2 7.19",
  body: "2.3 3.4 6.0 6.1 6.2 6.3 6.4 6.5 6.6 7.16",
  way: `1.7 1.8 3.1 3.2 3.3 3.5 3.6 5.1 5.3 5.5 5.6 7.3 7.4 7.5 7.6 7.7 7.8 7.9 7.10 7.11 7.12 7.13 7.14 7.15
    7.20 7.21 7.22 7.23 7.24 7.25 7.26 7.27 7.28 7.29 7.30`,
};
const followTheStage = "0.0 3.0 5.0 5.2 5.4 7.0 7.1 7.99 9.9";

const enhancedRows: Row[] = Object.entries(details).flatMap(([type, list]) =>
  words(list).flatMap((detail) => [
    { stage: "recipient", reply: `550 5.${detail} no`, type },
    { stage: "message", reply: `554 5.${detail} no`, type },
    // Of the sender only the size counts: whatever else is wrong there is ours to mend.
    { stage: "sender", reply: `550 5.${detail} no`, type: type === "body" ? "body" : "way" },
    { stage: "recipient", reply: `450 4.${detail} no`, type: detail === "2.2" ? "place" : "way" },
  ]),
);

const stageRows: Row[] = words(followTheStage).flatMap((detail) => [
  { stage: "recipient", reply: `550 5.${detail} no`, type: "place" },
  { stage: "message", reply: `550 5.${detail} no`, type: "body" },
  { stage: "sender", reply: `550 5.${detail} no`, type: "way" },
]);

/** As servers that many people use say it. */
const met: Row[] = [
  { stage: "recipient", reply: "452 4.2.2 The recipient's inbox is out of storage space", type: "place" },
  { stage: "recipient", reply: "552 5.2.2 Mailbox full", type: "place" },
  {
    stage: "recipient",
    reply: "550-5.1.1 The account that you tried to reach does not exist.",
    type: "gone",
  },
  { stage: "recipient", reply: "501 5.1.3 Bad recipient address syntax", type: "gone" },
  { stage: "recipient", reply: "550 5.4.1 Recipient address rejected: Access denied", type: "place" },
  { stage: "recipient", reply: "553 5.7.1 Sender address rejected: not owned by user", type: "place" },
  { stage: "recipient", reply: "450 4.2.0 Greylisted, try again", type: "way" },
  { stage: "recipient", reply: "454 4.7.1 Relay access denied", type: "way" },
  { stage: "sender", reply: "530 5.7.0 Must issue a STARTTLS command first", type: "way" },
  { stage: "sender", reply: "552 5.3.4 Message size exceeds fixed limit", type: "body" },
  { stage: "message", reply: "421 4.7.28 Unusual rate of mail from this address", type: "way" },
  { stage: "message", reply: "552 5.3.4 Your message is too big", type: "body" },
  { stage: "message", reply: "550 5.7.1 Message rejected due to content", type: "body" },
  {
    stage: "message",
    reply: "550 5.7.26 Unauthenticated mail from belay.example is not accepted",
    type: "way",
  },
];

const tables: [string, Row[]][] = [
  ["codes alone", bareRows],
  ["enhanced codes that say alone what is meant", enhancedRows],
  ["enhanced codes that mean what they answer", stageRows],
  ["replies of servers that many people use", met],
];

test.each(tables)("%s", async (_, rows) => {
  const found: Row[] = [];
  for (const { stage, reply } of rows) {
    const whole = reply.startsWith("550-") ? `${reply}\r\n550 5.1.1 Please check it.` : reply;
    found.push({ stage, reply, type: await classOf(stage, whole) });
  }
  expect(found).toEqual(rows);
});

describe("without a reply", () => {
  test("an address that is none is not sent to: its place is at fault, not the words", async () => {
    const error = await mailer.send({ ...mail, to: "" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failure: { type: "place", gone: false } });
  });

  test("a server that is not there is the way; nothing was sent", async () => {
    const absent = await scriptedMailServer();
    await absent.close();
    const lost = smtpMailer(absent.url, { name: "Belay", address: "agent@belay.example" });
    const error = await lost.send(mail).catch((thrown: unknown) => thrown);
    lost.close();
    expect(error).toMatchObject({ failure: { type: "way" } });
  });
});

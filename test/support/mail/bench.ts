/** An e-mail channel on a memory inlet, with a mail server behind it and a listener before it. */
import { readFileSync } from "node:fs";
import { type EmailChannel, emailChannel } from "../../../adapters/email/channel.ts";
import type { EmailChannelOptions, MailboxOptions } from "../../../adapters/email/options.ts";
import type { Block, Message } from "../../../src/core/message.ts";
import type { Delivery } from "../../../src/core/ports/channel.ts";
import type { QuestionRow } from "../../../src/core/ports/runs.ts";
import { questionWith } from "../question.ts";
import { type MemoryInlet, memoryInlet } from "../webhook/inlet.ts";
import { type MailWorld, mailWorld, relay } from "./world.ts";

export const mailClock = {
  at: Date.parse("2026-11-20T09:00:00Z"),
  now: () => mailClock.at,
  steady: () => mailClock.at,
};

export function mailbox(change: Partial<MailboxOptions> = {}): MailboxOptions {
  return {
    name: "smtp",
    address: "agent@belay.example",
    source: { kind: "smtp" },
    secretEnv: null,
    agent: "helper",
    allow: ["dana@example.com"],
    authservId: "mx.example.com",
    receipt: false,
    speaksAt: null,
    ...change,
  };
}

/** How a channel is set up that sends to this server; the clock and the log are the caller's. */
export function mailOptions(
  { url }: Pick<MailWorld, "url">,
  mailboxes: MailboxOptions[],
): Omit<EmailChannelOptions, "clock" | "log"> {
  return {
    mailboxes,
    secrets: {},
    budgets: null,
    smtpUrl: url,
    from: { name: "Belay", address: "agent@belay.example" },
    tokenKey: Buffer.alloc(32, 9),
    listener: { host: "127.0.0.1", port: 0, lmtp: false },
    runUrl: (runId) => `https://belay.example/runs/${runId}`,
    fetchText: () => Promise.reject(new Error("nothing to fetch")),
  };
}

export interface MailBench extends AsyncDisposable {
  channel: EmailChannel;
  inlet: MemoryInlet;
  world: MailWorld;
  port: number;
  logged: string[];
}

export async function mailBench(
  mailboxes: MailboxOptions[] = [mailbox()],
  change: Partial<EmailChannelOptions> = {},
  inlet = memoryInlet(),
): Promise<MailBench> {
  const world = await mailWorld();
  const logged: string[] = [];
  const keep = (_: object, message: string) => void logged.push(message);
  const channel = emailChannel({
    ...mailOptions(world, mailboxes),
    clock: mailClock,
    log: { info: keep, warn: keep },
    ...change,
  });
  await channel.start(inlet);
  return {
    channel,
    inlet,
    world,
    port: channel.listenerPort ?? 0,
    logged,
    async [Symbol.asyncDispose]() {
      await channel.stop();
      await world.close();
    },
  };
}

/** Of the one listed person, to the mailbox. */
export const envelope = { from: "dana@example.com", to: "agent@belay.example" };

/** The launch that a mail among the fixtures asks for. */
export async function launchedBy(b: MailBench, name: string) {
  await relay(b.port, eml(name), envelope);
  const launch = b.inlet.launches.at(-1);
  if (!launch) throw new Error(`dropped: ${JSON.stringify(b.inlet.auditRows)}`);
  return launch;
}

export function eml(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/email/${name}.eml`, import.meta.url));
}

export function delivery(
  runId: string,
  address: string,
  key: string,
  change: Partial<Delivery> = {},
): Delivery {
  return {
    id: `${runId}/${key}@${address}`,
    runId,
    key,
    address,
    body: says("Working on it."),
    revision: 1,
    remoteId: null,
    uncertain: false,
    createdAt: 0,
    ...change,
  };
}

export function says(text: string | null): Message {
  const blocks: Block[] = text === null ? [] : [{ type: "text", markdown: text, foreign: true }];
  return { summary: "Read this log — done", blocks };
}

/** A question as it is narrated, and as the store knows it. */
export function asks(
  runId: string,
  id: string,
  text: string,
  kind: QuestionRow["question"]["kind"] = "ask",
): { body: Message; row: QuestionRow } {
  const offered = kind === "approval" ? (["approve", "refuse"] as const) : (["reply"] as const);
  const buttons = offered.map((action) => {
    return { action, label: "Reply…", style: "plain" as const, runId, questionId: id };
  });
  const body: Message = {
    summary: `Question: ${text}`,
    blocks: [
      {
        type: "heading",
        text: "Question",
        note: ["for ", { person: { principal: "email:dana@example.com", name: "dana" } }],
      },
      { type: "text", markdown: text, foreign: false },
      { type: "actions", buttons },
    ],
  };
  const question = questionWith({ id, kind, text, audience: ["requester"] });
  return { body, row: { runId, question, askedAt: 0, settledAt: null } };
}

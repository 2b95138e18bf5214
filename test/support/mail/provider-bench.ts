/** A channel with a mailbox at each provider, for the tests of a file, and what is delivered to it. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import type { MailSource } from "../../../adapters/email/options.ts";
import { type MailBench, mailBench, mailbox, mailClock } from "./bench.ts";
import { type Sent, secrets, sns, topic } from "./providers.ts";

const sources: MailSource[] = [
  { kind: "raw" },
  { kind: "postmark" },
  { kind: "mailgun" },
  { kind: "sendgrid" },
  { kind: "ses", topicArns: [topic] },
];

export function providerBench() {
  let bench: MailBench;
  const fetched: string[] = [];

  beforeAll(async () => {
    const mailboxes = sources.map((source) =>
      mailbox({
        name: source.kind,
        source,
        secretEnv: source.kind === "ses" ? null : source.kind.toUpperCase(),
      }),
    );
    bench = await mailBench(mailboxes, {
      secrets,
      listener: null,
      fetchText: async (url) => {
        fetched.push(url);
        return sns.certificate;
      },
    });
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  /** Each test has its own hour: what one sender may start in one is tested elsewhere. */
  beforeEach(() => {
    mailClock.at += 3_600_000;
  });

  return {
    get bench() {
      return bench;
    },
    /** Addresses that the channel has visited. */
    fetched,
    async deliver(
      name: string,
      { body, headers }: Sent,
    ): Promise<{ status: number; body: Record<string, unknown> }> {
      const request = new Request(`https://belay.example/mail/${name}`, { method: "POST", body, headers });
      const response = await bench.channel.handle(request);
      if (!response) throw new Error("not a mail path");
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

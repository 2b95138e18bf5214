/** The mail part of the configuration, as people write it, → mailboxes as the channel reads them. Pure. */
import type { Address } from "../../src/core/actor.ts";
import type { MailboxOptions, MailSource } from "./options.ts";

export interface MailSettings {
  from: string;
  inbound: readonly {
    name: string;
    provider: "raw" | "postmark" | "mailgun" | "sendgrid" | "ses";
    /** For ses the variable holds the topic's ARN, or several with commas between. */
    secretEnv: string;
    agent: string;
  }[];
  allow: readonly string[];
  listener: { port: number; agent: string } | null;
  /** See MailboxOptions; the same for all mailboxes. */
  authservId?: string | null;
  receipt?: boolean;
  speaksAt?: Address | null;
}

export function mailboxesOf(
  mail: MailSettings,
  secrets: Readonly<Record<string, string | undefined>>,
): MailboxOptions[] {
  const common = {
    address: mail.from,
    allow: mail.allow,
    authservId: mail.authservId ?? null,
    receipt: mail.receipt ?? false,
    speaksAt: mail.speaksAt ?? null,
  };
  const boxes = mail.inbound.map(({ name, provider, secretEnv, agent }): MailboxOptions => {
    const topicArns = (secrets[secretEnv] ?? "").split(",").map((arn) => arn.trim());
    return { ...common, name, agent, secretEnv, source: sourceOf(provider, topicArns) };
  });
  if (!mail.listener) return boxes;
  const { agent } = mail.listener;
  return [...boxes, { ...common, name: "listener", agent, secretEnv: null, source: { kind: "smtp" } }];
}

function sourceOf(
  provider: MailSettings["inbound"][number]["provider"],
  topicArns: readonly string[],
): MailSource {
  switch (provider) {
    case "raw":
      return { kind: "raw" };
    case "ses":
      return { kind: "ses", topicArns: topicArns.filter((arn) => arn !== "") };
    default:
      return { kind: provider };
  }
}

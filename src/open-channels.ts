/** Opens the channels that the configuration switches on, by their variables or by their part of belay.config.ts. */
import type { Logger } from "pino";
import type { MailboxOptions } from "../adapters/email/options.ts";
import { isAmazonUrl, readSns, verifySns } from "../adapters/email/sns.ts";
import { webhookChannel } from "../adapters/webhook/channel.ts";
import { publicUrlOf } from "./assemble.ts";
import type { SigningKeys } from "./config/keys.ts";
import type { Config } from "./config.ts";
import type { Budgets } from "./core/ports/budgets.ts";
import type { Channel } from "./core/ports/channel.ts";
import type { Clock } from "./core/ports/clock.ts";
import { shownUrl } from "./core/text/shown-url.ts";

/** The SDKs of channels that are off are not loaded. */
export async function openChannels(
  config: Config,
  keys: SigningKeys,
  { budgets, clock, log }: { budgets: Budgets | null; clock: Clock; log: Logger },
): Promise<Channel[]> {
  const { publicUrl, trustedLinkHosts } = config;
  const shared = { publicUrl, budgets, clock, log, trustedLinkHosts };
  const url = publicUrlOf(config);
  const channels: Channel[] = [];
  for (const connection of Object.values(config.connections)) channels.push(await connection.open(shared));
  if (config.mail) channels.push(await openMail(config, config.mail, { budgets, clock, log, url, keys }));
  const hooks = {
    hooks: config.webhooks,
    secrets: config.triggerSecrets,
    publicUrl: url,
    eventKey: keys.event,
    formerEventKeys: keys.formerEvent,
    callbackHosts: config.callbackHosts,
    github: config.github,
    sns: {
      async isAuthentic(message: unknown, topicArn: string, now: number) {
        const signed = readSns(message);
        return signed !== null && (await verifySns(signed, [topicArn], now, fetchText));
      },
      async confirm(message: unknown) {
        const url = readSns(message)?.SubscribeURL;
        if (url && isAmazonUrl(url)) await fetchText(url);
      },
    },
    fetchText,
  };
  return [...channels, webhookChannel({ ...hooks, clock, log })];
}

type Mail = NonNullable<Config["mail"]>;

async function openMail(
  config: Config,
  mail: Mail,
  on: { budgets: Budgets | null; clock: Clock; log: Logger; url: string; keys: SigningKeys },
): Promise<Channel> {
  const { budgets, clock, log, url } = on;
  const { listener, allow, from: address } = mail;
  const inbound = mail.inbound.map((mailbox): MailboxOptions => {
    const { name, agent, authservId, receipt, speaksAt } = mailbox;
    const secretEnv = mailbox.provider === "ses" ? null : mailbox.secretEnv;
    return {
      name,
      address,
      source: sourceOf(mailbox),
      secretEnv,
      agent,
      allow,
      authservId,
      receipt,
      speaksAt,
    };
  });
  const local: MailboxOptions[] = listener
    ? [{ name: "smtp", address, source: { kind: "smtp" }, secretEnv: null, allow, ...mailboxOf(listener) }]
    : [];
  const { emailChannel } = await import("../adapters/email/channel.ts");
  return emailChannel({
    mailboxes: [...inbound, ...local],
    secrets: config.triggerSecrets,
    smtpUrl: config.channelValues.SMTP_URL ?? null,
    from: { name: mail.fromName, address },
    tokenKey: on.keys.mail,
    listener: listener ? { host: "127.0.0.1", port: listener.port, lmtp: listener.lmtp } : null,
    runUrl: (runId) => `${url}/runs/${runId}`,
    fetchText,
    budgets,
    clock,
    log,
  });
}

function mailboxOf(listener: NonNullable<Mail["listener"]>) {
  const { agent, authservId, receipt, speaksAt } = listener;
  return { agent, authservId, receipt, speaksAt };
}

function sourceOf(mailbox: Mail["inbound"][number]): MailboxOptions["source"] {
  switch (mailbox.provider) {
    case "ses":
      return { kind: "ses", topicArns: mailbox.topicArns };
    default:
      return { kind: mailbox.provider };
  }
}

const longestCertificate = 64 * 1024;

/** A signing certificate or a subscription's confirmation: small, soon, and from the very host that was checked. */
async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (!response.ok || text.length > longestCertificate)
    throw new Error(`${shownUrl(new URL(url))} answered ${response.status}`);
  return text;
}

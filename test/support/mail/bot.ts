/** The real engine with a mailbox: mail goes in by SMTP, what is sent is kept, both on loopback. */
import { type EmailChannel, emailChannel } from "../../../adapters/email/channel.ts";
import { type Bot, type BotOptions, clock, openRights, startBot } from "../bot.ts";
import type { ScriptedModel } from "../model/scripted.ts";
import { mailbox, mailOptions } from "./bench.ts";
import { type MailWorld, mailWorld, relay, type SentMail } from "./world.ts";

export interface MailBot extends AsyncDisposable {
  bot: Bot;
  world: MailWorld;
  channel: EmailChannel;
  /** What the channel logged about each mail, in order: `mail passed over`. */
  logged: string[];
  /** Hands a mail over as the relay of its sender does. Resolves when it was taken. */
  send(raw: string | Buffer, envelope?: { from?: string; to?: string }): Promise<void>;
}

/** dana may launch, and `senders` beside her; only whoever started a run may answer and steer it. */
export async function mailBot(
  model: ScriptedModel,
  more: Partial<BotOptions> & { senders?: readonly string[] } = {},
): Promise<MailBot> {
  const { senders = ["dana@example.com"], ...options } = more;
  const world = await mailWorld();
  const logged: string[] = [];
  const log = (_fields: object, phrase: string) => void logged.push(phrase);
  const channel = emailChannel({
    ...mailOptions(world, [mailbox({ agent: "default", allow: senders })]),
    clock,
    log: { info: log, warn: log },
  });
  const launch = senders.map((sender) => `email:${sender}`);
  const rights = { ...openRights, launch, answer: ["requester"], control: ["requester"] };
  const bot = await startBot({ model, channels: [channel], rights, ...options });
  return {
    bot,
    world,
    channel,
    logged,
    send: (raw, { from = "dana@example.com", to = "agent@belay.example" } = {}) =>
      relay(channel.listenerPort ?? 0, raw, { from, to }),
    async [Symbol.asyncDispose]() {
      await bot.stop();
      await world.close();
    },
  };
}

export function replyTo(mail: SentMail): string {
  return mail.replyTo?.value[0]?.address ?? "";
}

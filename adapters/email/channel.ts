/** The e-mail channel: mail comes in over HTTP or a local relay, questions and outcomes go out. */
import { readBody } from "../../src/core/ports/body.ts";
import type { Channel, Inlet } from "../../src/core/ports/channel.ts";
import { ChannelError } from "../../src/core/ports/channel-error.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { conversationsOf } from "./conversations.ts";
import type { Intake, Taken } from "./intake.ts";
import { MAX_MAIL_BYTES, type MailListener } from "./listener.ts";
import type { EmailChannelOptions, MailboxOptions } from "./options.ts";
import { type MailParser, mailParser } from "./parser.ts";
import { postMail } from "./post.ts";
import { mayBeAuthentic, readCall } from "./providers.ts";
import { takeMail } from "./receive.ts";
import { listenFor } from "./relay.ts";
import { type Mailer, smtpMailer } from "./send.ts";
import { MAX_LAUNCHES, senderLimit } from "./sender-limit.ts";
import { canProve } from "./trust.ts";

const route = /^\/mail\/([a-z0-9][a-z0-9-]{0,62})$/;
/** Providers wrap mails in forms and base64. */
const MAX_CALL_BYTES = Math.ceil(MAX_MAIL_BYTES * 1.4) + 256 * 1024;

/** Nothing was sent and nothing is given up: the mail waits until there is a way. */
const noWayOut = { type: "way", retryAfterMs: 300_000 } as const;

/** Besides a Channel: the port of the listener, once it listens. */
export interface EmailChannel extends Channel {
  readonly listenerPort: number | null;
}

/** Not started; `listenerPort` is null until `start` has opened the listener, and for ever without one. */
export function emailChannel(options: EmailChannelOptions): EmailChannel {
  const conversations = conversationsOf(options.tokenKey, options.from.address);
  const limit = senderLimit(options.clock, options.budgets);
  const passedOver = { to_others: 0, thanks: 0 };
  let running: {
    intake: Intake;
    mailer: Mailer | null;
    parser: MailParser;
    listener: MailListener | null;
  } | null = null;

  return {
    name: "email",
    can: { edit: false, buttons: false, maxText: 100_000, minIntervalMs: 0 },
    // One listener has the port that the mail exchanger sends to.
    ...(options.listener ? { single: true as const } : {}),

    get listenerPort() {
      return running?.listener?.port ?? null;
    },

    async start(inlet: Inlet) {
      for (const mailbox of unprovable(options.mailboxes))
        options.log.warn({ mailbox }, "no authservId: no sender can be proved, mail is put off");
      const mailer = options.smtpUrl === null ? null : smtpMailer(options.smtpUrl, options.from);
      const { name, address } = options.from;
      const parser = mailParser({ name, address: address.toLowerCase() });
      const intake = { options, inlet, conversations, parser, mailer, limit, passedOver };
      running = { intake, mailer, parser, listener: null };
      if (options.listener) running.listener = await listenFor(options, options.listener, intake);
    },

    async stop() {
      const stopping = running;
      running = null;
      await stopping?.listener?.close();
      await stopping?.parser.close();
      stopping?.mailer?.close();
    },

    async post(delivery) {
      if (!running)
        throw new ChannelError("the e-mail channel is not started", { type: "wait", retryAfterMs: 5_000 });
      const { intake, mailer } = running;
      if (!mailer) throw new ChannelError("no SMTP_URL is set: no mail can be sent", noWayOut);
      const { inlet } = intake;
      return { remoteId: await postMail({ inlet, conversations, mailer, runUrl: options.runUrl }, delivery) };
    },

    /** Mails are taken without `accept`: their sender is told by respond.ts. */
    identify: async (actor) => actor,
    async whisper() {},

    handle(request) {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith("/mail/")) return null;
      const name = route.exec(pathname)?.[1];
      const mailbox = options.mailboxes.find((candidate) => candidate.name === name);
      const secret = mailbox ? secretOf(options, mailbox) : null;
      if (!mailbox || secret === null || !running)
        return Promise.resolve(answer(404, { code: "unknown_mailbox" }));
      if (request.method !== "POST") return Promise.resolve(answer(405, { code: "method_not_allowed" }));
      return handleCall(options, running.intake, mailbox, secret, request);
    },

    health() {
      return healthOf(options, limit.waiting(), passedOver.to_others);
    },
  };
}

function healthOf({ mailboxes, smtpUrl }: EmailChannelOptions, waiting: number, toOthers: number) {
  const unproved = unprovable(mailboxes).map((name) => `${name} has no authservId: its mail is put off`);
  const atLimit = waiting === 0 ? [] : [`${waiting} at the limit of ${MAX_LAUNCHES} runs an hour`];
  const copied = toOthers === 1 ? "1 mail" : `${toOthers} mails`;
  const detail = [
    `${mailboxes.length} ${mailboxes.length === 1 ? "mailbox" : "mailboxes"}`,
    smtpUrl === null ? "no SMTP_URL: sends nothing" : "sends by SMTP",
    ...unproved,
    ...atLimit,
    ...(toOthers === 0 ? [] : [`${copied} since the start passed over: to others, with a copy to the bot`]),
  ];
  return { ok: smtpUrl !== null && unproved.length === 0, detail: detail.join(", ") };
}

/** Names of the mailboxes that could never take a mail. */
function unprovable(mailboxes: readonly MailboxOptions[]): string[] {
  return mailboxes.filter((mailbox) => !canProve(mailbox)).map(({ name }) => name);
}

/** null: the route does not exist. */
function secretOf(options: EmailChannelOptions, mailbox: MailboxOptions): string | null {
  if (mailbox.source.kind === "smtp") return null;
  if (mailbox.source.kind === "ses") return "";
  return (mailbox.secretEnv !== null && options.secrets[mailbox.secretEnv]) || null;
}

async function handleCall(
  options: EmailChannelOptions,
  intake: Intake,
  mailbox: MailboxOptions,
  secret: string,
  request: Request,
): Promise<Response> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") return answer(415, { code: "encoding_not_supported" });
  const { headers } = request;
  const now = options.clock.now();
  // Who is refused by the head alone is not read: any number of strangers cost nothing.
  if (!mayBeAuthentic(mailbox, { headers, secret, now })) return unauthentic(options, mailbox);
  const body = await readBody(request, MAX_CALL_BYTES);
  if (body === null) return answer(413, { code: "body_too_large" });
  try {
    const reading = await readCall(mailbox, {
      headers,
      body,
      secret,
      now,
      fetchText: options.fetchText,
    });
    if (reading.type === "unauthentic") return unauthentic(options, mailbox);
    if (reading.type === "unreadable") return answer(400, { code: "unreadable", detail: reading.detail });
    if (reading.type === "done") return answer(200, { done: true });
    return answerFor(await takeMail(intake, mailbox, reading));
  } catch (error) {
    if (error instanceof StoreError) return answer(503, { code: "storage_busy" });
    throw error;
  }
}

function unauthentic({ log }: EmailChannelOptions, { name }: MailboxOptions): Response {
  log.warn({ mailbox: name }, "mail call refused");
  return answer(401, { code: "bad_signature" });
}

/**
 * A dropped mail looks like any other: there is no oracle, and no provider tries it again. 503
 * is what all of them retry.
 */
function answerFor(taken: Taken): Response {
  switch (taken.type) {
    case "later":
      return answer(503, { code: taken.code, detail: taken.words }, { "retry-after": "300" });
    case "dropped":
    case "ignored":
    case "refused":
      return answer(200, { taken: true });
    default:
      return answer(200, {
        taken: true,
        run_id: taken.runId,
        ...(taken.duplicate ? { duplicate: true } : {}),
      });
  }
}

function answer(status: number, body: object, headers: Record<string, string> = {}): Response {
  const type = status < 400 ? "application/json" : "application/problem+json";
  const full =
    status < 400 ? body : { type: "about:blank", status, title: "The mail was not taken", ...body };
  return new Response(JSON.stringify(full), { status, headers: { "content-type": type, ...headers } });
}

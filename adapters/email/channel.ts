/** The e-mail channel: mail comes in over HTTP or a local relay, questions and outcomes go out. */

import { readBody } from "../../src/core/ports/body.ts";
import { type Channel, ChannelError, type Inlet } from "../../src/core/ports/channel.ts";
import { StoreError } from "../../src/core/ports/store.ts";
import { listen, MAX_MAIL_BYTES, type MailListener } from "./listener.ts";
import type { EmailChannelOptions, MailboxOptions } from "./options.ts";
import { type MailParser, mailParser } from "./parser.ts";
import { postMail } from "./post.ts";
import { carry } from "./providers.ts";
import { takeMail } from "./receive.ts";
import { type Mailer, smtpMailer } from "./send.ts";
import { senderLimit } from "./sender-limit.ts";
import type { Taken, Taker } from "./taker.ts";
import { mailThreads } from "./threads.ts";

const route = /^\/mail\/([a-z0-9][a-z0-9-]{0,62})$/;
/** Providers wrap mails in forms and base64. */
const MAX_CALL_BYTES = Math.ceil(MAX_MAIL_BYTES * 1.4) + 256 * 1024;

/** Besides a Channel: the port of the listener, once it listens. */
export interface EmailChannel extends Channel {
  readonly listenerPort: number | null;
}

export function emailChannel(options: EmailChannelOptions): EmailChannel {
  const threads = mailThreads(options.tokenKey, options.from.address);
  const limit = senderLimit(options.clock);
  let running: {
    taker: Taker;
    mailer: Mailer | null;
    parser: MailParser;
    listener: MailListener | null;
  } | null = null;

  return {
    name: "email",
    can: { edit: false, buttons: false, maxText: 100_000, minIntervalMs: 0, maxAgeMs: 48 * 3_600_000 },

    get listenerPort() {
      return running?.listener?.port ?? null;
    },

    async start(inlet: Inlet) {
      const mailer = options.smtpUrl === null ? null : smtpMailer(options.smtpUrl, options.from);
      const parser = mailParser();
      const taker = { options, inlet, threads, parser, mailer, limit };
      running = { taker, mailer, parser, listener: null };
      if (options.listener) running.listener = await listenFor(options, options.listener, taker);
    },

    async stop() {
      const stopping = running;
      running = null;
      await stopping?.listener?.close();
      await stopping?.parser.close();
      stopping?.mailer?.close();
    },

    async post(delivery) {
      if (!running) throw new ChannelError("the e-mail channel is not started");
      const { taker, mailer } = running;
      if (!mailer) throw new ChannelError("no SMTP_URL is set: no mail can be sent", { permanent: true });
      const { inlet } = taker;
      return { remoteId: await postMail({ inlet, threads, mailer, runUrl: options.runUrl }, delivery) };
    },

    /** Mails are taken without `accept`: their sender is told by respond.ts. */
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
      return handleCall(options, running.taker, mailbox, secret, request);
    },

    health() {
      const boxes = options.mailboxes.length;
      const out = options.smtpUrl === null ? "no SMTP_URL: sends nothing" : "sends by SMTP";
      return {
        ok: options.smtpUrl !== null,
        detail: `${boxes} ${boxes === 1 ? "mailbox" : "mailboxes"}, ${out}`,
      };
    },
  };
}

/** null: the route does not exist. */
function secretOf(options: EmailChannelOptions, mailbox: MailboxOptions): string | null {
  if (mailbox.source.kind === "smtp") return null;
  if (mailbox.source.kind === "ses") return "";
  return (mailbox.secretEnv !== null && options.secrets[mailbox.secretEnv]) || null;
}

async function handleCall(
  options: EmailChannelOptions,
  taker: Taker,
  mailbox: MailboxOptions,
  secret: string,
  request: Request,
): Promise<Response> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") return answer(415, { code: "encoding_not_supported" });
  const body = await readBody(request, MAX_CALL_BYTES);
  if (body === null) return answer(413, { code: "body_too_large" });
  try {
    const carried = await carry(mailbox, {
      headers: request.headers,
      body,
      secret,
      now: options.clock.now(),
      fetchText: options.fetchText,
    });
    if (carried.type === "unauthentic") {
      options.log.warn({ mailbox: mailbox.name }, "mail call refused");
      return answer(401, { code: "bad_signature" });
    }
    if (carried.type === "unreadable") return answer(400, { code: "unreadable", detail: carried.detail });
    if (carried.type === "done") return answer(200, { done: true });
    return answerFor(await takeMail(taker, mailbox, carried));
  } catch (error) {
    if (error instanceof StoreError) return answer(503, { code: "storage_busy" });
    throw error;
  }
}

/** A dropped mail looks like any other: there is no oracle, and no provider tries it again. */
function answerFor(taken: Taken): Response {
  switch (taken.type) {
    case "later":
      return answer(503, { code: "busy" });
    case "dropped":
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

function answer(status: number, body: object): Response {
  const type = status < 400 ? "application/json" : "application/problem+json";
  const full =
    status < 400 ? body : { type: "about:blank", status, title: "The mail was not taken", ...body };
  return new Response(JSON.stringify(full), { status, headers: { "content-type": type } });
}

async function listenFor(
  options: EmailChannelOptions,
  where: NonNullable<EmailChannelOptions["listener"]>,
  taker: Taker,
): Promise<MailListener> {
  const boxes = options.mailboxes.filter(({ source }) => source.kind === "smtp");
  const mailboxOf = (recipient: string) =>
    boxes.find(({ address }) => belongsTo(recipient, address.toLowerCase()));
  return listen({
    ...where,
    hasMailbox: (recipient) => mailboxOf(recipient) !== undefined,
    async take(bytes, envelope) {
      const [mailbox] = envelope.recipients.flatMap((recipient) => mailboxOf(recipient) ?? []);
      if (!mailbox) return;
      const taken = await takeMail(taker, mailbox, {
        job: { kind: "raw", bytes },
        envelope,
        onceToken: null,
      });
      if (taken.type === "later") throw new Error("busy");
    },
  });
}

/** `agent@example.com` itself, or with a `+token`. */
function belongsTo(recipient: string, address: string): boolean {
  const [local = "", domain = ""] = address.split("@");
  return recipient === address || (recipient.startsWith(`${local}+`) && recipient.endsWith(`@${domain}`));
}

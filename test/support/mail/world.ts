/** A receiving mail server on loopback that keeps what it gets, and a client that hands mail to a listener. */
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import nodemailer from "nodemailer";
import { SMTPServer } from "smtp-server";

/** As much of mailparser's result as tests look at; the package has no types. */
export interface SentMail {
  subject?: string;
  messageId?: string;
  inReplyTo?: string;
  text?: string;
  html?: string | false;
  to?: { value: { address?: string }[] };
  replyTo?: { value: { address?: string }[] };
  headers: Map<string, unknown>;
  from?: { text: string };
  /** Each as it stands in the mail, unfolded or not. */
  headerLines: { key: string; line: string }[];
  attachments: { filename?: string; contentType: string; size: number; content: Buffer }[];
}

const { simpleParser } = createRequire(import.meta.url)("mailparser") as {
  simpleParser(source: Readable | Buffer, options?: { skipHtmlToText: boolean }): Promise<SentMail>;
};

/** A mail as a provider takes it apart. */
export function takenApart(raw: Buffer): Promise<SentMail> {
  return simpleParser(raw, { skipHtmlToText: true });
}

export interface MailWorld {
  url: string;
  /** Mails in the order of their arrival, parsed by a parser that is not ours. */
  mails: SentMail[];
  /** The next mails are answered with this; "cut": the connection is closed after DATA. */
  misbehave(...answers: (number | "cut")[]): void;
  /** Resolves with the n-th mail (from 1) as soon as it is there. */
  nth(n: number): Promise<SentMail>;
  close(): Promise<void>;
}

export async function mailWorld(): Promise<MailWorld> {
  const mails: SentMail[] = [];
  const waiting: { n: number; resolve: (mail: SentMail) => void }[] = [];
  let answers: (number | "cut")[] = [];

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onData(stream, session, callback) {
      simpleParser(stream).then((mail) => {
        const answer = answers.shift();
        if (typeof answer === "number") {
          return callback(Object.assign(new Error("misbehaving"), { responseCode: answer }));
        }
        mails.push(mail);
        for (const { n, resolve } of waiting) {
          const found = mails[n - 1];
          if (found) resolve(found);
        }
        if (answer === "cut") {
          for (const connection of server.connections) if (connection.id === session.id) connection.close();
          return;
        }
        callback(null, "Kept");
      }, callback);
    },
  });
  server.on("error", () => {});
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    misbehave: (...next) => {
      answers = next;
    },
    nth(n) {
      const found = mails[n - 1];
      return found ? Promise.resolve(found) : new Promise((resolve) => waiting.push({ n, resolve }));
    },
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

/** Hands a raw mail to an SMTP listener, as a relay does. Throws what the listener answers. */
export async function relay(
  port: number,
  raw: string | Buffer,
  envelope: { from: string; to: string | string[] },
  lmtp = false,
): Promise<void> {
  const transport = nodemailer.createTransport({
    host: "127.0.0.1",
    port,
    secure: false,
    ignoreTLS: true,
    lmtp,
  });
  try {
    await transport.sendMail({ envelope, raw });
  } finally {
    transport.close();
  }
}

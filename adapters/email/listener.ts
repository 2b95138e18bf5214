/** The SMTP or LMTP listener for a relay on this machine: never a door to the Internet. */

import { type AddressInfo, isIP } from "node:net";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { guarded } from "../../src/core/ports/guarded.ts";
import { thrown } from "../../src/core/text/thrown.ts";
import type { Envelope } from "./inbound.ts";

/** The largest mail that is taken, attachments included: 10 MiB. */
export const MAX_MAIL_BYTES = 10 * 1024 * 1024;

/** `host` is a loopback address; port 0 lets the system choose one. */
export interface ListenerOptions {
  host: string;
  port: number;
  lmtp: boolean;
  /** Is there a mailbox for this recipient? Nothing is relayed. */
  hasMailbox(recipient: string): boolean;
  /** Durable, or known to be nothing, when it resolves. Throws: the relay keeps the mail and tries again. */
  take(bytes: Uint8Array, envelope: Envelope): Promise<void>;
}

/** Why the relay must try again later: told to it in these words. */
export class TryLater extends Error {}

/** `port` is the real one, also when 0 was asked for. */
export interface MailListener {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws Error when the host is not loopback or the port is taken */
export async function listen(options: ListenerOptions): Promise<MailListener> {
  if (isIP(options.host) === 0 || !/^(?:127\.|::1$)/.test(options.host)) {
    throw new Error(
      `The mail listener may only listen on loopback, not on ${options.host}. Put an MTA before it.`,
    );
  }
  const server = new SMTPServer({
    lmtp: options.lmtp,
    size: MAX_MAIL_BYTES,
    rejectOversized: true,
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    maxClients: 20,
    socketTimeout: 30_000,
    closeTimeout: 1_000,
    logger: false,
    onRcptTo: guarded(
      ({ address }, _session, callback) =>
        callback(options.hasMailbox(address.toLowerCase()) ? null : smtpError(550, "No such mailbox here")),
      (_error, _address, _session, callback) => callback(smtpError(451, "4.3.0 Try again later")),
    ),
    onData(stream, session, callback) {
      receive(options, stream, session).then(
        () => callback(null, "Taken"),
        (error: unknown) => callback(error instanceof Error ? error : new Error(thrown(error))),
      );
    },
  });
  const ready = Promise.withResolvers<void>();
  server.once("error", ready.reject);
  server.listen(options.port, options.host, () => ready.resolve());
  await ready.promise;
  // A client that breaks off is no trouble of ours.
  server.on("error", () => {});
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

async function receive(
  options: ListenerOptions,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Read to the end in any case: the answer can only come after it.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MAX_MAIL_BYTES) chunks.push(chunk);
  }
  if (stream.sizeExceeded || size > MAX_MAIL_BYTES) throw smtpError(552, "The mail is over 10 MB");
  const { mailFrom, rcptTo } = session.envelope;
  try {
    await options.take(Buffer.concat(chunks), {
      from: mailFrom ? mailFrom.address.toLowerCase() : "",
      recipients: rcptTo.map(({ address }) => address.toLowerCase()),
      providerId: null,
      verdict: { by: "headers" },
    });
  } catch (error) {
    const why = error instanceof TryLater ? error.message : "not stored";
    throw smtpError(451, `4.3.0 Try again later: ${why}`);
  }
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

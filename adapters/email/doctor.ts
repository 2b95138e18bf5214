/** Connects to the server that mail is sent through, logs in, and sends nothing. */

import nodemailer from "nodemailer";
import { broken, type Finding, fine } from "../../src/core/ports/finding.ts";
import { thrown } from "../../src/core/text/thrown.ts";

/** Never throws. The finding shows the host alone: the URL may hold a password. */
export async function diagnoseSmtp(smtpUrl: string): Promise<Finding> {
  const { host } = new URL(smtpUrl);
  const limits = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 10_000 };
  const transport = nodemailer.createTransport({ url: smtpUrl, ...limits });
  try {
    await transport.verify();
    return fine("SMTP_URL", `${host} takes mail`);
  } catch (error) {
    const why = error instanceof Error ? error.message : thrown(error);
    return broken(
      "SMTP_URL",
      `${host} does not take mail: ${why}`,
      "Check its host, port, user and password.",
    );
  } finally {
    transport.close();
  }
}

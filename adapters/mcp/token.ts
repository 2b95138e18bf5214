/** How a server over HTTP is shown who calls: a token of the configuration, or one that a token server gives for it. */
import type { AuthProvider } from "@modelcontextprotocol/client";
import { z } from "zod";
import { readJson } from "../../src/core/text/json.ts";
import { whereTo } from "../../src/core/text/shown-url.ts";
import { type Reach, request } from "../../src/tools/outbound.ts";
import type { Secret } from "../../src/tools/secret.ts";

/** OAuth 2.0 client credentials. What the server says of its token server is not asked: secrets go where this says. */
export interface ClientCredentials {
  tokenUrl: string;
  clientId: string;
  clientSecret: Secret;
  scope?: string;
}

/** A token is renewed so long before its end, ms. */
const marginMs = 30_000;
const timeoutMs = 15_000;

const grantSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional(),
});

export function bearer(token: Secret): AuthProvider {
  return { token: async () => token.reveal() };
}

/** `told`: is given each token before it is used, so that nobody shows it. `now`: ms of a steady clock. */
export function clientCredentials(
  credentials: ClientCredentials,
  reach: Pick<Reach, "private" | "resolve">,
  told: (token: string) => void,
  now: () => number = () => performance.now(),
): AuthProvider {
  let granted: Promise<{ token: string; until: number }> | null = null;
  const ask = () => {
    granted = askToken(credentials, reach, now).then((grant) => {
      told(grant.token);
      return grant;
    });
    // What failed is asked again by the next who needs it.
    granted.catch(() => {
      granted = null;
    });
    return granted;
  };
  return {
    token: async () => {
      const known = await (granted ?? ask());
      return now() < known.until ? known.token : (await ask()).token;
    },
    onUnauthorized: async () => {
      granted = null;
    },
  };
}

async function askToken(
  { tokenUrl, clientId, clientSecret, scope }: ClientCredentials,
  reach: Pick<Reach, "private" | "resolve">,
  now: () => number,
): Promise<{ token: string; until: number }> {
  const url = new URL(tokenUrl);
  const pair = [clientId, clientSecret.reveal()].map((part) => encodeURIComponent(part)).join(":");
  const fields = { grant_type: "client_credentials", ...(scope === undefined ? {} : { scope }) };
  const headers = {
    accept: "application/json",
    authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  const body = new URLSearchParams(fields).toString();
  const limits = { ...reach, timeoutMs, maxBytes: 100_000 };
  const answer = await request({ method: "POST", url, headers, body }, limits, new AbortController().signal);
  const failed = (why: string) => new Error(`the token server ${url.host} gave no token: ${why}`);
  const { status, headers: said } = answer;
  if (status >= 300 && status < 400)
    throw failed(`status ${status}, which leads ${whereTo(said.location, url)}`);
  if (status !== 200) throw failed(`status ${status}`);
  const parsed = grantSchema.safeParse(jsonIn(answer.body));
  if (!parsed.success) throw failed("its answer is not one of OAuth");
  const { access_token: token, expires_in: seconds = 300 } = parsed.data;
  return { token, until: now() + seconds * 1000 - marginMs };
}

function jsonIn(text: string): unknown {
  const read = readJson(text);
  return "flaw" in read ? null : read.value;
}

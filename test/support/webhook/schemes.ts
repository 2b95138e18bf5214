/** Every way to prove a delivery, in one table: how it is declared, and what is sent with which secret. */
import { createHash, createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { isAmazonUrl, readSns, verifySns } from "../../../adapters/email/sns.ts";
import type { Verification } from "../../../adapters/webhook/kinds/list.ts";

export const body = JSON.stringify({ id: "evt_1", type: "deploy.failed" });
export const now = 1_764_000_000_000;
const stamp = (at: number) => String(Math.floor(at / 1000));
const mac = (algorithm: string, secret: string, text: string) => createHmac(algorithm, secret).update(text);

export interface Sent {
  headers?: Record<string, string>;
  /** Behind the webhook's name in the path. */
  path?: string;
  body?: string;
}

export interface Scheme {
  name: string;
  verify: Verification;
  /** What an honest sender with this secret sends at this time. */
  send(secret: string, at: number): Sent | Promise<Sent>;
  secrets?: { current: string; previous: string; wrong: string };
  /** It has a time that is checked. */
  timed?: true;
}

export const words = {
  current: "the secret of today",
  previous: "the secret of before",
  wrong: "another secret",
};

export const rsa = [0, 1, 2].map(() => generateKeyPairSync("rsa", { modulusLength: 2048 }));
const ec = [0, 1, 2].map(() => generateKeyPairSync("ec", { namedCurve: "P-256" }));
const pemOf = (pairs: typeof rsa) => {
  const [current = "", previous = "", wrong = ""] = pairs.map(({ publicKey }) =>
    publicKey.export({ type: "spki", format: "pem" }).toString(),
  );
  return { current, previous, wrong };
};
const privateOf = (pairs: typeof rsa, pem: string) =>
  pairs.find(({ publicKey }) => publicKey.export({ type: "spki", format: "pem" }).toString() === pem)
    ?.privateKey;

/** An hour-long token of this very body. */
export async function token(
  algorithm: string,
  key: Parameters<SignJWT["sign"]>[0],
  at: number,
): Promise<string> {
  const claims = { iss: "ci.example", body: createHash("sha256").update(body).digest("hex") };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm })
    .setExpirationTime(Math.floor(at / 1000) + 300)
    .sign(key);
}

function jwt(algorithm: "RS256" | "ES256", pairs: typeof rsa): Scheme {
  return {
    name: `JWT, ${algorithm} with a public key`,
    verify: { kind: "jwt", algorithm, issuer: "ci.example", bodyClaim: "body" },
    secrets: pemOf(pairs),
    timed: true,
    async send(secret, at) {
      const key = privateOf(pairs, secret);
      if (!key) throw new Error("no private key");
      return { headers: { authorization: `Bearer ${await token(algorithm, key, at)}` } };
    },
  };
}

const amazon = generateKeyPairSync("rsa", { modulusLength: 2048 });
export const arn = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;
const alarm = JSON.stringify({ AlarmName: "cpu", NewStateValue: "ALARM" });

export function snsBody(topic: string, at: number, change: Record<string, string> = {}): string {
  const message: Record<string, string> = {
    Type: "Notification",
    MessageId: "m-1",
    TopicArn: topic,
    Message: alarm,
    Timestamp: new Date(at).toISOString(),
    ...change,
  };
  const fields = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
  const text = fields.flatMap((name) => (name in message ? [`${name}\n${message[name]}\n`] : [])).join("");
  const signature = createSign("RSA-SHA256").update(text).sign(amazon.privateKey, "base64");
  const by = { SignatureVersion: "2", Signature: signature, SigningCertURL: certificateUrl };
  return JSON.stringify({ ...message, ...by });
}
const certificateUrl = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService.pem";
export const fetched: string[] = [];
const fetchFromAmazon = async (url: string) => {
  fetched.push(url);
  return amazon.publicKey.export({ type: "spki", format: "pem" }).toString();
};
export const desk = {
  async isAuthentic(message: unknown, topic: string, at: number) {
    const signed = readSns(message);
    return signed !== null && (await verifySns(signed, [topic], at, fetchFromAmazon));
  },
  async confirm(message: unknown) {
    const url = readSns(message)?.SubscribeURL;
    if (url && isAmazonUrl(url)) await fetchFromAmazon(url);
  },
};

function hmacs(): Scheme[] {
  return (["sha1", "sha256", "sha512"] as const).flatMap((algorithm) =>
    (["hex", "base64"] as const).flatMap((encoding) =>
      [undefined, `${algorithm}=`].map((prefix) => ({
        name: `HMAC ${algorithm} in ${encoding}, ${prefix ? "with a prefix" : "bare"}`,
        verify: { kind: "hmac", header: "x-signature", algorithm, encoding, ...(prefix ? { prefix } : {}) },
        send: (secret: string) => ({
          headers: { "x-signature": `${prefix ?? ""}${mac(algorithm, secret, body).digest(encoding)}` },
        }),
      })),
    ),
  ) satisfies Scheme[];
}

export const schemes: Scheme[] = [
  ...hmacs(),
  {
    name: "time and signature in one header (Stripe's form)",
    verify: { kind: "timestamped", header: "stripe-signature" },
    timed: true,
    send: (secret, at) => ({
      headers: {
        "stripe-signature": `t=${stamp(at)},v1=${"0".repeat(64)},v1=${mac("sha256", secret, `${stamp(at)}.${body}`).digest("hex")},v0=00`,
      },
    }),
  },
  {
    name: "Svix's names of the Standard Webhooks' headers",
    verify: { kind: "standard-webhooks" },
    timed: true,
    send: (secret, at) => ({
      headers: {
        "svix-id": "msg_1",
        "svix-timestamp": stamp(at),
        "svix-signature": `v1,${mac("sha256", secret, `msg_1.${stamp(at)}.${body}`).digest("base64")}`,
      },
    }),
  },
  {
    name: "Basic authentication (Azure DevOps, Google Cloud)",
    verify: { kind: "basic" },
    secrets: { current: "belay:new", previous: "belay:old", wrong: "belay:none" },
    send: (secret) => ({ headers: { authorization: `Basic ${Buffer.from(secret).toString("base64")}` } }),
  },
  {
    name: "the plain secret in a header of its own (Cloudflare)",
    verify: { kind: "header", header: "cf-webhook-auth" },
    send: (secret) => ({ headers: { "cf-webhook-auth": secret } }),
  },
  {
    name: "GitLab's plain token",
    verify: { kind: "gitlab" },
    send: (secret) => ({ headers: { "x-gitlab-token": secret } }),
  },
  {
    name: "the secret in the URL (Statuspage, UptimeRobot, Docker Hub)",
    verify: { kind: "url" },
    send: (secret) => ({ path: `/${encodeURIComponent(secret)}` }),
  },
  {
    name: "a bearer token",
    verify: { kind: "bearer" },
    send: (secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
  },
  {
    name: "GitHub",
    verify: { kind: "github" },
    send: (secret) => ({
      headers: { "x-hub-signature-256": `sha256=${mac("sha256", secret, body).digest("hex")}` },
    }),
  },
  {
    name: "Sentry",
    verify: { kind: "sentry" },
    send: (secret) => ({
      headers: { "sentry-hook-signature": mac("sha256", secret, body).digest("hex") },
    }),
  },
  {
    name: "Buildkite's signature",
    verify: { kind: "buildkite" },
    timed: true,
    send: (secret, at) => ({
      headers: {
        "x-buildkite-signature": `timestamp=${stamp(at)},signature=${mac("sha256", secret, `${stamp(at)}.${body}`).digest("hex")}`,
      },
    }),
  },
  {
    name: "Amazon SNS (CloudWatch)",
    verify: { kind: "sns" },
    secrets: { current: arn("alarms"), previous: arn("old-alarms"), wrong: arn("others") },
    send: (topic, at) => ({ headers: { "content-type": "text/plain" }, body: snsBody(topic, at) }),
  },
  {
    name: "JWT, HS256",
    verify: { kind: "jwt", algorithm: "HS256", header: "x-token", issuer: "ci.example", bodyClaim: "body" },
    timed: true,
    send: async (secret, at) => ({ headers: { "x-token": await token("HS256", Buffer.from(secret), at) } }),
  },
  jwt("RS256", rsa),
  jwt("ES256", ec),
];
export const secretsOf = (scheme: Scheme) => scheme.secrets ?? words;

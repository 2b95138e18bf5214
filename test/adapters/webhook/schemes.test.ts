/**
 * Every way to prove a delivery, at the channel's door: right, wrong, missing, with a rotated secret, and replayed.
 */
import { createHash, createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isAmazonUrl, readSns, verifySns } from "../../../adapters/email/sns.ts";
import type { Verification } from "../../../adapters/webhook/kinds/list.ts";
import { type Bench, bench, clock, hook, nowhere } from "../../support/webhook/bench.ts";

const body = JSON.stringify({ id: "evt_1", type: "deploy.failed" });
const now = 1_764_000_000_000;
const stamp = (at: number) => String(Math.floor(at / 1000));
const mac = (algorithm: string, secret: string, text: string) => createHmac(algorithm, secret).update(text);

interface Sent {
  headers?: Record<string, string>;
  /** Behind the webhook's name in the path. */
  path?: string;
  body?: string;
}

interface Scheme {
  name: string;
  verify: Verification;
  /** What an honest sender with this secret sends at this time. */
  send(secret: string, at: number): Sent | Promise<Sent>;
  secrets?: { current: string; previous: string; wrong: string };
  /** It has a time that is checked. */
  timed?: true;
}

const words = { current: "the secret of today", previous: "the secret of before", wrong: "another secret" };

const rsa = [0, 1, 2].map(() => generateKeyPairSync("rsa", { modulusLength: 2048 }));
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
async function token(algorithm: string, key: Parameters<SignJWT["sign"]>[0], at: number): Promise<string> {
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
const arn = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;
const alarm = JSON.stringify({ AlarmName: "cpu", NewStateValue: "ALARM" });

function snsBody(topic: string, at: number, change: Record<string, string> = {}): string {
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
const fetched: string[] = [];
const fetchFromAmazon = async (url: string) => {
  fetched.push(url);
  return amazon.publicKey.export({ type: "spki", format: "pem" }).toString();
};
const desk = {
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

const schemes: Scheme[] = [
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

let b: Bench;
const secretsOf = (scheme: Scheme) => scheme.secrets ?? words;

async function open(scheme: Scheme, previous: string | null = "CI_BEFORE"): Promise<void> {
  const { current, previous: before } = secretsOf(scheme);
  b = await bench([hook({ verify: scheme.verify, previousSecretEnv: previous })], {
    secrets: { CI_SECRET: current, CI_BEFORE: before },
    ...nowhere,
    sns: desk,
  });
}

async function deliver(sent: Sent): Promise<number> {
  const response = await b.deliver(`ci${sent.path ?? ""}`, sent.body ?? body, sent.headers ?? {});
  return response.status;
}

beforeEach(() => {
  clock.at = now;
});
afterEach(() => {
  clock.at = now;
});

describe.each(schemes)("$name", (scheme) => {
  test("takes what is right, once", async () => {
    await open(scheme);
    const sent = await scheme.send(secretsOf(scheme).current, now);
    expect(await deliver(sent)).toBe(202);
    expect(await deliver(sent)).toBe(200);
    expect(b.inlet.launches).toHaveLength(1);
  });

  test("refuses another secret, and none at all", async () => {
    await open(scheme);
    expect(await deliver(await scheme.send(secretsOf(scheme).wrong, now))).toBe(401);
    expect(await deliver({})).toBe(401);
    expect(b.inlet.launches).toEqual([]);
  });

  test("takes the secret of before as long as it is named, and not longer", async () => {
    const sent = await scheme.send(secretsOf(scheme).previous, now);
    await open(scheme);
    expect(await deliver(sent)).toBe(202);
    await open(scheme, null);
    expect(await deliver(sent)).toBe(401);
  });
});

test.each(schemes.filter(({ timed }) => timed))(
  "$name: what is sent again later is refused",
  async (scheme) => {
    await open(scheme);
    const sent = await scheme.send(secretsOf(scheme).current, now);
    clock.at = now + 3_600_000;
    expect(await deliver(sent)).toBe(401);
    expect(b.inlet.launches).toEqual([]);
  },
);

test("a tolerance of its own is kept to", async () => {
  const scheme = schemes.find(({ verify }) => verify.kind === "timestamped");
  if (!scheme) throw new Error("the scheme moved");
  await open({
    ...scheme,
    verify: { kind: "timestamped", header: "stripe-signature", toleranceSeconds: 60 },
  });
  const sent = await scheme.send(words.current, now - 61_000);
  expect(await deliver(sent)).toBe(401);
  expect(await deliver(await scheme.send(words.current, now - 60_000))).toBe(202);
});

test("a JWT that covers another body, or never ends, is none of ours", async () => {
  const scheme = schemes.find(({ name }) => name === "JWT, HS256");
  if (!scheme) throw new Error("the scheme moved");
  await open(scheme);
  const sent = await scheme.send(words.current, now);
  expect(await deliver({ ...sent, body: '{"id":"evt_2"}' })).toBe(401);
  const key = Buffer.from(words.current);
  const endless = await new SignJWT({ iss: "ci.example" }).setProtectedHeader({ alg: "HS256" }).sign(key);
  expect(await deliver({ headers: { "x-token": endless } })).toBe(401);
});

test("a public key is no shared secret: HS256 signed with it is refused", async () => {
  const scheme = schemes.find(({ name }) => name.startsWith("JWT, RS256"));
  if (!scheme) throw new Error("the scheme moved");
  await open(scheme);
  const forged = await token("HS256", Buffer.from(secretsOf(scheme).current), now);
  expect(await deliver({ headers: { authorization: `Bearer ${forged}` } })).toBe(401);
});

test("a JWT's key set is fetched from the address that is configured", async () => {
  const [pair] = rsa;
  if (!pair) throw new Error("no pair");
  const keys = { keys: [{ ...pair.publicKey.export({ format: "jwk" }), alg: "RS256", kid: "k1" }] };
  const asked: string[] = [];
  b = await bench([hook({ verify: { kind: "jwt", algorithm: "RS256" } })], {
    secrets: { CI_SECRET: "https://ci.example/keys" },
    fetchText: async (url) => {
      asked.push(url);
      return JSON.stringify(keys);
    },
  });
  const authorization = `Bearer ${await token("RS256", pair.privateKey, now)}`;
  expect(await deliver({ headers: { authorization } })).toBe(202);
  expect(asked).toEqual(["https://ci.example/keys"]);
});

test("SNS's question whether to subscribe is answered, and starts no run", async () => {
  const scheme = schemes.find(({ verify }) => verify.kind === "sns");
  if (!scheme) throw new Error("the scheme moved");
  await open(scheme);
  fetched.length = 0;
  const url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x";
  const asks = { Type: "SubscriptionConfirmation", SubscribeURL: url, Token: "x" };
  expect(await deliver({ body: snsBody(arn("alarms"), now, asks) })).toBe(200);
  expect(fetched).toContain(url);
  expect(b.inlet.launches).toEqual([]);
});

test("a secret in the URL is in no line of the log", async () => {
  const scheme = schemes.find(({ verify }) => verify.kind === "url");
  if (!scheme) throw new Error("the scheme moved");
  await open(scheme);
  await deliver({ path: `/${encodeURIComponent(words.wrong)}` });
  await deliver({ path: `/${encodeURIComponent(words.current)}` });
  expect(b.logged).not.toEqual([]);
  expect(JSON.stringify(b.logged)).not.toMatch(/secret of today|another secret|another%20secret/);
});

/**
 * Every way to prove a delivery, at the channel's door: right, wrong, missing, with a rotated secret, and replayed.
 */
import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bench, bench, clock, hook, nowhere } from "../../support/webhook/bench.ts";
import {
  arn,
  body,
  desk,
  fetched,
  now,
  rsa,
  type Scheme,
  type Sent,
  schemes,
  secretsOf,
  snsBody,
  token,
  words,
} from "../../support/webhook/schemes.ts";

let b: Bench;

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

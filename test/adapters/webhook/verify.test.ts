/** Every kind of signature against its vendor's published vectors, and against everything that is nearly right. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { kindOf, type Verification } from "../../../adapters/webhook/kinds/list.ts";
import { verify } from "../../../adapters/webhook/verify.ts";
import { nowhere } from "../../support/webhook/bench.ts";

interface Vector {
  source: string;
  how: Verification;
  secret: string;
  body: string;
  headers: Record<string, string>;
  /** Unix seconds; for kinds that sign a time. */
  at?: number;
}

const mac = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest();
const pagerduty = readFileSync(
  new URL("../../fixtures/webhook/pagerduty-priority-updated.json", import.meta.url),
  "utf8",
);
const standardSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const standard = {
  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
  "webhook-timestamp": "1614265330",
  "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
};
const standardBody = '{"test": 2432232314}';

/** Published by the vendor: in its documentation or the tests of its own client. */
const published: Vector[] = [
  {
    source: "GitHub docs, validating webhook deliveries",
    how: { kind: "github" },
    secret: "It's a Secret to Everybody",
    body: "Hello, World!",
    headers: {
      "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    },
  },
  {
    source: "Standard Webhooks, specification",
    how: { kind: "standard-webhooks" },
    secret: standardSecret,
    body: standardBody,
    headers: standard,
    at: 1614265330,
  },
  {
    source: "GitLab signing token (Standard Webhooks)",
    how: { kind: "gitlab" },
    secret: standardSecret,
    body: standardBody,
    headers: standard,
    at: 1614265330,
  },
  {
    source: "PagerDuty's Go client",
    how: { kind: "pagerduty" },
    secret: "lDQHScfUeXUKaQRNF+8XIiDKZ7XX3itBAYzwU0TARw8lJqRnkKl2iB1anSb0Z+IK",
    body: pagerduty,
    headers: {
      "x-pagerduty-signature": "v1=0c0b9495b893a39e70d1fea2fe11fbe0a825f88b9f67846f6cc07dd2bc5476cd",
    },
  },
  ...(
    [
      ["hello world", "secret", "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"],
      ["lalala", "another-secret", "daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00"],
      [
        "an-important-request-payload",
        "hunter123",
        "9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa",
      ],
    ] as const
  ).map(([body, secret, signature]) => ({
    source: `CircleCI docs, webhooks: ${body}`,
    how: { kind: "circleci" } as const,
    secret,
    body,
    headers: { "circleci-signature": `v1=${signature}` },
  })),
];

/** The vendors publish a scheme but no vector: computed here from the scheme as it is documented. */
const documented: Vector[] = [
  {
    source: "GitLab secret token",
    how: { kind: "gitlab" },
    secret: "gl-secret",
    body: "{}",
    headers: { "x-gitlab-token": "gl-secret" },
  },
  {
    source: "Buildkite signature",
    how: { kind: "buildkite" },
    secret: "bk",
    body: '{"event":"build.finished"}',
    headers: {
      "x-buildkite-signature": `timestamp=1619071700,signature=${mac("bk", '1619071700.{"event":"build.finished"}').toString("hex")}`,
    },
    at: 1619071700,
  },
  {
    source: "Buildkite token",
    how: { kind: "buildkite" },
    secret: "bk",
    body: "{}",
    headers: { "x-buildkite-token": "bk" },
  },
  {
    source: "Grafana, body only",
    how: { kind: "grafana" },
    secret: "gr",
    body: "{}",
    headers: { "x-grafana-alerting-signature": mac("gr", "{}").toString("hex") },
  },
  {
    source: "Grafana with a timestamp header",
    how: { kind: "grafana", timestampHeader: "x-grafana-alerting-timestamp" },
    secret: "gr",
    body: "{}",
    headers: {
      "x-grafana-alerting-signature": mac("gr", "1619071700:{}").toString("hex"),
      "x-grafana-alerting-timestamp": "1619071700",
    },
    at: 1619071700,
  },
  {
    source: "bearer",
    how: { kind: "bearer" },
    secret: "t0ken",
    body: "{}",
    headers: { authorization: "Bearer t0ken" },
  },
  {
    source: "Alertmanager, http_config.authorization",
    how: { kind: "alertmanager" },
    secret: "t0ken",
    body: "{}",
    headers: { authorization: "Bearer t0ken" },
  },
  {
    source: "generic HMAC in base64",
    how: { kind: "hmac", header: "x-signature", encoding: "base64" },
    secret: "s",
    body: "{}",
    headers: { "x-signature": mac("s", "{}").toString("base64") },
  },
  {
    source: "generic HMAC with a prefix and a time",
    how: { kind: "hmac", header: "x-signature", prefix: "sha256=", timestampHeader: "x-time" },
    secret: "s",
    body: "{}",
    headers: { "x-signature": `sha256=${mac("s", "1619071700.{}").toString("hex")}`, "x-time": "1619071700" },
    at: 1619071700,
  },
];

function check(
  vector: Vector,
  change: { secret?: string; body?: string; headers?: Record<string, string>; at?: number } = {},
) {
  const { how, secret, body, headers, at } = { ...vector, ...change };
  const delivered = {
    headers: new Headers(headers),
    body: Buffer.from(body),
    pathSecret: null,
    now: (at ?? 1) * 1000,
    ...nowhere,
  };
  return verify(kindOf(how), delivered, [secret]);
}

const all = [...published, ...documented];

describe.each(all)("$source", (vector) => {
  test("is authentic", async () => {
    expect(await check(vector)).toBe("authentic");
  });

  test("is refused with another secret, and with none", async () => {
    expect(await check(vector, { secret: `${vector.secret.slice(0, -4)}AAAA` })).toBe("bad_signature");
    expect(await check(vector, { headers: {} })).toBe("bad_signature");
  });

  test("is refused when its header is empty, truncated, lengthened, or of another version", async () => {
    const secrets = Object.keys(vector.headers).filter((name) => !/^(?:webhook-id|.*time.*)$/.test(name));
    for (const name of secrets) {
      const value = vector.headers[name] ?? "";
      const near = [
        "",
        value.slice(0, -2),
        `${value}00`,
        value.replace(/v1/g, "v2"),
        value.replace("sha256=", "sha1="),
      ];
      for (const wrong of near.filter((candidate) => candidate !== value)) {
        expect(await check(vector, { headers: { ...vector.headers, [name]: wrong } }), wrong).toBe(
          "bad_signature",
        );
      }
    }
  });
});

const overBody = all.filter(
  (vector) =>
    (!["bearer", "alertmanager"].includes(vector.how.kind) && !/token$/i.test(vector.source)) ||
    vector.source.startsWith("GitLab signing"),
);

test.each(overBody)("$source: another body is refused", async (vector) => {
  expect(await check(vector, { body: `${vector.body} ` })).toBe("bad_signature");
});

const stamped = all.filter((vector) => vector.at !== undefined);

test.each(stamped)(
  "$source: 300 s of difference are allowed, more is stale, past and future",
  async (vector) => {
    const at = vector.at ?? 0;
    expect(await check(vector, { at: at + 300 })).toBe("authentic");
    expect(await check(vector, { at: at - 300 })).toBe("authentic");
    expect(await check(vector, { at: at + 301 })).toBe("stale_signature");
    expect(await check(vector, { at: at - 301 })).toBe("stale_signature");
  },
);

test("a signed time that is no number is stale, also when it is signed well", async () => {
  const body = "{}";
  for (const stamp of ["NaN", "1e9", "-1", "1614265330.5"]) {
    const signature = createHmac("sha256", Buffer.from(standardSecret.slice(6), "base64"))
      .update(`m.${stamp}.${body}`)
      .digest("base64");
    const headers = { "webhook-id": "m", "webhook-timestamp": stamp, "webhook-signature": `v1,${signature}` };
    const vector = {
      source: "",
      how: { kind: "standard-webhooks" } as const,
      secret: standardSecret,
      body,
      headers,
    };
    expect(await check({ ...vector, at: 1614265330 })).toBe("stale_signature");
  }
});

test("while secrets rotate, one good signature among several is enough", async () => {
  const [, standardVector, , pagerdutyVector] = published;
  if (!standardVector || !pagerdutyVector) throw new Error("vectors moved");
  const good = standard["webhook-signature"];
  const old = `v1,${Buffer.alloc(32).toString("base64")}`;
  for (const list of [`${old} ${good}`, `${good} ${old}`, `v1a,AAAA ${good}`]) {
    expect(await check(standardVector, { headers: { ...standard, "webhook-signature": list } })).toBe(
      "authentic",
    );
  }
  const signature = pagerdutyVector.headers["x-pagerduty-signature"] ?? "";
  const list = `v1=${"0".repeat(64)},${signature}`;
  expect(await check(pagerdutyVector, { headers: { "x-pagerduty-signature": list } })).toBe("authentic");
});

test("a whsec_ without a key is no secret", async () => {
  const signature = createHmac("sha256", "").update("m.1.{}").digest("base64");
  const headers = { "webhook-id": "m", "webhook-timestamp": "1", "webhook-signature": `v1,${signature}` };
  const vector = { source: "", how: { kind: "standard-webhooks" } as const, body: "{}", headers };
  expect(await check({ ...vector, secret: "whsec_" })).toBe("bad_signature");
});

test("an empty secret never matches an empty token", async () => {
  for (const kind of ["bearer", "gitlab", "buildkite"] as const) {
    const headers = new Headers({ authorization: "Bearer ", "x-gitlab-token": "", "x-buildkite-token": "" });
    const delivered = { headers, body: Buffer.from("{}"), pathSecret: "", now: 0, ...nowhere };
    expect(await verify(kindOf({ kind }), delivered, [""])).toBe("bad_signature");
  }
});

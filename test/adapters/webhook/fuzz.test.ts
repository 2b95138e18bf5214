/** Ten thousand deliveries of every broken shape: no crash, nothing unauthorised, memory flat. */
import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { bench, clock, deliver, hook, secret } from "../../support/webhook/bench.ts";

/** A small seeded generator: a failure can be run again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The high bits: the low ones of such a generator repeat soon.
    return Math.floor((state / 2 ** 32) * below);
  };
}

const pieces = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "\\",
  "\\u0000",
  "null",
  "1e999",
  "-0",
  "__proto__",
  "a",
  "\ud800",
  "\ufeff",
  "{}",
  '{"action":"completed"}',
  '{"alerts":[{"fingerprint":1}],"groupKey":{}}',
  '{"event":{"id":[]}}',
  "\n",
  "\x00",
];
const headerNames = [
  "x-hub-signature-256",
  "x-gitlab-token",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "x-pagerduty-signature",
  "x-buildkite-signature",
  "circleci-signature",
  "x-grafana-alerting-signature",
  "authorization",
  "x-signature",
  "content-type",
  "content-encoding",
  "content-length",
  "x-github-delivery",
];
const headerValues = [
  "",
  "v1=",
  "v1,",
  "sha256=",
  "sha256=zz",
  "Bearer ",
  "Bearer x",
  `v1=${"0".repeat(64)}`,
  "gzip",
  "-1",
  "1".repeat(500),
  "timestamp=1,signature=00",
  "timestamp=,signature=",
  "application/json",
  "multipart/form-data",
];
const kinds = [
  "github",
  "gitlab",
  "standard-webhooks",
  "pagerduty",
  "buildkite",
  "circleci",
  "grafana",
  "bearer",
  "alertmanager",
] as const;

test("10,000 fuzzed deliveries", async () => {
  const random = randomOf(20_261_120);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const b = await bench([
    ...kinds.map((kind) =>
      hook({
        name: kind,
        verify: { kind },
        concurrencyKey: ["groupKey", "a.b.0"],
        fields: ["a", "alerts.0"],
      }),
    ),
    hook({ name: "hmac", verify: { kind: "hmac", header: "x-signature" } }),
  ]);
  /** Parses, but nothing is of the type that its name promises. */
  const wrongTypes = (): object =>
    Object.fromEntries(
      ["action", "groupKey", "alerts", "status", "event", "id", "a"].map((key) => {
        const values = [
          null,
          true,
          random(9),
          [],
          {},
          [{ fingerprint: {} }],
          "x".repeat(random(300)),
          { b: [random(3)] },
        ];
        return [key, pick(values)];
      }),
    );
  const names = [...kinds, "hmac", "nobody"];
  const allowed = new Set([200, 202, 400, 401, 404, 413, 415, 422, 429]);
  let authentic = 0;
  const before = process.memoryUsage().heapUsed;

  for (let i = 0; i < 10_000; i++) {
    clock.at += 2000;
    const name = pick(names);
    const rubble = Array.from({ length: random(12) }, () => pick(pieces)).join("");
    const body = random(3) === 0 ? JSON.stringify(wrongTypes()) : rubble;
    const headers: Record<string, string> = {};
    for (let h = random(4); h > 0; h--) headers[pick(headerNames)] = pick(headerValues);
    // One in eight is signed well, so that what comes after the signature is fuzzed too.
    const signs = random(8) === 0;
    if (signs && name === "hmac")
      headers["x-signature"] = createHmac("sha256", secret).update(body).digest("hex");
    if (signs && name === "bearer") headers.authorization = `Bearer ${secret}`;
    if (signs && name === "alertmanager") headers.authorization = `Bearer ${secret}`;
    const launches = b.inlet.launches.length + b.inlet.commands.length;
    const { status } = await deliver(b.channel, name, body, headers);
    expect(allowed, `${name} ${JSON.stringify(body)} ${JSON.stringify(headers)}`).toContain(status);
    const did = b.inlet.launches.length + b.inlet.commands.length > launches;
    if (did) {
      authentic++;
      expect(signs, `${name} did something without a good signature`).toBe(true);
    }
  }

  expect(authentic).toBeGreaterThan(50);
  const grown = process.memoryUsage().heapUsed - before;
  expect(grown).toBeLessThan(150 * 1024 * 1024);
});

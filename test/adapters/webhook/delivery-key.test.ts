/** The same delivery has the same key, another one another: for each source's own idea of a delivery. */
import { expect, test } from "vitest";
import { deliveryKey } from "../../../adapters/webhook/delivery-key.ts";
import type { Verification } from "../../../adapters/webhook/options.ts";
import type { Json } from "../../../adapters/webhook/payload.ts";
import { hook } from "../../support/webhook/bench.ts";

function key(
  kind: Exclude<Verification["kind"], "hmac">,
  headers: Record<string, string>,
  payload: Json = {},
): string {
  return deliveryKey(
    hook({ verify: { kind } }),
    new Headers(headers),
    payload,
    Buffer.from(JSON.stringify(payload)),
  );
}

test("each source's own id is the key", () => {
  expect(key("standard-webhooks", { "webhook-id": "msg_1" })).toBe("msg_1");
  expect(key("gitlab", { "webhook-id": "msg_2", "idempotency-key": "x" })).toBe("msg_2");
  expect(key("gitlab", { "idempotency-key": "msg_3" })).toBe("msg_3");
  expect(key("gitlab", { "x-gitlab-event-uuid": "e", "x-gitlab-webhook-uuid": "w" })).toBe("e/w");
  expect(key("pagerduty", {}, { event: { id: "01B" } })).toBe("01B");
  expect(key("circleci", {}, { id: "c-1" })).toBe("c-1");
  expect(key("buildkite", {}, { event: "build.finished", build: { id: "b", state: "failed" } })).toBe(
    "build.finished/b/failed",
  );
  expect(key("bearer", { "idempotency-key": "BUILD_TAG-7" })).toBe("BUILD_TAG-7");
});

test("without an id the whole body is the key", () => {
  const kinds = [
    "github",
    "gitlab",
    "standard-webhooks",
    "pagerduty",
    "circleci",
    "buildkite",
    "grafana",
    "bearer",
  ] as const;
  for (const kind of kinds) {
    expect(key(kind, {}, { a: 1 }), kind).toMatch(/^[0-9a-f]{32}$/);
    expect(key(kind, {}, { a: 1 }), kind).toBe(key(kind, {}, { a: 1 }));
    expect(key(kind, {}, { a: 1 }), kind).not.toBe(key(kind, {}, { a: 2 }));
  }
});

test("an id that is not signed makes no other delivery of a body that is", () => {
  const signed = { a: 1 };
  const sent = (header: string, id: string, verify: Verification) =>
    deliveryKey(hook({ verify }), new Headers({ [header]: id }), signed, Buffer.from(JSON.stringify(signed)));
  const plain: Verification = { kind: "hmac", header: "x-signature" };
  for (const [header, verify] of [
    ["x-github-delivery", { kind: "github" }],
    ["idempotency-key", plain],
  ] as const) {
    expect(sent(header, "one", verify)).toMatch(/^[0-9a-f]{32}$/);
    expect(sent(header, "two", verify)).toBe(sent(header, "one", verify));
  }
  // A capture is of no use for longer than the signed time allows, so there the sender's own id counts.
  const timed: Verification = { ...plain, timestampHeader: "x-time" };
  expect(sent("idempotency-key", "one", timed)).toBe("one");
});

test("GitLab's event id alone, which all hooks of one event share, is not enough", () => {
  expect(key("gitlab", { "x-gitlab-event-uuid": "e" })).toMatch(/^[0-9a-f]{32}$/);
});

test("a very long key is shortened to its digest", () => {
  const long = key("bearer", { "idempotency-key": "x".repeat(5000) });
  expect(long).toMatch(/^[0-9a-f]{32}$/);
  expect(long).not.toBe(key("bearer", { "idempotency-key": "y".repeat(5000) }));
});

test("wrong types where ids are expected fall back to the body", () => {
  for (const id of [null, true, {}, [], ""]) expect(key("circleci", {}, { id })).toMatch(/^[0-9a-f]{32}$/);
});

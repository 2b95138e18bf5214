/** The same delivery has the same key, another one another: for each source's own idea of a delivery. */
import { expect, test } from "vitest";
import { deliveryKey } from "../../../adapters/webhook/delivery-key.ts";
import { kindOf, type Verification } from "../../../adapters/webhook/kinds/list.ts";
import type { Json as AnyJson } from "../../../adapters/webhook/payload.ts";

type Json = { [key: string]: AnyJson };
/** Kinds without options. */
type Plain = Exclude<Verification["kind"], "hmac" | "header" | "timestamped" | "jwt">;

function key(kind: Plain, headers: Record<string, string>, payload: Json = {}): string {
  const received = { headers: new Headers(headers), payload };
  return deliveryKey(kindOf({ kind }), received, Buffer.from(JSON.stringify(payload)));
}

test("each source's own id is the key", () => {
  expect(key("standard-webhooks", { "webhook-id": "msg_1" })).toBe("msg_1");
  expect(key("gitlab", { "webhook-id": "msg_2", "idempotency-key": "x" })).toBe("msg_2");
  expect(key("gitlab", { "idempotency-key": "msg_3" })).toBe("msg_3");
  expect(key("gitlab", { "x-gitlab-event-uuid": "e", "x-gitlab-webhook-uuid": "w" })).toBe("e/w");
  expect(key("pagerduty", {}, { event: { id: "01B" } })).toBe("01B");
  expect(key("circleci", {}, { id: "c-1" })).toBe("c-1");
  expect(key("sns", {}, { MessageId: "m-1" })).toBe("m-1");
  expect(key("standard-webhooks", { "svix-id": "msg_4", "svix-signature": "v1,x" })).toBe("msg_4");
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
    deliveryKey(
      kindOf(verify),
      { headers: new Headers({ [header]: id }), payload: signed },
      Buffer.from(JSON.stringify(signed)),
    );
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

test("a button pressed twice on GitHub is two deliveries, and each of them again is the same", () => {
  const pressed = { ref: "refs/heads/main", workflow: ".github/workflows/deploy.yml", inputs: {} };
  const first = key("github", { "x-github-delivery": "d-1" }, pressed);
  expect(key("github", { "x-github-delivery": "d-2" }, pressed)).not.toBe(first);
  expect(key("github", { "x-github-delivery": "d-1" }, pressed)).toBe(first);
  const sent = { action: "deploy", branch: "main", client_payload: null };
  expect(key("github", { "x-github-delivery": "d-3" }, sent)).toBe("d-3");
});

test("a retried build and two jobs of one build on Buildkite are deliveries of their own", () => {
  const build = { id: "b", state: "failed" };
  const job = (id: string) => key("buildkite", {}, { event: "job.finished", build, job: { id } });
  expect(job("j-1")).not.toBe(job("j-2"));
  expect(job("j-1")).toBe(job("j-1"));
  const ended = (finished_at: string) =>
    key("buildkite", {}, { event: "build.finished", build: { ...build, finished_at } });
  expect(ended("2026-01-01T00:00:00Z")).not.toBe(ended("2026-01-01T01:00:00Z"));
});

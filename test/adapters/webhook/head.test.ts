/** What the head of a delivery shows to be forged is refused before a byte of its body is read. */
import { expect, test } from "vitest";
import type { Verification } from "../../../adapters/webhook/kinds/list.ts";
import { bench, hook } from "../../support/webhook/bench.ts";

const stamp = "1700000000";
const zeros = "0".repeat(64);

/** [kind, headers of a stranger who signs nothing, of one who makes a signature up; null: the head decides] */
const kinds: [Verification, Record<string, string>, Record<string, string> | null][] = [
  [{ kind: "github" }, { "x-github-event": "push" }, { "x-hub-signature-256": `sha256=${zeros}` }],
  [{ kind: "gitlab" }, { "x-gitlab-token": "guessed" }, null],
  [
    { kind: "standard-webhooks" },
    { "webhook-id": "1", "webhook-timestamp": stamp },
    { "webhook-id": "1", "webhook-timestamp": stamp, "webhook-signature": "v1,AAAA" },
  ],
  [{ kind: "pagerduty" }, {}, { "x-pagerduty-signature": `v1=${zeros}` }],
  [
    { kind: "buildkite" },
    { "x-buildkite-token": "guessed" },
    { "x-buildkite-signature": `timestamp=${stamp},signature=${zeros}` },
  ],
  [{ kind: "circleci" }, {}, { "circleci-signature": `v1=${zeros}` }],
  [{ kind: "grafana" }, {}, { "x-grafana-alerting-signature": zeros }],
  [{ kind: "alertmanager" }, { authorization: "Bearer guessed" }, null],
  [{ kind: "sentry" }, {}, { "sentry-hook-signature": zeros }],
  [{ kind: "bearer" }, { authorization: "Bearer guessed" }, null],
  [{ kind: "basic" }, { authorization: "Basic Z3Vlc3NlZA==" }, null],
  [{ kind: "header", header: "x-token" }, { "x-token": "guessed" }, null],
  [{ kind: "url" }, {}, null],
  [{ kind: "hmac", header: "x-signature" }, {}, { "x-signature": zeros }],
  [
    { kind: "timestamped", header: "x-signed" },
    { "x-signed": "v1=00" },
    { "x-signed": `t=${stamp},v1=${zeros}` },
  ],
];

/** Whether the body was asked for, and what was answered. */
async function send(how: Verification, headers: Record<string, string>) {
  const { channel } = await bench([hook({ verify: how })]);
  let isRead = false;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        isRead = true;
        controller.enqueue(new TextEncoder().encode("{}"));
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const all = { "content-type": "application/json", ...headers };
  const init: RequestInit & { duplex: "half" } = { method: "POST", headers: all, body, duplex: "half" };
  const answer = await channel.handle(new Request("http://localhost/webhooks/ci", init));
  return { isRead, status: answer?.status };
}

test.each(kinds)("$kind is not read without a proof", async (how, unsigned) => {
  expect(await send(how, unsigned)).toEqual({ isRead: false, status: 401 });
});

test.each(kinds.filter(([, , forged]) => forged !== null))(
  "$kind is read where only the body can tell",
  async (how, _, forged) => {
    expect(await send(how, forged ?? {})).toEqual({ isRead: true, status: 401 });
  },
);

/** The log line of a request: which one, and never the secret or the one-time token in its path. */
import { Hono } from "hono";
import { expect, test } from "vitest";
import { channelPaths } from "../../src/config/channels.ts";
import type { Env } from "../../src/http/guard/context.ts";
import { requestId } from "../../src/http/guard/request-id.ts";

async function pathLogged(path: string): Promise<unknown> {
  const lines: object[] = [];
  const quiet = () => {};
  const log = { debug: (fields: object) => void lines.push(fields), info: quiet, warn: quiet, error: quiet };
  const app = new Hono<Env>();
  app.use(requestId(log, channelPaths));
  app.all("*", (c) => c.text(""));
  await app.request(`http://localhost${path}`, { method: "POST" });
  return (lines[0] as { path?: unknown } | undefined)?.path;
}

test.each([
  ["/webhooks/ci/s3cret", "/webhooks/ci"],
  ["/webhooks/ci/s3cret/more", "/webhooks/ci"],
  ["/mail/post/s3cret", "/mail/post"],
  ["/slack/events", "/slack/events"],
  ["/agent/state/run_1", "/agent/state/run_1"],
])("%s is logged as %s", async (path, logged) => {
  expect(await pathLogged(path)).toBe(logged);
});

test("the query is never told", async () => {
  expect(await pathLogged("/agent/runs?token=s3cret")).toBe("/agent/runs");
});

/** A server over HTTP that leads elsewhere: nothing goes there, and what is told of it opens nothing. */
import { expect, test } from "vitest";
import { toldOf } from "../../../adapters/mcp/result.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { acceptedAt, call, folder, server } from "./bench.ts";
import { webServer } from "./web-server.ts";

test("a redirect to another origin gets neither the call nor the token", async () => {
  const other = await webServer();
  const { url } = await webServer((_, response) => {
    response.writeHead(307, { location: other.url }).end();
    return true;
  });
  const options = { configDir: folder(), name: "web", allow: "*", private: true, url } as const;
  const from = server({ ...options, bearer: secretOf("WEB_TOKEN", "canary-bearer-1234") });
  expect(await from.look()).toMatchObject({
    ok: false,
    detail: expect.stringContaining(`it answered 307, which leads to ${other.url}, on another host`),
  });
  expect(other.heard).toEqual([]);
});

test.each([
  [
    "another origin",
    "https://sso.example.com/start/aB3dE5fG7hJ9/x?code=canary",
    "https://sso.example.com/start/…",
  ],
  [
    "its own log-in, which would lose the call",
    "/login/aB3dE5fG7hJ9?code=canary",
    "http://HERE/login/… (as for a log-in)",
  ],
])("of a redirect to %s is told where it leads, without what may be a key", async (_, location, shown) => {
  const { url } = await webServer((one, response) => {
    if (!one.body.includes("tools/call")) return false;
    response.writeHead(302, { location }).end(`Found. Redirecting to ${location}`);
    return true;
  });
  const outcome = await call(await acceptedAt({ url, effect: "once" }), "web_work", {});
  if (outcome.type !== "in_doubt") throw new Error(JSON.stringify(outcome));
  expect(outcome.reason).toContain(
    `it answered 302, which leads to ${shown.replace("HERE", new URL(url).host)}`,
  );
  expect(outcome.reason).not.toMatch(/aB3dE5|canary|Redirecting/);
});

test("a file that is here already is named without what was the key to it, a link stays whole", () => {
  const uri = "https://files.example.com/reports/7?X-Amz-Signature=canary";
  const { text, files } = toldOf({
    content: [
      { type: "resource", resource: { uri, blob: Buffer.from("pdf").toString("base64") } },
      { type: "resource", resource: { uri, text: "All is well." } },
      { type: "resource_link", name: "report", uri },
    ],
  });
  const shown = "https://files.example.com/reports/7";
  expect(files).toMatchObject([{ name: shown, alt: shown }]);
  expect(text.split("\n")).toEqual([
    `[attached: ${shown}, application/octet-stream, 3 bytes]`,
    `[${shown}]`,
    "All is well.",
    `[a link, not followed: report, ${uri}]`,
  ]);
});

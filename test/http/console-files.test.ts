/**
 * The console's files, how answers are packed, the paths only the browser knows, the sub-path of a proxy, and
 * the channels' endpoints.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Channel } from "../../src/core/ports/channel.ts";
import { muteChannel } from "../support/channel.ts";
import { expectProblem } from "../support/http/problem.ts";
import { type Bench, bench } from "../support/http/server.ts";

let consoleDir: string;
beforeAll(async () => {
  consoleDir = await mkdtemp(join(tmpdir(), "belay-console-"));
  await mkdir(join(consoleDir, "assets"));
  const script = '<script type="module" src="/assets/app.js"></script>';
  const early = '<link rel="preload" as="fetch" crossorigin href="/session">';
  const page = `<!doctype html><html><head>${script}${early}</head><body><div id="root"></div></body></html>`;
  await writeFile(join(consoleDir, "index.html"), page);
  const app = "document.title = 'Console';";
  await writeFile(join(consoleDir, "assets/app.js"), app);
  await writeFile(join(consoleDir, "assets/app.js.br"), brotliCompressSync(app));
  await writeFile(join(consoleDir, "assets/app.js.gz"), gzipSync(app));
  await writeFile(join(consoleDir, "assets/plain.css"), "body {}");
});
afterAll(() => rm(consoleDir, { recursive: true }));

const page = { accept: "text/html,*/*" };
const get = (b: Bench, path: string, headers: Record<string, string> = {}) =>
  b.call("GET", path, { as: null, headers });

test("the page and its files are served to everybody, with a strict policy", async () => {
  using b = await bench({ consoleDir });
  const index = await get(b, "/", page);
  expect(await index.text()).toContain('src="/assets/app.js"');
  expect(index.headers.get("cache-control")).toBe("no-cache");
  expect(index.headers.get("content-security-policy")).toBe(
    "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; " +
      "form-action 'self'; img-src 'self' data:",
  );
  const script = await get(b, "/assets/app.js");
  expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(script.headers.get("cache-control")).toContain("immutable");
  expect(script.headers.get("x-content-type-options")).toBe("nosniff");
});

test("the page asks early for data only where somebody is logged in: a browser keeps a refusal for later", async () => {
  using b = await bench({ consoleDir, publicUrl: "https://ops.example/belay" });
  expect(await (await get(b, "/", page)).text()).not.toContain("preload");
  const known = await b.call("GET", "/", { as: "reader", headers: page });
  expect(await known.text()).toContain('<link rel="preload" as="fetch" crossorigin href="/belay/session">');
});

const read = { br: brotliDecompressSync, gzip: gunzipSync };

test.each([
  ["gzip, deflate, br", "br"],
  ["gzip", "gzip"],
  ["br;q=0, GZIP;q=0.5", "gzip"],
  ["identity", null],
  ["", null],
] as const)("a file is sent as small as the browser reads it: %s", async (accept, encoding) => {
  using b = await bench({ consoleDir });
  const response = await get(b, "/assets/app.js", { "accept-encoding": accept });
  expect(response.headers.get("content-encoding")).toBe(encoding);
  expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
  expect(response.headers.get("vary")).toMatch(/accept-encoding/i);
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(String(encoding === null ? bytes : read[encoding](bytes))).toBe("document.title = 'Console';");
});

test("what was not packed is sent as it is, and the packed files have no address of their own", async () => {
  using b = await bench({ consoleDir });
  const plain = await get(b, "/assets/plain.css", { "accept-encoding": "br" });
  expect([plain.headers.get("content-encoding"), await plain.text()]).toEqual([null, "body {}"]);
  await expectProblem(await get(b, "/assets/app.js.br"), 404, "not_found");
});

test("a file that is known already is not sent again; each packing has a tag of its own", async () => {
  using b = await bench({ consoleDir });
  const tagOf = async (path: string, accept: string) =>
    (await get(b, path, { ...page, "accept-encoding": accept })).headers.get("etag") ?? "none";
  const tags = [await tagOf("/assets/app.js", "br"), await tagOf("/assets/app.js", "gzip")];
  expect(new Set(tags).size).toBe(2);
  for (const [path, tag] of [
    ["/assets/app.js", tags[0]],
    ["/", await tagOf("/", "br")],
  ]) {
    const again = await get(b, path ?? "", {
      ...page,
      "accept-encoding": "br",
      "if-none-match": `"other", ${tag}`,
    });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  }
});

test("a path of the browser's own router gets the page; a missing file and an API path do not", async () => {
  using b = await bench({ consoleDir });
  expect(await (await get(b, "/runs/run_1", page)).text()).toContain('id="root"');
  await expectProblem(await get(b, "/assets/missing.js", page), 404, "not_found");
  await expectProblem(await get(b, "/runs/run_1"), 404, "not_found");
});

test.each(["/../package.json", "/assets/..%2f..%2f..%2f..%2fpackage.json", "/%2e%2e/%2e%2e/x.html", "/.env"])(
  "nothing outside of the folder is served: %s",
  async (path) => {
    using b = await bench({ consoleDir });
    await expectProblem(await get(b, path), 404, "not_found");
  },
);

test("without a build the page says so", async () => {
  using b = await bench();
  const index = await get(b, "/", page);
  expect(index.status).toBe(200);
  expect(await index.text()).toContain("The console is not built");
});

test("under a proxy's path everything works, whether the proxy passes that path on or not", async () => {
  using b = await bench({ consoleDir, publicUrl: "https://ops.example/belay" });
  for (const base of ["/belay", ""]) {
    const index = await (await get(b, `${base}/`, page)).text();
    expect(index).toContain('src="/belay/assets/app.js"');
    expect(index).toContain('<meta name="belay-base" content="/belay">');
    expect((await get(b, `${base}/assets/app.js`)).status).toBe(200);
    const launch = await b.call("POST", `${base}/agent/launch`, { json: { input_prompt: "a" } });
    expect(launch.headers.get("location")).toMatch(/^\/belay\/agent\/state\/run_/);
  }
  await expectProblem(await get(b, "/belayed/agents"), 404, "not_found");
});

/** A channel that answers below /webhooks/ci and says what it got. */
function echoing(): Channel {
  return muteChannel({
    name: "webhook",
    can: { edit: false, buttons: false, maxText: 1000, minIntervalMs: 0 },
    post: async () => ({ remoteId: "1" }),
    handle: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/webhooks/ci") return null;
      return request.text().then((body) => Response.json({ pathname, body }));
    },
    health: () => ({ ok: false, detail: "not connected" }),
  });
}

test("channels receive below their paths, without a login, with the raw body", async () => {
  using b = await bench({ publicUrl: "https://ops.example/belay" }, [echoing()]);
  for (const path of ["/webhooks/ci", "/belay/webhooks/ci"]) {
    const response = await b.call("POST", path, { as: null, body: "not JSON" });
    expect(await response.json()).toEqual({ pathname: "/webhooks/ci", body: "not JSON" });
  }
  await expectProblem(await b.call("POST", "/slack/events", { as: null, body: "{}" }), 404, "not_found");
  await expectProblem(await b.call("POST", "/webhooks/other", { as: null, body: "{}" }), 404, "not_found");
  // Whatever comes until the port is closed is written down.
  b.engine.draining = true;
  expect((await b.call("POST", "/webhooks/ci", { as: null, body: "{}" })).status).toBe(200);
});

test("a body over 26 MiB reaches no channel, whether its length is declared or not", async () => {
  using b = await bench({}, [echoing()]);
  const piece = new Uint8Array(1024 * 1024).fill(0x61);
  const pieces = (count: number) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        if (count-- > 0) controller.enqueue(piece);
        else controller.close();
      },
    });
  const send = (count: number) => b.call("POST", "/webhooks/ci", { as: null, body: pieces(count) });
  const most = (await (await send(26)).json()) as { body: string };
  expect(most.body.length).toBe(26 * 1024 * 1024);
  await expectProblem(await send(27), 413, "body_too_large");
  const headers = { "content-length": String(26 * 1024 * 1024 + 1) };
  const declared = b.call("POST", "/webhooks/ci", { as: null, body: "short", headers });
  await expectProblem(await declared, 413, "body_too_large");
});

test("long answers are packed for who reads that, and are the same words", async () => {
  using b = await bench();
  const { id } = await b.launch("A".repeat(2_000));
  for (const path of ["/agent/runs", `/agent/state/${id}`, "/questions", "/agents", "/tools"]) {
    const packed = await b.call("GET", path, { headers: { "accept-encoding": "gzip, br" } });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("vary")).toMatch(/accept-encoding/i);
    const plain = await b.call("GET", path);
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(String(gunzipSync(await packed.arrayBuffer()))).toBe(await plain.text());
  }
  const stream = await b.call("GET", `/agent/runs/${id}/stream`, { headers: { "accept-encoding": "gzip" } });
  expect(stream.headers.get("content-encoding")).toBeNull();
  await stream.body?.cancel();
});

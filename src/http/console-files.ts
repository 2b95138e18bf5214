/** The built console: files, and its one page for every path that only the browser knows. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import type { Hono } from "hono";
import { isCode } from "../core/system-error.ts";
import type { Ctx, Env, Server } from "./guard/context.ts";
import { ProblemError } from "./guard/problems.ts";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

const missing =
  "<!doctype html><html lang=en><meta charset=utf-8><title>Belay</title>" +
  "<h1>The console is not built</h1><p>Run <code>npm run build</code>, then load this page again. " +
  'The API works without it: see <a href="docs">the API page</a>.';

/** Comes last: it answers every GET that no route before it has, and throws 404 `not_found` for the rest. */
export function addConsole(app: Hono<Env>, server: Server): void {
  app.get("*", async (c) => {
    const file = await readInside(server.config.consoleDir, c.req.path, encodingsIn(c));
    if (file) return fileResponse(c, file);
    const wantsPage = c.req.header("accept")?.includes("text/html") ?? false;
    if (c.req.path !== "/" && (!wantsPage || extname(c.req.path) !== "")) throw notFound();
    const page = await readInside(server.config.consoleDir, "/index.html", []);
    if (!page) return c.html(missing, c.req.path === "/" ? 200 : 404);
    const text = page.bytes.toString("utf8");
    const own = c.get("caller") === null ? withoutEarly(text) : text;
    const bytes = Buffer.from(rebased(own, server.base));
    return fileResponse(c, { ...page, bytes });
  });
  app.notFound(() => {
    throw notFound();
  });
}

function notFound(): ProblemError {
  return new ProblemError("not_found", "There is nothing at this path. GET /docs describes the API.");
}

/** How the build has packed files beside themselves, the smallest first. */
const packed = { br: ".br", gzip: ".gz" } as const;
type Encoding = keyof typeof packed;

interface ConsoleFile {
  path: string;
  bytes: Buffer;
  encoding: Encoding | null;
}

/** Those that the browser says it reads. */
function encodingsIn(c: Ctx): Encoding[] {
  const said = (c.req.header("accept-encoding") ?? "").toLowerCase().split(",");
  const refused = /;\s*q\s*=\s*0(\.0*)?\s*$/;
  const names = said.filter((one) => !refused.test(one)).map((one) => one.replace(/;.*/, "").trim());
  return (["br", "gzip"] as const).filter((encoding) => names.includes(encoding));
}

/** null: no such file. A path that leads outside of the folder is no such file either. */
async function readInside(
  folder: string,
  path: string,
  encodings: readonly Encoding[],
): Promise<ConsoleFile | null> {
  if (!(extname(path) in types)) return null;
  const full = normalize(join(folder, path));
  if (!full.startsWith(normalize(folder + sep))) return null;
  for (const encoding of [...encodings, null]) {
    const bytes = await readIfThere(full + (encoding === null ? "" : packed[encoding]));
    if (bytes) return { path, bytes, encoding };
  }
  return null;
}

/** What is there and can't be read is trouble, not a missing file. */
async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR", "EISDIR")) return null;
    throw error;
  }
}

function fileResponse(c: Ctx, { path, bytes, encoding }: ConsoleFile): Response {
  // The build puts a hash of the content into the names of what lies in assets/.
  const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  c.header("Cache-Control", cache);
  c.header("Vary", "Accept-Encoding", { append: true });
  c.header("ETag", etag);
  if (
    c.req
      .header("if-none-match")
      ?.split(/\s*,\s*/)
      .includes(etag)
  )
    return c.body(null, 304);
  if (encoding !== null) c.header("Content-Encoding", encoding);
  c.header("Content-Type", types[extname(path)] ?? "application/octet-stream");
  return c.body(new Uint8Array(bytes));
}

/**
 * Who is not logged in gets no data early: the browser would keep the refusals, and take them for the answers to
 * what is asked after the login.
 */
function withoutEarly(page: string): string {
  return page.replace(/\s*<link rel="preload" as="fetch"[^>]*>/g, "");
}

/** Behind a proxy's sub-path the page's own absolute links get that path; the console reads it from the meta tag. */
function rebased(page: string, base: string): string {
  if (base === "") return page;
  const linked = page.replace(/\b(src|href)="\/(?!\/)/g, (_, name: string) => `${name}="${base}/`);
  return linked.replace("<head>", () => `<head><meta name="belay-base" content="${base}">`);
}

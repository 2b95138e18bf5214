/** Why a server is not there, in words with which whoever declared it can do something. */
import { expect, test } from "vitest";
import { secretOf } from "../../../src/tools/secret.ts";
import { acceptedAt, folder, node, odd, server } from "./bench.ts";
import { webServer } from "./web-server.ts";

/** A server whose process runs this script. */
const running = (script: string) =>
  server({ configDir: folder(), name: "odd", command: node, args: ["-e", script], allow: "*" });

test("a process that ends at once is told by how it ended, and by its own words", async () => {
  const { ok, detail } = await running('console.error("missing API_KEY"); process.exit(3)').look();
  expect({ ok, detail }).toEqual({
    ok: false,
    detail: "away: it ended with exit status 3; it said: missing API_KEY",
  });
});

test("a process that dies of an error is told by the error, and not by the end of its stack", async () => {
  const script =
    "Error.stackTraceLimit = 40; const deep = (n) => { if (n > 0) return deep(n - 1); throw new Error('no PORT is set'); }; deep(30)";
  expect((await running(script).look()).detail).toContain("Error: no PORT is set");
});

test("a process that prints other things than messages is told by what it printed", async () => {
  const { detail } = await running(
    'console.log("Listening on 3000"); process.stdin.once("data", () => process.exit())',
  ).look();
  expect(detail).toBe(
    "away: it ended with exit status 0; its standard output holds what is no message: Listening on 3000",
  );
});

test.each([
  [401, "it refused access (401): check the bearer token or the oauth that belay.config.ts gives it"],
  [403, "it refused access (403): check the bearer token or the oauth that belay.config.ts gives it"],
  [404, "it answered 404; is its url right?: no such page"],
  [503, "it answered 503: "],
])("a server that answers %i is told with what to look at", async (status, words) => {
  const { url } = await webServer((_, response) => {
    response.writeHead(status).end("no such page");
    return true;
  });
  const bearer = secretOf("WEB_TOKEN", "canary-bearer-1234");
  const from = server({ configDir: folder(), name: "web", allow: "*", private: true, url, bearer });
  expect((await from.look()).detail).toContain(words);
});

test("a name in allow that the server does not have is told, with the one that may be meant", async () => {
  const all = { configDir: folder(), name: "odd", command: node, args: [odd, folder(), "well"] };
  const { tools } = await server({ ...all, allow: ["wrk", "deploy"] }).look();
  expect(tools).toEqual([
    { name: "deploy", standing: "refused", words: "allow names it, and its server has no such tool" },
    {
      name: "wrk",
      standing: "refused",
      words: "allow names it, and its server has no such tool; did you mean work?",
    },
  ]);
  const { url } = await webServer();
  expect((await (await acceptedAt({ url, allow: ["work"] })).look()).tools).toMatchObject([
    { standing: "offered" },
  ]);
});

test("a server of which nothing is accepted yet says what is to be done, one that is accepted says nothing", async () => {
  const all = {
    configDir: folder(),
    name: "odd",
    command: node,
    args: [odd, folder(), "well"],
    allow: "*",
  } as const;
  const before = server(all);
  expect(before.notes).toEqual(["odd: nobody has accepted its tools yet: npm run mcp -- accept odd"]);
  await before.accept();
  expect(server(all).notes).toEqual([]);
});

/** What is misspelt in a declaration is refused by name: nothing else would tell, and a call could run unapproved. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { command } from "../../adapters/command/tools.ts";
import { http } from "../../adapters/http/tools.ts";
import { mcp } from "../../adapters/mcp/tools.ts";
import { didYouMean } from "../../src/core/text/closest.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { secretOf } from "../../src/tools/secret.ts";

const input = z.object({});
const token = secretOf("TOKEN", "t0ken");
const noSecret = 'is no secret; give secret("NAME"), which reads it from the environment';

/** Types are taken away when a configuration is loaded, and nobody looks at them. */
const untyped = (value: object) => value as never;
const unknown = (key: string, meant: string) =>
  new RegExp(
    `^${key.replaceAll(".", "\\.")}: is not known \\(did you mean ${meant}\\?\\); known are [\\w, ]*$`,
  );

describe("a tool", () => {
  const define = (change: object) =>
    defineTool(untyped({ name: "act", description: "Act.", input, run: () => "", ...change }));
  const job = { handle: z.string(), begin: async () => "", poll: async () => ({}) };

  test.each<[object, string | RegExp]>([
    [{ effect: "reads" }, 'tool act: effect: must be one of "read", "idempotent", "once"; found "reads"'],
    [{ effect: "Once" }, 'tool act: effect: must be one of "read", "idempotent", "once"; found "Once"'],
    [
      { effect: "idempotent", requireApproval: true },
      unknown("tool act: requireApproval", "requiresApproval"),
    ],
    [{ requiresApproval: { cont: 2 } }, unknown("tool act: requiresApproval.cont", "count")],
    [
      { requiresApproval: { count: 0 } },
      "tool act: requiresApproval.count: must be at least 1; found the number 0",
    ],
    [{ requiresApproval: { count: "2" } }, "tool act: requiresApproval.count: must be a number; found text"],
    [{ requiresApproval: { by: "@sre" } }, "tool act: requiresApproval.by: must be a list; found text"],
    [
      { requiresApproval: { unseen: "deny" } },
      'tool act: requiresApproval.unseen: must be one of "refuse", "ask", "allow"; found "deny"',
    ],
    [
      { requiresApproval: "yes" },
      "tool act: requiresApproval: must be true or false or an object; found text",
    ],
    [
      { requiresApproval: null },
      "tool act: requiresApproval: must be true or false or an object; found null",
    ],
    [{ untrusted: "no" }, "tool act: untrusted: must be true or false; found text"],
    [{ description: " " }, "tool act: description: must not be empty"],
    [{ timeout: 5 }, unknown("tool act: timeout", "timeoutMs")],
    [{ timeoutMs: "5" }, "tool act: timeoutMs: must be a number; found text"],
    [{ timeoutMs: 2 ** 31 }, "tool act: timeoutMs: must be at most 2073600000; found the number 2147483648"],
    [{ maxOutput: 0 }, "tool act: maxOutput: must be at least 1; found the number 0"],
    [{ colour: 5 }, "tool act: colour: is not known; known are "],
    [{ input: { id: {} } }, "tool act: input: is no z.object({ … })"],
    [{ name: null }, "tool: name: must be text; found null"],
    [{ name: "Act" }, "tool Act: name: is lower-case letters, digits and _, at most 63, a letter first"],
    [{ run: undefined }, "tool act: give it run, or a job where its work outlives the call"],
    [{ job }, "tool act: give it run, or a job where its work outlives the call"],
    [{ run: undefined, job: { ...job, canel: job.poll } }, unknown("tool act: job.canel", "cancel")],
    [{ run: "act.sh" }, "tool act: run: must be a function; found text"],
    [{ verify: { everyMs: 5 } }, "tool act: verify.check: is missing; give a function"],
    [{ verify: { check: job.poll, withinMS: 5 } }, unknown("tool act: verify.withinMS", "withinMs")],
    [{ preview: "diff" }, "tool act: preview: must be a function; found text"],
    [{ secrets: ["t0ken"] }, `tool act: secrets.0: ${noSecret}`],
    [{ offer: "mpc" }, 'tool act: offer: must be "mcp"; found "mpc"'],
  ])("with %j is refused", (change, words) => {
    expect(() => define(change)).toThrow(words);
  });

  test("says nothing of what is left undefined", () => {
    const more: object = { effect: undefined, requireApproval: undefined };
    expect(define({ ...more, requiresApproval: { count: 2, cont: undefined } }).spec.effect).toBe("once");
  });
});

test.each<[object, string | RegExp]>([
  [{ argv: "df -h" }, "command look: argv: must be a list, one argument each, like"],
  [{ argv: undefined }, "command look: argv: is missing; give a list, one argument each, like"],
  [{ argv: ["df", 7] }, "command look: argv.1: must be text or a list; found the number 7"],
  [{ argv: ["df -h"] }, 'argv: begin with the program alone; each argument stands by itself: ["df","-h"]'],
  [
    { argv: ["df", "-h", "|", "head"] },
    'argv: "|" would be an argument, since no shell reads it; call a script',
  ],
  [{ argv: ["make", "2>&1"] }, 'argv: "2>&1" would be an argument'],
  [{ preview: "ls" }, "command look: preview: must be a list, one argument each, like"],
  [{ pinned: [7] }, "command look: pinned.0: must be text; found the number 7"],
  [{ effect: "write" }, 'command look: effect: must be one of "read", "idempotent", "once"; found "write"'],
  [{ okExit: [1] }, unknown("command look: okExit", "okExits")],
  [{ okExits: 1 }, "command look: okExits: must be a list; found the number 1"],
  [{ okExits: ["1"] }, "command look: okExits.0: must be a number; found text"],
  [{ previewExits: [300] }, "command look: previewExits.0: must be at most 255; found the number 300"],
  [{ env: { TOKEN: 7 } }, 'command look: env.TOKEN: must be text or secret("NAME"); found the number 7'],
  [{ env: "TOKEN=t0ken" }, "command look: env: must be an object; found text"],
  [{ cwd: "here" }, "command look: cwd: is no absolute path"],
  [{ graceMs: -1 }, "command look: graceMs: must be at least 0; found the number -1"],
  [{ timeoutMs: "60s" }, "command look: timeoutMs: must be a number; found text"],
  [{ maxOutput: 1.5 }, "command look: maxOutput: must be a whole number; found the number 1.5"],
  [{ undo: "revert" }, "command look: undo: must be a function; found text"],
  // A pack makes these by itself: written beside it they would be lost.
  [{ run: () => "" }, "command look: run: is not known; known are "],
  [{ control: "finish" }, "command look: control: is not known; known are "],
  [{ effect: "once" }, "command look: it runs once, as a job that outlives the bot; give it dataDir"],
  [{ effect: "once", dataDir: 7 }, "command look: dataDir: must be text; found the number 7"],
])("a command with %j is refused", (change, words) => {
  const declared = { name: "look", description: "Look.", effect: "read", input, argv: ["df"], ...change };
  expect(() => command(untyped(declared))).toThrow(words);
});

test("a program of a path with spaces, and one that compares, are as good as any", () => {
  const declare = (argv: string[]) =>
    command({ name: "look", description: "Look.", effect: "read", input, argv });
  for (const argv of [
    ["/opt/My Tools/look", "-a"],
    ["test", "b", ">", "a"],
    ["df", "a|b"],
  ]) {
    expect(declare(argv).spec.name).toBe("look");
  }
});

test.each<[object, string | RegExp]>([
  [
    { method: "get" },
    'api shop: operations.0.method: must be one of "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"',
  ],
  [{ path: undefined }, 'api shop: operations.0.path: is missing; give a path like "/orders/{id}'],
  [{ path: "orders" }, 'api shop: operations.0.path: "orders" is no path; write it like /orders/{id}'],
  [
    { method: "POST", effect: "safe" },
    'api shop: operations.0.effect: must be one of "read", "idempotent", "once"; found "safe"',
  ],
  [{ headers: {} }, "api shop: operations.0.headers: is not known; known are "],
  [{ timeout: 5 }, unknown("api shop: operations.0.timeout", "timeoutMs")],
  [{ timeoutMs: "5" }, "api shop: operations.0.timeoutMs: must be a number; found text"],
  [{ body: "id" }, "api shop: operations.0.body: must be a list; found text"],
  [{ idempotencyHeader: "A B" }, "api shop: operations.0.idempotencyHeader: is no name of a header"],
  [{ untrusted: "no" }, "api shop: operations.0.untrusted: must be true or false; found text"],
])("an operation with %j is refused", (change, words) => {
  const operation = { name: "get", description: "Get.", method: "GET", effect: "read", path: "/", input };
  const declared = {
    name: "shop",
    baseUrl: "https://shop.example",
    operations: [{ ...operation, ...change }],
  };
  expect(() => http(untyped(declared))).toThrow(words);
});

test.each<[object, string | RegExp]>([
  [{ header: {} }, unknown("api shop: header", "headers")],
  [{ operations: {} }, "api shop: operations: must be a list; found an object"],
  // The text would have counted as true.
  [{ private: "no" }, "api shop: private: must be true or false; found text"],
  [
    { headers: { "X Token": token } },
    "api shop: headers.X Token: has a key that does not fit: it is no name",
  ],
  [{ headers: { accept: "a\nb" } }, "api shop: headers.accept: holds a line end, which a header can't"],
  [
    { headers: { a: ["Bearer ", 7] } },
    'api shop: headers.a.1: must be text or secret("NAME"); found the number 7',
  ],
  [
    { baseUrl: "http://shop.example" },
    "api shop: baseUrl: must begin with https:// (http:// only with private: true)",
  ],
  [
    { baseUrl: "https://a:t0ken@shop.example" },
    /^api shop: baseUrl: holds a user or password; give a secret\S+ beside it$/,
  ],
  [
    { baseUrl: "https://shop.example?key=t0ken" },
    /^api shop: baseUrl: has a query or a fragment; write it like \S+$/,
  ],
  [{ name: "Shop" }, "api Shop: name: is lower-case letters"],
])("an API with %j is refused", (change, words) => {
  const declared = { name: "shop", baseUrl: "https://shop.example", operations: [], ...change };
  expect(() => http(untyped(declared))).toThrow(words);
});

test.each<[object, string | RegExp]>([
  [{ command: "npx -y server" }, 'command: name the program alone: command: "npx", args: ["-y","server"]'],
  [{ args: "server.js" }, 'args: must be a list, like ["server.js"]'],
  [{ allow: undefined }, "allow: is missing; give a list of the names of the tools that may be used, or "],
  [{ allow: [7] }, "allow.0: must be text; found the number 7"],
  [{ command: undefined }, "give it either a command (a process of this bot) or a url"],
  [{ requireApproval: true }, unknown("mcp odd: requireApproval", "requiresApproval")],
  // What holds for tools is looked at before any of them is accepted.
  [{ requiresApproval: { cont: 2 } }, unknown("mcp odd: requiresApproval.cont", "count")],
  [{ tools: { work: { efect: "read" } } }, unknown("mcp odd: tools.work.efect", "effect")],
  [
    { tools: { work: { untrusted: "yes" } } },
    "mcp odd: tools.work.untrusted: must be true or false; found text",
  ],
  [{ tools: ["work"] }, "mcp odd: tools: must be an object; found a list"],
  [{ configDir: undefined }, "mcp odd: configDir: is missing; give text"],
  [{ env: { TOKEN: 7 } }, 'mcp odd: env.TOKEN: must be text or secret("NAME"); found the number 7'],
  [{ bearer: token }, "mcp odd: bearer: is not known; known are "],
])("an MCP server with %j is refused", (change, words) => {
  const declared = { configDir: "/nowhere", name: "odd", command: "node", allow: "*", ...change };
  expect(() => mcp(untyped(declared))).toThrow(words);
});

test.each<[object, string | RegExp]>([
  [{ bearer: "t0ken" }, `mcp odd: bearer: ${noSecret}`],
  [{ private: "no" }, "mcp odd: private: must be true or false; found text"],
  [{ env: { TOKEN: token } }, "mcp odd: env: is not known; known are "],
  [
    { oauth: { tokenUrl: "https://a.example", clientId: "a" } },
    'oauth.clientSecret: is missing; give secret("NAME")',
  ],
  [
    { oauth: { tokenUrl: "https://a.example", clientId: "a", clientSecret: token, scopes: "x" } },
    unknown("mcp odd: oauth.scopes", "scope"),
  ],
  [
    { url: "http://a.example/mcp" },
    "mcp odd: url: must begin with https:// (http:// only with private: true)",
  ],
])("an MCP server over HTTP with %j is refused", (change, words) => {
  const declared = {
    configDir: "/nowhere",
    name: "odd",
    url: "https://a.example/mcp",
    allow: "*",
    ...change,
  };
  expect(() => mcp(untyped(declared))).toThrow(words);
});

test("a word that is like none is not guessed at", () => {
  const words = ["effect", "requiresApproval", "by"];
  const written = ["efect", "effetc", "requires_approval", "bye", "yb", "colour", "x".repeat(10_000)];
  expect(written.map((word) => didYouMean(word, words))).toEqual([
    "; did you mean effect?",
    "; did you mean effect?",
    "; did you mean requiresApproval?",
    "; did you mean by?",
    "; did you mean by?",
    "",
    "",
  ]);
});

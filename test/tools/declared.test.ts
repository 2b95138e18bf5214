/** What is misspelt in a declaration is refused by name: nothing else would tell, and a call could run unapproved. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { command } from "../../adapters/command/tools.ts";
import { github } from "../../adapters/github/tools.ts";
import { http } from "../../adapters/http/tools.ts";
import { mcp } from "../../adapters/mcp/tools.ts";
import { prometheus } from "../../adapters/prometheus/tools.ts";
import { sql } from "../../adapters/sql/tools.ts";
import { didYouMean } from "../../src/core/text/closest.ts";
import { defineTool } from "../../src/tools/define-tool.ts";

/** As a configuration has it when it is loaded: its types were taken away, and nobody looked at them. */
const loaded = (value: object) => JSON.parse(JSON.stringify(value));
const input = z.object({});

const unknown = (key: string, meant: string) =>
  new RegExp(`^${key.replaceAll(".", "\\.")}: is not known; known are [\\w, ]*; did you mean ${meant}\\?$`);

describe("a tool", () => {
  const define = (change: object) =>
    defineTool({ ...{ name: "act", description: "Act.", input, run: () => "" }, ...loaded(change) });

  test.each([
    [{ effect: "reads" }, 'tool act: effect: must be one of "read", "idempotent", "once"; found "reads"'],
    [{ effect: "Once" }, 'tool act: effect: must be one of "read", "idempotent", "once"; found "Once"'],
    [
      { effect: "idempotent", requireApproval: true },
      unknown("tool act: requireApproval", "requiresApproval"),
    ],
    [{ requiresApproval: { cont: 2 } }, unknown("tool act: requiresApproval: cont", "count")],
    [
      { requiresApproval: { count: 0 } },
      "tool act: requiresApproval: count: must be at least 1; found the number 0",
    ],
    [{ requiresApproval: { count: "2" } }, "tool act: requiresApproval: count: must be a number; found text"],
    [{ requiresApproval: { by: "@sre" } }, "tool act: requiresApproval: by: must be a list; found text"],
    [
      { requiresApproval: { unseen: "deny" } },
      'tool act: requiresApproval: unseen: must be one of "refuse", "ask", "allow"; found "deny"',
    ],
    [{ requiresApproval: "yes" }, "tool act: requiresApproval: it must be an object; found text"],
    [{ requiresApproval: null }, "tool act: requiresApproval: it must be an object; found null"],
    [{ untrusted: "no" }, "tool act: untrusted: must be true or false; found text"],
    [{ description: " " }, "tool act: description: must not be empty"],
    [{ timeout: 5 }, unknown("tool act: timeout", "timeoutMs")],
    [{ colour: 5 }, "tool act: colour: is not known; known are "],
    [{ input: { id: {} } }, "tool act: input is no z.object({ … })"],
    [{ name: null }, "tool null: a name is lower-case letters"],
  ])("with %j is refused", (change, words) => {
    expect(() => define(change)).toThrow(words);
  });

  test("says nothing of what is left undefined", () => {
    const more: object = { effect: undefined, requireApproval: undefined };
    expect(defineTool({ name: "act", description: "Act.", input, run: () => "", ...more }).spec.effect).toBe(
      "once",
    );
  });
});

test.each([
  [{ argv: "df -h" }, 'command look: argv is "df -h"; write it as a list, one argument each'],
  [{}, "command look: argv is missing; write it as a list"],
  [{ argv: ["df -h"] }, 'argv: begin with the program alone; each argument stands by itself: ["df","-h"]'],
  [
    { argv: ["df", "-h", "|", "head"] },
    'argv: "|" would be an argument, since no shell reads it; call a script',
  ],
  [{ argv: ["make", "2>&1"] }, 'argv: "2>&1" would be an argument'],
  [{ argv: ["df"], preview: "ls" }, 'command look: preview is "ls"; write it as a list'],
  [
    { argv: ["df"], effect: "write" },
    'tool look: effect: must be one of "read", "idempotent", "once"; found "write"',
  ],
  [{ argv: ["df"], okExit: [1] }, unknown("tool look: okExit", "okExits")],
])("a command with %j is refused", (change, words) => {
  expect(() =>
    command({ name: "look", description: "Look.", effect: "read", input, ...loaded(change) }),
  ).toThrow(words);
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

test.each([
  [{ method: "get" }, 'api shop: get: method "get" is none; write it like method: "GET"'],
  [{ path: undefined }, "api shop: get: path is no text; write it like"],
  [
    { method: "POST", effect: "safe" },
    'tool shop_get: effect: must be one of "read", "idempotent", "once"; found "safe"',
  ],
  [{ headers: {} }, "tool shop_get: headers: is not known; known are "],
])("an operation with %j is refused", (change, words) => {
  const operation = { name: "get", description: "Get.", method: "GET", effect: "read", path: "/", ...change };
  const declare = (more: object) =>
    http({ name: "shop", baseUrl: "https://shop.example", operations: [], ...more });
  expect(() => declare({ operations: [{ ...operation, input }] })).toThrow(words);
  expect(() => declare({ header: {} })).toThrow(unknown("api shop: header", "headers"));
  expect(() => declare({ operations: operation })).toThrow("api shop: operations is no list");
});

test.each([
  [{ command: "npx -y server" }, 'command: name the program alone: command: "npx", args: ["-y","server"]'],
  [{ args: "server.js" }, 'args: write a list, like ["server.js"]'],
  [
    { command: undefined, url: "https://a.example", bearer: "t0ken" },
    'bearer is no secret; give secret("NAME")',
  ],
  [{ allow: undefined }, 'mcp "odd": allow: list the names of the tools that may be used, or write "*"'],
  [{ command: undefined }, "either a command (a process of this bot) or a url"],
  [{ requireApproval: true }, unknown("mcp odd: requireApproval", "requiresApproval")],
  [{ tools: { work: { efect: "read" } } }, unknown("mcp odd: tools.work: efect", "effect")],
])("an MCP server with %j is refused", (change, words) => {
  const declared = { configDir: "/nowhere", name: "odd", command: "node", allow: "*" as const };
  expect(() => mcp({ ...declared, ...change } as typeof declared)).toThrow(words);
});

test.each([
  ["prometheus", () => prometheus(loaded({ url: "http://a.example", token: "t0ken" })), "Prometheus: token"],
  ["github", () => github(loaded({ token: "t0ken", repos: ["a/b"] })), "github: token"],
  ["sql", () => sql(loaded({ name: "shop", description: "Shop.", url: "postgres://a" })), "sql shop: url"],
])("a secret that is written out is refused, and not shown: %s", (_, declare, where) => {
  expect(declare).toThrow(`${where} is no secret; give secret("NAME"), which reads it from the environment`);
});

test("a word that is like none is not guessed at", () => {
  const words = ["effect", "requiresApproval", "by"];
  expect(
    ["efect", "requires_approval", "bye", "colour", "x".repeat(10_000)].map((word) =>
      didYouMean(word, words),
    ),
  ).toEqual(["; did you mean effect?", "; did you mean requiresApproval?", "; did you mean by?", "", ""]);
});

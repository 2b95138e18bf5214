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

describe("a tool", () => {
  const define = (change: object) =>
    defineTool({ ...{ name: "act", description: "Act.", input, run: () => "" }, ...loaded(change) });

  test.each([
    [{ effect: "reads" }, 'tool act: effect: Invalid option: expected one of "read"|"idempotent"|"once"'],
    [{ effect: "Once" }, "tool act: effect: Invalid option"],
    [
      { effect: "idempotent", requireApproval: true },
      'tool act: nothing reads the key "requireApproval"; did you mean requiresApproval?',
    ],
    [
      { requiresApproval: { cont: 2 } },
      'tool act: requiresApproval: nothing reads the key "cont"; did you mean count?',
    ],
    [{ requiresApproval: { count: 0 } }, "tool act: requiresApproval: count: Too small"],
    [
      { requiresApproval: { count: "2" } },
      "tool act: requiresApproval: count: Invalid input: expected number",
    ],
    [{ requiresApproval: { by: "@sre" } }, "tool act: requiresApproval: by: Invalid input: expected array"],
    [{ requiresApproval: { unseen: "deny" } }, "tool act: requiresApproval: unseen: Invalid option"],
    [{ requiresApproval: "yes" }, "tool act: requiresApproval: Invalid input: expected object"],
    [{ requiresApproval: null }, "tool act: requiresApproval: Invalid input: expected object"],
    [{ untrusted: "no" }, "tool act: untrusted: Invalid input: expected boolean"],
    [{ description: " " }, "tool act: description: Too small"],
    [{ timeout: 5 }, 'tool act: nothing reads the key "timeout"; did you mean timeoutMs?'],
    [{ colour: 5 }, 'tool act: nothing reads the key "colour"'],
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
  [{ argv: ["df"], effect: "write" }, "tool look: effect: Invalid option"],
  [{ argv: ["df"], okExit: [1] }, 'tool look: nothing reads the key "okExit"; did you mean okExits?'],
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
  [{ method: "POST", effect: "safe" }, "tool shop_get: effect: Invalid option"],
  [{ headers: {} }, 'tool shop_get: nothing reads the key "headers"'],
])("an operation with %j is refused", (change, words) => {
  const operation = { name: "get", description: "Get.", method: "GET", effect: "read", path: "/", ...change };
  const declare = (more: object) =>
    http({ name: "shop", baseUrl: "https://shop.example", operations: [], ...more });
  expect(() => declare({ operations: [{ ...operation, input }] })).toThrow(words);
  expect(() => declare({ header: {} })).toThrow(
    'api shop: nothing reads the key "header"; did you mean headers?',
  );
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
  [
    { requireApproval: true },
    'mcp odd: nothing reads the key "requireApproval"; did you mean requiresApproval?',
  ],
  [
    { tools: { work: { efect: "read" } } },
    'mcp odd: tools.work: nothing reads the key "efect"; did you mean effect?',
  ],
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

/** The usual mistakes in the options of each pack, and what is said: none is passed over, and no secret is shown. */
import { expect, test } from "vitest";
import { demoTools } from "../../adapters/demo/tools.ts";
import { github } from "../../adapters/github/tools.ts";
import { alertmanager, prometheus } from "../../adapters/prometheus/tools.ts";
import { prometheusVerify } from "../../adapters/prometheus/verify.ts";
import { runbooks } from "../../adapters/runbooks/tools.ts";
import { sql } from "../../adapters/sql/tools.ts";
import { secretOf } from "../../src/tools/secret.ts";

const token = secretOf("TOKEN", "t0ken");
const setting = (value: string | null) => ({ name: "SOME_PLACE", value });
const noSecret = 'is no secret; give secret("NAME"), which reads it from the environment';

/** Types are taken away when a configuration is loaded, and nobody looks at them. */
const untyped = (value: unknown) => value as never;

const packs: Readonly<Record<string, (change: object) => unknown>> = {
  github: (change) => github(untyped({ token, repos: ["a/b"], ...change })),
  prometheus: (change) => prometheus(untyped({ url: "http://a.example:9090", ...change })),
  alertmanager: (change) => alertmanager(untyped({ url: "http://a.example:9093", ...change })),
  sql: (change) => sql(untyped({ name: "shop", description: "Orders.", url: token, ...change })),
  demoTools: (change) => demoTools(untyped({ file: "restarts.log", isDemo: true, ...change })),
  runbooks: (change) => runbooks(untyped({ folder: "nowhere", ...change })),
  prometheusVerify: (change) =>
    prometheusVerify(
      untyped({ url: "http://a.example", query: "up", better: () => true, window: "5m", ...change }),
    ),
};

test.each<[keyof typeof packs, object, string]>([
  [
    "github",
    { repo: ["a/b"] },
    "github: repo: is not known (did you mean repos?); known are token, repos, baseUrl, keyInput",
  ],
  [
    "github",
    { keyinput: "id" },
    "github: keyinput: is not known (did you mean keyInput?); known are token, repos, baseUrl, keyInput",
  ],
  ["runbooks", { dir: "a" }, "runbooks: dir: is not known; known are folder"],
  ["runbooks", { folder: undefined }, "runbooks: folder: is missing; give text"],
  ["github", { readOnly: true }, "github: readOnly: is not known; known are token, repos, baseUrl, keyInput"],
  ["github", { token: "t0ken" }, `github: token: ${noSecret}`],
  ["github", { token: setting("t0ken") }, `github: token: ${noSecret}`],
  [
    "github",
    { token: undefined },
    'github: token: is missing; give secret("NAME"), which reads it from the environment',
  ],
  [
    "github",
    { repos: "a/b,c/d" },
    'github: repos: must be a list, like ["owner/name"], or setting("NAME"); found text',
  ],
  // A secret has no value that could be read here: the pack would have been off, and nobody told why.
  [
    "github",
    { repos: token },
    'github: repos: must be a list, like ["owner/name"], or setting("NAME"); found an object',
  ],
  [
    "github",
    { repos: undefined },
    'github: repos: is missing; give a list, like ["owner/name"], or setting("NAME")',
  ],
  ["github", { repos: ["a"] }, 'github: repos: "a" is no repository; write it like owner/name'],
  [
    "github",
    { repos: setting("a/b c/d") },
    'SOME_PLACE: "a/b c/d" is no repository; write it like owner/name',
  ],
  [
    "github",
    { baseUrl: "github.example" },
    'github: baseUrl: "github.example" is no http(s) URL; write it like https://api.github.com',
  ],
  [
    "github",
    { baseUrl: "https://a:t0ken@b.example" },
    'github: baseUrl: holds a user or password; give a secret("NAME") beside it',
  ],
  ["github", { keyInput: "" }, "github: keyInput: must not be empty"],
  [
    "prometheus",
    { tokn: token },
    "prometheus: tokn: is not known (did you mean token?); known are url, token",
  ],
  ["prometheus", { bearer: token }, "prometheus: bearer: is not known; known are url, token"],
  [
    "prometheus",
    { url: undefined, Url: "http://a.example" },
    'prometheus: url: is missing; give a URL, or setting("NAME"); Url: is not known (did you mean url?); known are url, token',
  ],
  [
    "prometheus",
    { url: "a.example:9090" },
    'prometheus: url: "a.example:9090" is no http(s) URL; write it like http://host:9090',
  ],
  [
    "prometheus",
    { url: "http://a:t0ken@b.example?x=1" },
    'prometheus: url: holds a user or password; give a secret("NAME") beside it',
  ],
  [
    "prometheus",
    { url: setting("http://a.example?key=t0ken") },
    "SOME_PLACE: has a query or a fragment; write it like http://host:9090",
  ],
  ["prometheus", { token: "t0ken" }, `prometheus: token: ${noSecret}`],
  [
    "alertmanager",
    { tokens: token },
    "alertmanager: tokens: is not known (did you mean token?); known are url, token",
  ],
  [
    "alertmanager",
    { url: 9093 },
    'alertmanager: url: must be a URL, or setting("NAME"); found the number 9093',
  ],
  [
    "sql",
    { maxRow: 5 },
    "sql shop: maxRow: is not known (did you mean maxRows?); known are name, description, url, statementMs, maxRows, maxCharacters, maxCost",
  ],
  [
    "sql",
    { max_cost: 5 },
    "sql shop: max_cost: is not known (did you mean maxCost?); known are name, description, url, statementMs, maxRows, maxCharacters, maxCost",
  ],
  [
    "sql",
    { readonly: true },
    "sql shop: readonly: is not known; known are name, description, url, statementMs, maxRows, maxCharacters, maxCost",
  ],
  ["sql", { url: "postgres://a:t0ken@b.example/c" }, `sql shop: url: ${noSecret}`],
  [
    "sql",
    { name: "Shop" },
    "sql Shop: name: is lower-case letters, digits and _, at most 56, a letter first",
  ],
  ["sql", { name: undefined }, "sql: name: is missing; give text"],
  ["sql", { description: " " }, "sql shop: description: must not be empty"],
  // No plan costs more than what is no number.
  ["sql", { maxCost: "1k" }, "sql shop: maxCost: must be a number; found text"],
  ["sql", { maxCost: Number.NaN }, "sql shop: maxCost: must be a number; found no number"],
  ["sql", { maxCost: 0 }, "sql shop: maxCost: must be more than 0; found the number 0"],
  ["sql", { maxRows: "200" }, "sql shop: maxRows: must be a number; found text"],
  ["sql", { maxCharacters: 1.5 }, "sql shop: maxCharacters: must be a whole number; found the number 1.5"],
  [
    "sql",
    { statementMs: 2 ** 31 },
    "sql shop: statementMs: must be at most 1036800000; found the number 2147483648",
  ],
  [
    "demoTools",
    { isDemo: undefined, isdemo: true },
    "demoTools: isDemo: is missing; give true or false; isdemo: is not known (did you mean isDemo?); known are file, isDemo",
  ],
  [
    "prometheusVerify",
    { beter: () => true },
    "prometheusVerify: beter: is not known (did you mean better?); known are url, token, query, better, worse, window, everyMs",
  ],
  [
    "prometheusVerify",
    { window: "five minutes" },
    "prometheusVerify: window: is no span of time; write it like 90s or 5m",
  ],
  [
    "prometheusVerify",
    { query: 7 },
    "prometheusVerify: query: must be a query, or a function that gives one; found the number 7",
  ],
])("%s with %j is refused", (pack, change, words) => {
  expect(() => packs[pack]?.(change)).toThrow(new Error(words));
});

test.each([
  ["github", () => github(untyped(undefined)), "github: it is missing; give an object"],
  [
    "prometheus",
    () => prometheus(untyped("http://a.example")),
    "prometheus: it must be an object; found text",
  ],
  ["sql", () => sql(untyped([])), "sql: it must be an object; found a list"],
])("%s without options says so", (_, declare, words) => {
  expect(declare).toThrow(new Error(words));
});

test("what is left undefined, or is off for want of a variable, is no mistake", () => {
  const nothing: object = { maxRows: undefined, token: undefined };
  expect(sql({ name: "shop", description: "Orders.", url: token, ...nothing })).toHaveLength(2);
  for (const [tool] of [
    github({ token: secretOf("TOKEN", null), repos: setting(null) }),
    prometheus({ url: setting(null), ...nothing }),
  ])
    expect(tool?.off).toMatch(/^set \w+( and \w+)? to switch them on$/);
});

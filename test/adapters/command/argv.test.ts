/**
 * Each value stands in its place and in no other, whatever it is; what can't be declared is told at the declaration.
 */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { buildArgv, shownArgv, type Template, type Values } from "../../../adapters/command/argv.ts";
import { command } from "../../../adapters/command/tools.ts";
import { name, pathInside } from "../../../adapters/command/values.ts";

const never = new AbortController().signal;

/** Pieces of every attack on a command line that has a name. */
const piece = fc.oneof(
  fc.constantFrom(
    ...["-", "--", "-o", "--upload-pack=", "-oProxyCommand=", "--kubeconfig=", "-c", "--output=/etc/passwd"],
    ...["\0", "\n", "\r\n", "\u2028", "\u0085", "\u001b[2J", "\u202e", "\ud800"],
    ...["\u2010", "\u2013", "\u2014", "\u2212", "\ufe63", "\uff0d"],
    ...["..", "../", "/", "\\", "~", "//", "%2e%2e", "C:\\"],
    ...[";", "|", "&&", "$(id)", "`id`", "$IFS", ">", "<", "*", "'", '"', " ", "{deployment}", "{}"],
    ...["checkout", "é", "0", "\u{1f600}", "@file", "=", ","],
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);
const hostile = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join("")),
  fc.constantFrom("", "x".repeat(32_768), "x".repeat(32_769)),
);

const template: Template = [
  "kubectl",
  "rollout",
  "restart",
  "deployment/{deployment}",
  "--namespace",
  "{namespace}",
  ["--context={context}", "--", "{context}"],
  "--reason={deployment}:{namespace}",
];

function expected({ deployment, namespace, context }: Values): unknown[] {
  return [
    ...["kubectl", "rollout", "restart", `deployment/${deployment}`, "--namespace", namespace],
    ...(context === null ? [] : [`--context=${context}`, "--", context]),
    `--reason=${deployment}:${namespace}`,
  ];
}

describe("10,000 hostile inputs", () => {
  test("fill their own arguments byte for byte, or are refused; none of them is an option", () => {
    let built = 0;
    const values = fc.record({ deployment: hostile, namespace: hostile, context: fc.option(hostile) });
    fc.assert(
      fc.property(values, (given) => {
        const result = buildArgv(template, given);
        if (!result.ok) {
          expect(result.problems).not.toEqual([]);
          return;
        }
        built += 1;
        expect(result.argv).toEqual(expected(given));
        expect(result.argv.filter((one) => one.startsWith("-")).map((one) => one.split("=")[0])).toEqual([
          "--namespace",
          ...(given.context === null ? [] : ["--context", "--"]),
          "--reason",
        ]);
        expect(result.argv.join("")).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 10_000 },
    );
    expect(built).toBeGreaterThan(500);
  });

  test("are names and paths inside a folder only when they are nothing else", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        if (name.safeParse(text).success) expect(text).toMatch(/^[A-Za-z0-9][\w.@:-]*$/);
        if (!pathInside.safeParse(text).success) return;
        expect(join("/srv", text)).toBe(`/srv/${text}`);
        expect(text.split("/").filter((part) => /^[.-]|^$/.test(part))).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
  });

  test("reach a real program as they were given: the same arguments, as many, and no others", async () => {
    const child = join(import.meta.dirname, "argv-child.ts");
    const tool = command({
      name: "tell",
      description: "Tell the arguments.",
      effect: "read",
      input: z.object({ first: z.string(), second: z.string().nullable() }),
      argv: [process.execPath, child, "--first={first}", ["{second}"], "end"],
    });
    const values = fc.record({ first: hostile, second: fc.option(hostile) });
    const context = { runId: "r1", callId: "c1", key: "r1:c1", epoch: 1, signal: never };
    let ran = 0;
    for (const given of fc.sample(values, { numRuns: 200, seed: 7 })) {
      if (ran === 20) break;
      if (!tool.input.safeParse(given).success) continue;
      ran += 1;
      const told: unknown = JSON.parse(String(await tool.run(given, context)));
      const second = given.second === null ? [] : [given.second];
      expect(told).toMatchObject({ argv: [`--first=${given.first}`, ...second, "end"] });
    }
    expect(ran).toBe(20);
  });
});

describe("a value", () => {
  const built = (argv: Template, values: Values) => {
    const result = buildArgv(argv, values);
    return result.ok ? result.argv : result.problems.map(({ message }) => message).join();
  };

  test.each([
    ["-rf", "could be read as an option"],
    ["\u2013rf", "could be read as an option"],
    ["a\nb", "line end"],
    ["a\0b", "control character"],
    ["", "is empty"],
    ["x".repeat(40_000), "longer than 32768"],
  ])("%j is refused where an option could stand, and it is said why", (value, why) => {
    expect(built(["ls", "{path}"], { path: value })).toContain(why);
  });

  test("may begin with a dash behind --, and inside of an argument", () => {
    expect(built(["grep", "--", "{text}"], { text: "-v" })).toEqual(["grep", "--", "-v"]);
    expect(built(["grep", "--regexp={text}"], { text: "-v" })).toEqual(["grep", "--regexp=-v"]);
  });

  test("that is null takes its list of arguments with it", () => {
    const argv = ["kubectl", "get", "pods", ["--namespace", "{namespace}"], "-o", "wide"];
    expect(built(argv, { namespace: null })).toEqual(["kubectl", "get", "pods", "-o", "wide"]);
    expect(built(argv, { namespace: "shop" })).toContain("shop");
  });

  test("that is a number or a boolean is written out; a negative one is no option either", () => {
    expect(built(["x", "--wait={wait}", "{n}"], { wait: true, n: 3 })).toEqual(["x", "--wait=true", "3"]);
    expect(built(["x", "{n}"], { n: -3 })).toContain("could be read as an option");
  });

  test("with spaces and quotes is shown so that its ends can be seen", () => {
    expect(shownArgv(["echo", "a b", 'say "x"', "plain-1"])).toBe('echo "a b" "say \\"x\\"" plain-1');
  });
});

describe("a declaration is refused", () => {
  const declared = (input: z.ZodObject, argv: Template) => () =>
    command({ name: "work", description: "Work.", effect: "read", input, argv });
  const text = z.object({ a: z.string() });

  test.each<[string, z.ZodObject, Template, string]>([
    ["for an unknown placeholder", text, ["x", "{a}", "{b}"], "{b} is no input; the inputs are a"],
    [
      "for a name of every object's",
      text,
      ["x", "{a}", "{constructor}"],
      "{constructor} is no input; the inputs",
    ],
    [
      "for a misspelt placeholder",
      z.object({ service: z.string() }),
      ["x", "{servcie}"],
      "{servcie} is no input (did you mean service?); the inputs are service",
    ],
    ["for an unused input", text, ["x"], "argv does not use the input a"],
    ["without a program", text, [], "begin with the program"],
    ["when an input chooses the program", text, ["{a}"], "no input may choose the program"],
    ["when an input names an option", text, ["x", "--{a}"], "lets an input name an option"],
    [
      "when null has no place",
      z.object({ a: z.string().nullable() }),
      ["x", "{a}"],
      'into a list, which is left out then: ["{a}"]',
    ],
    ["when a list is never left out", text, ["x", ["{a}"]], "is never left out"],
    [
      "for an input that is no one argument",
      z.object({ a: z.array(z.string()) }),
      ["x", "{a}"],
      "can't be one argument",
    ],
    ["for a shell", text, ["sh", "-c", "echo {a}"], "would be read by a shell"],
    [
      "for a shell behind another program",
      text,
      ["docker", "exec", "db", "bash", "-lc", "psql {a}"],
      "would be read by a shell",
    ],
    ["for a shell with more options", text, ["bash", "-e", "-o", "pipefail", "-c", "echo {a}"], "by a shell"],
    ["for a shell with all options in one", text, ["env", "A=1", "bash", "-ce", "echo {a}"], "by a shell"],
    ["for a shell that takes its text by a long name", text, ["fish", "--command=echo {a}"], "by a shell"],
    ["for another machine by way of a program", text, ["timeout", "9", "ssh", "h", "{a}"], "by a shell"],
    ["for a shell on another machine", text, ["ssh", "host", "restart", "{a}"], "would be read by a shell"],
  ])("%s", (_, input, argv, words) => {
    expect(declared(input, argv)).toThrow(words);
  });

  test("but not for a script, and not for what is only called like it", () => {
    expect(declared(text, ["bash", "-e", "script.sh", "-c", "{a}"])).not.toThrow();
    expect(declared(text, ["pwsh", "-ExecutionPolicy", "Bypass", "-File", "x.ps1", "{a}"])).not.toThrow();
    expect(declared(text, ["systemctl", "status", "ssh", "{a}"])).not.toThrow();
  });

  test("but not for closed lists and numbers behind a shell", () => {
    const closed = z.object({ a: z.enum(["web", "db"]), n: z.int() });
    expect(declared(closed, ["ssh", "host", "restart", "{a}", "{n}"])).not.toThrow();
  });

  test("when it is to end after longer than a timer can wait", () => {
    const job = { name: "work", description: "Work.", input: z.object({}), argv: ["x"], dataDir: "/data" };
    expect(() => command({ ...job, timeoutMs: 2 ** 31 })).toThrow(
      "timeoutMs: must be at most 2073600000; found the number 2147483648",
    );
  });

  test("when it runs once and has no folder to outlive the bot in", () => {
    const definition = { name: "work", description: "Work.", input: text, argv: ["x", "{a}"] };
    // @ts-expect-error: the types say so as well.
    expect(() => command(definition)).toThrow("give it dataDir");
  });
});

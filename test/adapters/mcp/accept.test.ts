/** What people accepted is what runs, by the rules of who declared it and with arguments that fit. */
import { expect, test } from "vitest";
import { mcp } from "../../../adapters/mcp/tools.ts";
import {
  callsIn,
  contextOf,
  folder,
  input,
  oddServer,
  offer,
  server,
  tool,
  toolboxOf,
  wellIn,
} from "./bench.ts";

test("none listed, none offered", async () => {
  const place = folder();
  const from = server(wellIn(place, []));
  expect((await from.accept()).tools).toEqual([]);
  expect(from.tools).toEqual([]);
});

test("a tool that nobody has accepted is off, may be named, and says what to do", () => {
  const [missing] = server(wellIn(folder(), ["work"])).tools;
  expect(missing?.spec.name).toBe("odd_work");
  expect(missing?.off).toContain("npm run mcp -- accept odd");
});

test("what nothing is declared of is once and needs approval, whatever the server says", async () => {
  const place = folder();
  offer(place, tool({ annotations: { readOnlyHint: true, idempotentHint: true } }));
  const { server: from } = await oddServer("well", { at: place });
  const { effect, approval, untrusted } = toolboxOf(from).specs.odd_work ?? {};
  expect({ effect, approval, untrusted }).toEqual({
    effect: "once",
    approval: { by: [], count: 1, ownRequest: true },
    untrusted: true,
  });
  expect(await toolboxOf(from).preview("odd_work", input, contextOf())).toBe(
    "The tool work of the MCP server odd, which says of it, unchecked: reads only, may be repeated.",
  );
});

test("rules of one tool go before those of its server", async () => {
  const place = folder();
  offer(place, tool(), tool({ name: "look" }));
  const tools = { look: { effect: "read", requiresApproval: false, untrusted: false } } as const;
  const { server: from } = await oddServer("well", { at: place, effect: "idempotent", tools });
  const { odd_work, odd_look } = toolboxOf(from).specs;
  expect([odd_work?.effect, odd_look?.effect]).toEqual(["idempotent", "read"]);
  expect([odd_work?.untrusted, odd_look?.untrusted]).toEqual([true, false]);
});

test("arguments are held to the server's schema before anything is sent", async () => {
  const { server: from, at: place } = await oddServer("well");
  const toolbox = toolboxOf(from);
  const { error } = toolbox.check("odd_work", '{"text": 4}');
  expect(error).toMatchObject({
    code: "invalid_input",
    message: expect.stringContaining("input/text must be string"),
  });
  expect(toolbox.check("odd_work", "{}").error?.message).toContain("must have required property 'text'");
  expect(callsIn(place)).toEqual([]);
});

test.each([
  [
    "a pattern that takes for ever",
    { type: "object", properties: { text: { type: "string", pattern: "^(a+)+$" } } },
    // Where nothing ends it, it ends after seconds.
    { text: `${"a".repeat(28)}!` },
    "timed out",
  ],
  [
    "a loop of references below its arguments",
    {
      type: "object",
      properties: { text: { $ref: "#/$defs/a" } },
      $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } },
    },
    { text: "a" },
    "without an end",
  ],
])(
  "%s in a schema refuses the arguments, and holds nothing else up",
  async (_, inputSchema, given, words) => {
    const place = folder();
    offer(place, tool({ inputSchema }));
    const { server: from } = await oddServer("well", { at: place });
    const { error } = toolboxOf(from).check("odd_work", JSON.stringify(given));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining(words) });
    expect(callsIn(place)).toEqual([]);
  },
);

test.each([
  [{ name: "Odd" }, "name: is lower-case"],
  [{ prefix: "a-b" }, "prefix: is lower-case"],
  [{ tools: { rest: {} } }, "tools.rest: it is not in allow"],
  [{ command: "" }, "command: must not be empty"],
])("a declaration like %j says what to correct", (change, words) => {
  expect(() => mcp({ ...wellIn(folder(), ["work"]), ...change })).toThrow(words);
});

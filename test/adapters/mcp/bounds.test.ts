/** What a foreign tool may be given where its schema holds numbers of more digits than a number keeps. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { heldBound } from "../../../adapters/mcp/bounds.ts";
import { compareWritten } from "../../../src/core/text/digits.ts";
import { acceptedAt, folder, server, toolboxOf } from "./bench.ts";
import { webServer } from "./web-server.ts";

describe("a bound is the nearest number that keeps what was written", () => {
  test.each([
    ["maximum", "9223372036854775807", "9223372036854775000"],
    ["exclusiveMaximum", "9223372036854775807", "9223372036854776000"],
    ["minimum", "-9223372036854775809", "-9223372036854775000"],
    ["exclusiveMinimum", "-9223372036854775809", "-9223372036854776000"],
    ["maximum", "9007199254740993", "9007199254740992"],
    ["minimum", "9007199254740993", "9007199254740994"],
    ["minimum", "0.12345678901234567890", "0.12345678901234568"],
    ["maximum", "0.12345678901234567890", "0.12345678901234566"],
    ["maximum", "1e999", "1.7976931348623157e+308"],
    ["minimum", "1e-999", "5e-324"],
    ["maximum", "1e-999", "0"],
    ["maximum", "-1e-999", "-5e-324"],
    ["multipleOf", "9007199254740993", "null"],
    ["constructor", "9007199254740993", "null"],
  ])("%s %s", (keyword, written, held) => {
    expect(String(heldBound(keyword, written))).toBe(held);
  });

  test("of whatever number: what is let through is within, and what is not is beyond", () => {
    const written = fc
      .tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.integer({ min: -40, max: 20 }))
      .map(([digits, power]) => `${digits}e${power}`);
    const near = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(written, near, (bound, other) => {
        for (const number of [
          other,
          Number(bound),
          Number(bound) * (1 + Number.EPSILON),
          Number(bound) * (1 - Number.EPSILON),
        ]) {
          const lies = compareWritten(String(number), bound);
          expect(number <= Number(heldBound("maximum", bound))).toBe(lies <= 0);
          expect(number >= Number(heldBound("minimum", bound))).toBe(lies >= 0);
        }
      }),
    );
  });
});

/** A server whose one tool takes `a` by this schema, written as it stands here. */
async function serverOf(a: string) {
  const schema = `{"type":"object","properties":{"a":${a}}}`;
  const { url } = await webServer(({ body }, response) => {
    if (!body.includes("tools/list")) return false;
    const tools = `{"tools":[{"name":"work","description":"Works.","inputSchema":${schema}}]}`;
    const { id } = JSON.parse(body);
    const message = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${tools}}`;
    response.writeHead(200, { "content-type": "application/json" }).end(message);
    return true;
  });
  return { configDir: folder(), name: "web", allow: "*", private: true, url } as const;
}

test("an argument at the end of 64 bits is checked as it is sent", async () => {
  const toolbox = toolboxOf(
    await acceptedAt(await serverOf('{"type":"integer","maximum":9223372036854775807}')),
  );
  const check = (a: string) => toolbox.check("web_work", `{"a":${a}}`).error?.message ?? null;
  expect(check("9223372036854775000")).toBe(null);
  expect(check("9223372036854776000")).toContain("input/a must be <= 9223372036854775000");
  expect(check("9223372036854775807")).toContain("has more digits than a number keeps here");
});

test.each([
  [
    "enum",
    '{"type":"integer","enum":[1,9007199254740993]}',
    'at /properties/a/enum for [1,"9007199254740993"]',
  ],
  ["const", '{"const":9007199254740993}', 'at /properties/a/const for "9007199254740993"'],
  ["multipleOf", '{"multipleOf":9007199254740993}', 'at /properties/a/multipleOf for "9007199254740993"'],
  [
    "const deep below",
    '{"anyOf":[{},{"items":{"const":9007199254740993}}]}',
    "at /properties/a/anyOf/1/items/const",
  ],
])("a tool that asks for a number that can't be sent is not offered: %s", async (_, a, where) => {
  const { tools } = await server(await serverOf(a)).accept();
  expect(tools).toMatchObject([{ name: "work", standing: "refused", words: expect.stringContaining(where) }]);
  expect(tools[0]?.words).toMatch(/of more digits than can be sent; its server must take it as text$/);
});

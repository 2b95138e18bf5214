/** Arguments as model servers are known to send them: empty, wrapped, or with more digits than a number keeps. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { currentTime } from "../../src/tools/current-time.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { createToolbox } from "../../src/tools/toolbox.ts";

const page = defineTool({
  name: "page",
  description: "Page somebody.",
  effect: "read",
  input: z.object({ account: z.union([z.number(), z.string()]) }),
  run: () => "",
});
const toolbox = createToolbox([page, currentTime], { redact: (text) => text });

test.each(["", "  ", "null", "{}", '"{}"'])("%j are no arguments: a tool without any runs", (args) => {
  expect(toolbox.check("current_time", args)).toEqual({ input: {} });
});

test.each(["", "null"])("%j: the schema says what is missing", (args) => {
  const { error } = toolbox.check("page", args);
  expect(error?.code).toBe("invalid_input");
  expect(error?.message).toMatch(/input\.account: .*page takes account/);
});

test("JSON within a string is read once more", () => {
  expect(toolbox.check("page", JSON.stringify('{"account":7}'))).toEqual({ input: { account: 7 } });
});

describe("numbers that lose digits", () => {
  test.each([
    "1234567890123456789",
    "-1234567890123456789",
    "9007199254740993",
    "12345678901234567.89",
    "0.12345678901234567890123",
    "1e400",
  ])("%s is refused with words", (number) => {
    const { error } = toolbox.check("page", `{"account": ${number}}`);
    expect(error?.code).toBe("invalid_input");
    expect(error?.message).toContain(`The number ${number} has more digits`);
    expect(error?.message).toContain("Send it as text");
  });

  test.each([
    "1",
    "-0.5",
    "9007199254740991",
    "0.1",
    "1.50",
    "1e2",
    "1E+20",
    "100000000000000000000",
    "-0",
    "0.0",
  ])("%s is kept", (number) => {
    expect(toolbox.check("page", `{"account": ${number}}`)).toEqual({ input: { account: Number(number) } });
  });

  test("as text they are kept, also where a string looks like the end of one", () => {
    const account = '1234567890123456789 "\\" 1234567890123456789';
    expect(toolbox.check("page", JSON.stringify({ account }))).toEqual({ input: { account } });
  });

  test("within a string that is JSON they are found too", () => {
    const { error } = toolbox.check("page", JSON.stringify('{"account":1234567890123456789}'));
    expect(error?.message).toContain("1234567890123456789");
  });
});

/** Servers by the protocol's own makers that ask people: everything, as it is published, and the official library's rounds. */
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { mcp } from "../../../adapters/mcp/tools.ts";
import type { CallOutcome } from "../../../src/core/ports/toolbox.ts";
import type { FormAnswer } from "../../../src/core/text/form-answer.ts";
import type { ToolServer } from "../../../src/tools/tool-server.ts";
import { contextOf, folder, node, server, toolboxOf } from "./bench.ts";
import { everything } from "./packages.ts";

async function accepted(args: readonly string[], at = folder()): Promise<ToolServer> {
  const options = { configDir: at, name: "official", command: node, args: [...args], allow: "*" } as const;
  const before = mcp(options);
  onTestFinished(() => before.stop());
  await before.accept();
  await before.stop();
  return server(options);
}

function run(
  from: ToolServer,
  tool: string,
  input: object,
  answered?: { held: unknown; answer: FormAnswer },
) {
  return toolboxOf(from).run(tool, input, { ...contextOf(), ...(answered ? { answered } : {}) });
}

function asked(outcome: CallOutcome): Extract<CallOutcome, { type: "asks" }> {
  if (outcome.type !== "asks") throw new Error(JSON.stringify(outcome));
  return outcome;
}

const form = "official_trigger_elicitation_request";

test("everything: its form of every kind of field is asked, filled in, and told back", async () => {
  const from = await accepted([everything]);
  const { ask, held } = asked(await run(from, form, {}));
  expect(ask.text).toBe("Please provide inputs for the following fields:");
  expect(ask.form?.fields.map(({ name, kind }) => `${name}: ${kind}`)).toEqual([
    "name: text",
    "check: boolean",
    "firstLine: text",
    "email: text",
    "homepage: text",
    "birthdate: text",
    "integer: integer",
    "number: number",
    "untitledSingleSelectEnum: one",
    "untitledMultipleSelectEnum: many",
    "titledSingleSelectEnum: one",
    "titledMultipleSelectEnum: many",
    "legacyTitledEnum: one",
  ]);
  const content = { name: "Dana", check: true, integer: 7, titledMultipleSelectEnum: ["fish-2"] };
  const told = await run(from, form, {}, { held, answer: { action: "accept", content } });
  expect(told).toMatchObject({ type: "finished", output: expect.stringContaining("Name: Dana") });
  expect(JSON.stringify(told)).toContain("fish-2");
});

test.each(["decline", "cancel"] as const)("everything: %s is told as that", async (action) => {
  const from = await accepted([everything]);
  const { held } = asked(await run(from, form, {}));
  const told = await run(from, form, {}, { held, answer: { action } });
  expect(told).toMatchObject({ type: "finished", output: expect.stringContaining(`"action": "${action}"`) });
});

test.each([false, true])("everything: its page is asked for (by an error first: %s)", async (errorPath) => {
  const from = await accepted([everything]);
  const tool = "official_trigger_url_elicitation";
  const input = { url: "https://shop.example/in", message: "Sign in.", elicitationId: "e1", errorPath };
  const answer = { action: "accept" } as const;
  let { ask, held } = asked(await run(from, tool, input));
  if (errorPath) {
    // A page of its own before it begins; then it is called, and asks as it does without.
    expect(ask).toMatchObject({ link: { host: "modelcontextprotocol.io" } });
    ({ ask, held } = asked(await run(from, tool, input, { held, answer })));
  }
  expect(ask).toMatchObject({ link: { host: "shop.example", url: "https://shop.example/in" } });
  expect(await run(from, tool, input, { held, answer })).toMatchObject({ type: "finished" });
});

test("the official library's rounds: two questions, each answered by a server that was started anew", async () => {
  const at = folder();
  const args = [join(import.meta.dirname, "official-child.ts")];
  const first = await accepted(args, at);
  const input = { service: "payments" };
  const one = asked(await run(first, "official_deploy", input));
  expect((await first.look()).version).toContain("protocol 2026-07-28");
  expect(one.ask.form?.fields).toMatchObject([{ name: "version", kind: "text", required: true }]);
  await first.stop();

  const second = server({ configDir: at, name: "official", command: node, args, allow: "*" });
  const answer = (content: Record<string, unknown>) => ({ action: "accept", content }) as const;
  const two = asked(
    await run(second, "official_deploy", input, { held: one.held, answer: answer({ version: "v2" }) }),
  );
  expect(two.ask.text).toBe("Deploy v2 of payments?");
  await second.stop();

  const third = server({ configDir: at, name: "official", command: node, args, allow: "*" });
  const told = await run(third, "official_deploy", input, { held: two.held, answer: answer({ sure: true }) });
  expect(told).toMatchObject({ type: "finished", output: "deployed v2 of payments" });
});

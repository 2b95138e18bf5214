/** A form that a tool of the team asks for in its call is put to the client's person, and their answer goes to the tool. */
import { expect, test } from "vitest";
import { z } from "zod";
import type { FormField } from "../../src/core/form.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { Asks } from "../../src/tools/endings.ts";
import { textOf } from "../support/http/mcp.ts";
import { call, offeringBot } from "../support/http/mcp-bot.ts";
import { type Answer, clientWith } from "../support/http/mcp-person.ts";

const shared = { name: "region", required: true, label: "Region", about: null };
const text: FormField = { ...shared, kind: "text", options: [] };
const choice: FormField = { ...shared, kind: "one", options: [{ value: "eu", label: "Europe" }] };
const yes: FormField = { ...shared, kind: "boolean", options: [] };

/** Tells what it was answered. */
const asking = (field: FormField) =>
  defineTool({
    ...{ name: "deploy", description: "Deploys.", input: z.object({}), effect: "read" },
    run: async (_input, { answered }) =>
      answered === undefined
        ? new Asks({ text: "Where?", context: "A tool asks.", form: { fields: [field] } }, {})
        : `told ${JSON.stringify(answered.answer)}`,
  });

test.each<[FormField, Answer]>([
  [text, { action: "accept", content: { region: "eu" } }],
  [choice, { action: "accept", content: { region: "eu" } }],
  [yes, { action: "accept", content: { region: false } }],
  [text, { action: "decline" }],
  [choice, { action: "cancel" }],
])("%j: %j", async (field, answer) => {
  const { url } = await offeringBot({ tools: [asking(field)] });
  const { client, shown } = await clientWith(url, "secret-admin", () => answer);
  const told = await call(client, "deploy", { wait_s: 50 });
  expect(textOf(told)).toContain(`told ${JSON.stringify(answer)}`);
  expect(shown).toMatchObject([
    { message: "Where?\nA tool asks.", requestedSchema: { properties: { region: { title: "Region" } } } },
  ]);
});

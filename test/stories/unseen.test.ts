/** What is approved, in every channel and in every form that changes it: no character of it is unseen. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { editModal, inputOf } from "../../adapters/discord/draw/modals.ts";
import { render as renderDiscord } from "../../adapters/discord/draw/render.ts";
import { renderMail } from "../../adapters/email/render.ts";
import { argumentBlocks } from "../../adapters/slack/draw/arguments.ts";
import { render as renderSlack } from "../../adapters/slack/draw/render.ts";
import { plainText } from "../../adapters/terminal/line.ts";
import { render as renderTerminal } from "../../adapters/terminal/render.ts";
import { draftOf, fieldsOf, inputOf as inputOfDraft } from "../../src/console/questions/argument-draft.ts";
import { CallFields } from "../../src/console/questions/call-fields.tsx";
import type { Message } from "../../src/core/message.ts";
import { questionWith } from "../support/question.ts";

const input = {
  "ser\u200bvice": "pay\u00adments\u00a0\u{e0041}",
  "host\nservice": "\u3164 ",
  options: { "dr\u2060ain": "\u009b1A" },
};
const seen = ["ser\\u{200b}vice", "pay\\u{ad}ments\\u{a0}\\u{e0041}", "host\\nservice", "\\u{3164} "];
const unseen = /[\p{Cf}\u00a0\u2060\u3164\u0080-\u009f]/u;

const message: Message = {
  summary: "x",
  blocks: Object.entries(input).map(([name, value]) => ({
    type: "fields",
    fields: [{ name, value: typeof value === "string" ? value : JSON.stringify(value) }],
  })),
};
const publicUrl = "https://belay.example";

const tellers: Record<string, () => string> = {
  terminal: () => renderTerminal(message, { now: 0, timeZone: "UTC" }).map(plainText).join("\n"),
  mail: () => renderMail(message, { runUrl: () => publicUrl, reply: true }).text,
  slack: () =>
    JSON.stringify(renderSlack(message, { team: "T1", publicUrl, trustedLinkHosts: [], names: new Map() })),
  discord: () => JSON.stringify(renderDiscord(message, { publicUrl, trustedLinkHosts: [], mark: () => 1 })),
  console: () => renderToStaticMarkup(createElement(CallFields, { input })),
};

test.each(Object.keys(tellers))("%s shows it", (channel) => {
  const told = tellers[channel]?.() ?? "";
  expect(told).not.toMatch(unseen);
  const plain = told.replaceAll("\\\\", "\\").replace(/\\(?=[{}_\\])/g, "");
  for (const words of [...seen, "1A"]) expect(plain).toContain(words);
});

const question = questionWith({
  kind: "approval",
  callId: "call_1",
  text: "May I?",
  freeText: false,
  call: { tool: "restart_service", input, hash: "h", preview: null },
});

test("Discord's form shows it, and gives back what it showed", () => {
  const edit = editModal(question, null, "run_1");
  if (!("modal" in edit)) throw new Error(edit.instead);
  const fields = Object.fromEntries(
    edit.modal.components.flatMap((label) =>
      "component" in label && "value" in label.component
        ? [[label.component.custom_id, String(label.component.value)]]
        : [],
    ),
  );
  expect(Object.values(fields).join()).not.toMatch(unseen);
  expect(inputOf(fields, question)).toEqual({ input });
  expect(inputOf({ ...fields, "host\nservice": "text" }, question)).toHaveProperty("problem");
});

test("Slack's form shows it", () => {
  const blocks = JSON.stringify(argumentBlocks(input));
  expect(blocks).toContain("pay\\\\u00adments");
  expect(blocks).not.toMatch(unseen);
  expect(JSON.stringify(argumentBlocks({ service: "a\u200b" }))).toContain("a\\\\u200b");
  expect(argumentBlocks({ service: "", other: "plain" })).toHaveLength(2);
});

test("the console's form shows it, and gives back what it showed", () => {
  const schema = {
    properties: Object.fromEntries(
      Object.entries(input).map(([name, value]) => [name, { type: typeof value }]),
    ),
  };
  for (const fields of [fieldsOf(schema, input), fieldsOf(null, input)]) {
    const draft = draftOf(fields, input);
    expect(Object.values(draft).join()).not.toMatch(unseen);
    expect(inputOfDraft(fields, draft)).toEqual(input);
  }
});

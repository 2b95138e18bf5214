/** The form of a tool as a modal of Slack: what is filled in comes back, field by field. */
import { expect, test } from "vitest";
import { filledIn, formBlocks } from "../../../adapters/slack/draw/form.ts";
import { drawModal } from "../../../adapters/slack/draw/modals.ts";
import { fillIn } from "../../../src/core/fill-in.ts";
import { crossedForm, toolForm, toolQuestion } from "../../support/tool-form.ts";

test("each field has its input, and says what may stand there", () => {
  const blocks = formBlocks(toolForm);
  const drawn = blocks.map((block) =>
    "element" in block ? [block.block_id, block.element.type, block.optional] : [],
  );
  expect(drawn).toEqual([
    ["field:region", "static_select", false],
    ["field:replicas", "plain_text_input", true],
    ["field:hosts", "multi_static_select", true],
    ["field:drain", "static_select", true],
  ]);
  expect(JSON.stringify(blocks)).toContain("Where it runs.\\none of Europe, America; required");
});

test("the modal of an answer holds the form, and what is chosen there is the answer", () => {
  const place = { runId: "r1", channel: "C1", root: null, user: "U1" };
  const view = drawModal({ ...place, kind: "reply", questionId: "q1" }, toolQuestion);
  expect(JSON.stringify(view.blocks)).toContain("field:replicas");
  const option = (value: string) => ({ value });
  const words = filledIn({
    "field:region": { one: { selected_option: option("eu") } },
    "field:replicas": { text: { value: "2" } },
    "field:hosts": { many: { selected_options: [option("a"), option("b")] } },
    "field:drain": { one: { selected_option: null } },
  });
  expect(fillIn(toolForm, words?.text ?? "", words?.typed)).toEqual({
    ok: true,
    values: { region: "eu", replicas: 2, hosts: ["a", "b"] },
  });
});

test("what is chosen is its value, and what is typed the option that is shown so", () => {
  const option = (value: string) => ({ value });
  const words = filledIn({
    "field:region": { text: { value: "us" } },
    "field:others": { many: { selected_options: [option("us")] } },
  });
  expect(words?.typed).toEqual(["region"]);
  expect(fillIn(crossedForm, words?.text ?? "", words?.typed)).toEqual({
    ok: true,
    values: { region: "eu", others: ["us"] },
  });
});

test("a modal without a form is no form", () => {
  expect(filledIn({ words: { text: { value: "yes" } } })).toBeNull();
});

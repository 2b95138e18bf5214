/** Modals: what a person edits is what comes back. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { argumentBlocks, readArguments } from "../../../adapters/slack/draw/arguments.ts";
import { drawModal } from "../../../adapters/slack/draw/modals.ts";

const metadata = {
  kind: "edit",
  questionId: "q1",
  runId: "r1",
  channel: "C1",
  root: null,
  user: "U1",
} as const;
const question = (input: unknown) => ({
  id: "q1",
  kind: "approval" as const,
  callId: "c1",
  text: "May I?",
  context: null,
  choices: [],
  freeText: false,
  audience: [],
  call: { tool: "restart_service", input, hash: "h", preview: null },
  need: 1,
});

test("arguments come back as they went in", () => {
  const scalar = fc.oneof(fc.string({ maxLength: 100 }), fc.boolean(), fc.integer(), fc.constant(null));
  const name = fc.stringMatching(/^[a-z_]{1,20}$/);
  fc.assert(
    fc.property(fc.dictionary(name, scalar, { minKeys: 1, maxKeys: 20 }), (input) => {
      expect(readArguments(submit(argumentBlocks(input)))).toEqual({ ok: true, input });
    }),
  );
});

test("nested arguments are edited as JSON", () => {
  const input = { service: "payments", options: { drain: true, hosts: ["a"] } };
  expect(readArguments(submit(argumentBlocks(input)))).toEqual({ ok: true, input });
});

test("what is too long to edit has no way to submit", () => {
  const view = drawModal(metadata, question({ script: "x".repeat(4000) }));
  expect(view.submit).toBeUndefined();
  expect(JSON.stringify(view)).toContain("too long to edit here");
});

test("a question that is gone can still be looked at, not edited", () => {
  const view = drawModal(metadata, null);
  expect(JSON.stringify(view)).toContain("no longer open");
  expect(view.submit).toBeUndefined();
});

/** What Slack would send back if the person changed nothing. */
function submit(blocks: ReturnType<typeof argumentBlocks>): unknown {
  const filled = (blocks ?? []).map((block) => {
    if (!("element" in block)) throw new Error("not an input");
    const { element } = block;
    if (element.type === "plain_text_input") {
      return [block.block_id, { [element.action_id ?? ""]: { value: element.initial_value ?? null } }];
    }
    if (element.type !== "static_select") throw new Error("an unknown input");
    const chosen = { selected_option: element.initial_option };
    return [block.block_id, { [element.action_id ?? ""]: chosen }];
  });
  return Object.fromEntries(filled);
}

/**
 * A tool call that the model's server passed on as words: told to the model once, then to a person,
 * never taken for an answer.
 */
import { describe, expect, test } from "vitest";
import { isUnparsedCall } from "../../src/core/decide/unparsed.ts";
import { answer } from "../support/core/commands.ts";
import { wrote } from "../support/core/events.ts";
import { policyWith } from "../support/core/policy.ts";
import { given, under } from "../support/given.ts";

const tools = ["current_time", "sum_numbers"];
const call = '{"name": "sum_numbers", "arguments": {"a": 1, "b": 2}}';

test.each([
  `<tool_call>\n${call}\n</tool_call>`,
  `I add them.\n<tool_call>${call}</tool_call>`,
  `<function=sum_numbers>{"a":1}</function>`,
  `[TOOL_CALLS][${call}]`,
  `<|python_tag|>${call}`,
  `<｜tool▁calls▁begin｜>function<｜tool▁sep｜>sum_numbers`,
  `<|channel|>commentary to=functions.sum_numbers <|message|>{"a":1}`,
  `<tool_call>{"name":"no_such_tool"}</tool_call>`,
  call,
  `[${call}, ${call}]`,
  '{"name": "current_time", "parameters": {}}',
  '{"type":"function","function":{"name":"current_time","arguments":"{}"}}',
  `\`\`\`json\n${call}\n\`\`\``,
  "[sum_numbers(a=1, b=2)]",
  "current_time()",
])("%j is one", (text) => {
  expect(isUnparsedCall(text, tools)).toBe(true);
});

test.each([
  "It is noon.",
  "Your model writes <tool_call>: start its server with a parser.",
  'The line is `<tool_call>{"name":"sum_numbers"}</tool_call>`.',
  `It would look so:\n\`\`\`\n<tool_call>${call}</tool_call>\n\`\`\`\nThat is all.`,
  '{"name": "dana", "arguments": {}}',
  '{"name": "sum_numbers"}',
  "[1, 2, 3]",
  "sin(2)",
  "sum_numbers",
  "[]",
])("%j is an answer", (text) => {
  expect(isUnparsedCall(text, tools)).toBe(false);
});

describe("a run whose model writes its calls as text", () => {
  const said = wrote('<tool_call>{"name":"sum_numbers","arguments":{}}</tool_call>');

  test("is told once, then a person is asked and told of the missing parser", () => {
    const told = given(said).then("launched", "model_answered", { type: "nudged", reason: "unparsed" });
    const asking = told.when(said).then("model_answered", "question_asked").is("waiting_human_input");
    expect(asking.state.questions).toMatchObject([
      { kind: "stuck", text: expect.stringMatching(/parser.*vLLM/) },
    ]);
    asking.when(answer("continue")).wants({ type: "call_model" });
    asking.when(answer("stop")).is("cancelled");
  });

  test("is not complete with it in its last step either", () => {
    under(policyWith({ steps: 1 }), said).is("max_steps_reached");
  });

  test("is complete with the answer that follows", () => {
    given(said).when(wrote("3")).when(wrote("3")).is("complete");
  });
});

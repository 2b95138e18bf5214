/** A streamed answer comes in pieces of every kind, and becomes the one answer that was meant. */
import { describe, expect, test } from "vitest";
import { answerOf, failureOf, fn, item, power, sum } from "../support/model/shapes.ts";
import { chatStream, stream } from "../support/model/sse.ts";

const chatCalls: [string, object[], object[]][] = [
  [
    "two whole calls at index 0 without ids",
    [
      { index: 0, ...fn("sum_numbers", sum.arguments) },
      { index: 0, ...fn("power", power.arguments) },
    ],
    [sum, power],
  ],
  [
    "the same call twice at index 0 without ids",
    [
      { index: 0, ...fn("power", "{}") },
      { index: 0, ...fn("power", power.arguments) },
    ],
    [{ ...power, arguments: "{}" }, power],
  ],
  [
    "a name in each piece, without ids",
    [
      { index: 0, ...fn("power", '{"base"') },
      { index: 0, ...fn("power", ":2}") },
    ],
    [power],
  ],
  [
    "an id that comes late",
    [
      { index: 0, ...fn("power", "") },
      { index: 0, id: "p1", ...fn(undefined, power.arguments) },
    ],
    [power],
  ],
  [
    "an empty object before the arguments",
    [
      { index: 0, id: "p1", ...fn("power", "{}") },
      { index: 0, ...fn(undefined, power.arguments) },
    ],
    [power],
  ],
  ["neither index nor id", [fn("sum_numbers", sum.arguments), fn("power", power.arguments)], [sum, power]],
];

test("a message that repeats beside each piece what there is so far is not told twice", async () => {
  const chunk = (content: string, soFar: string, finish_reason: string | null) => ({
    choices: [
      { index: 0, delta: { content }, message: { role: "assistant", content: soFar }, finish_reason },
    ],
  });
  const script = stream(chunk("It is ", "It is ", null), chunk("noon.", "It is noon.", "stop"));
  expect((await answerOf("chat", script)).text).toBe("It is noon.");
});

describe("calls of a Chat stream", () => {
  test.each(chatCalls)("with %s", async (_, pieces, expected) => {
    const deltas = pieces.map((piece) => ({ tool_calls: [piece] }));
    const { calls } = await answerOf("chat", stream(...chatStream(deltas, "tool_calls")));
    expect(calls).toMatchObject(expected);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(expected.length);
    expect((await answerOf("chat", stream(...chatStream([{ tool_calls: pieces }])))).calls).toMatchObject(
      expected,
    );
  });

  test("in the form of the API's first days", async () => {
    const deltas = [
      { function_call: { name: "power", arguments: '{"base"' } },
      { function_call: { arguments: ":2}" } },
    ];
    expect((await answerOf("chat", stream(...chatStream(deltas, "function_call")))).calls).toMatchObject([
      power,
    ]);
  });

  test("that are announced and never come are no empty answer", async () => {
    const error = await failureOf("chat", stream(...chatStream([], "tool_calls")));
    expect(error).toMatchObject({ code: "bad_answer", message: expect.stringContaining("calls") });
  });
});
const both = [item("c1", "sum_numbers", sum.arguments), item("c2", "power", power.arguments)];
const done = (output_index: number | undefined, one: object) => ({
  type: "response.output_item.done",
  output_index,
  item: one,
});
const end = (output?: object[]) => ({
  type: "response.completed",
  response: { model: "m", status: "completed", ...(output ? { output } : {}) },
});

describe("items of a Responses stream", () => {
  test.each<[string, object[]]>([
    ["two at the same place", [done(0, both[0] ?? {}), done(0, both[1] ?? {}), end([])]],
    ["two at no place", [done(undefined, both[0] ?? {}), done(undefined, both[1] ?? {}), end()]],
    ["more in the terminal event's list", [done(0, both[0] ?? {}), end(both)]],
    [
      "fewer in the terminal event's list",
      [done(0, both[0] ?? {}), done(1, both[1] ?? {}), end([both[1] ?? {}])],
    ],
    ["another one in each", [done(0, both[0] ?? {}), end([both[1] ?? {}])]],
    ["only the terminal event's list", [end(both)]],
    ["one told twice", [done(0, both[0] ?? {}), done(0, both[0] ?? {}), done(1, both[1] ?? {}), end()]],
    [
      "beginnings and pieces alone",
      [
        {
          type: "response.output_item.added",
          output_index: 0,
          item: item("c1", "sum_numbers", "", { id: "f1" }),
        },
        { type: "response.function_call_arguments.delta", output_index: 0, item_id: "f1", delta: '{"a":1,' },
        { type: "response.function_call_arguments.delta", output_index: 0, item_id: "f1", delta: '"b":2}' },
        { type: "response.output_item.added", output_index: 1, item: item("c2", "power", "", { id: "f2" }) },
        {
          type: "response.function_call_arguments.done",
          output_index: 1,
          item_id: "f2",
          arguments: power.arguments,
        },
        end([]),
      ],
    ],
  ])("%s: each call is there once", async (_, events) => {
    const answer = await answerOf("responses", stream(...events));
    expect([...answer.calls].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: "c1", ...sum },
      { id: "c2", ...power },
    ]);
  });

  test("whose text comes in pieces alone", async () => {
    const delta = (text: string) => ({ type: "response.output_text.delta", output_index: 0, delta: text });
    expect((await answerOf("responses", stream(delta("It is "), delta("noon."), end([])))).text).toBe(
      "It is noon.",
    );
  });

  test("keep the reasoning that only their own event has in full", async () => {
    const reasoning = { type: "reasoning", id: "rs_1", encrypted_content: "opaque", summary: [] };
    const listed = [{ ...reasoning, encrypted_content: null }, ...both];
    const answer = await answerOf("responses", stream(done(0, reasoning), end(listed)));
    expect(answer.items[0]).toEqual(reasoning);
  });
});

/** Thoughts that a server leaves in the text are no answer. */
import { expect, test } from "vitest";
import { withoutThoughts } from "../../adapters/openai/thoughts.ts";
import { testModel } from "../support/model/openai.ts";
import { modelRequest, user } from "../support/model/request.ts";
import { chatStream, responsesStream, sseServer, stream } from "../support/model/sse.ts";

test.each([
  ["<think>The clock says 12.</think>It is noon.", "It is noon."],
  ["\n<think>\nThe clock.\n</think>\n\nIt is noon.\n", "It is noon."],
  ["<thinking>a</thinking><think>b</think>It is noon.", "It is noon."],
  ["[THINK]hm[/THINK]It is noon.", "It is noon."],
  ["◁think▷hm◁/think▷It is noon.", "It is noon."],
  [
    "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>It is noon.<|return|>",
    "It is noon.",
  ],
  ["The clock says 12.\n</think>\n\nIt is noon.", "It is noon."],
  ["Hm, `date` says 12.\n</think>It is noon.", "It is noon."],
  ["<think>and so on and on", ""],
  ["<think></think>", ""],
])("%j says %j", (text, said) => {
  expect(withoutThoughts(text)).toBe(said);
});

test.each([
  "It is noon.",
  "  It is noon.\n",
  "Write <think> before and </think> after what the model thinks.",
  "The template ends with `</think>`.",
  "It ends so:\n```\nthoughts\n</think>\n```",
  "",
])("%j stays as it is", (text) => {
  expect(withoutThoughts(text)).toBe(text);
});

test.each(["chat", "responses"] as const)(
  "the driver's text is without them, though they come in pieces (%s)",
  async (api) => {
    const pieces = ["<thi", "nk>12</th", "ink>It is", " noon."];
    const message = {
      type: "message",
      role: "assistant",
      content: pieces.map((text) => ({ type: "output_text", text })),
    };
    const events =
      api === "chat" ? chatStream(pieces.map((content) => ({ content }))) : responsesStream([message]);
    await using server = await sseServer(stream(...events));
    const answer = await testModel(server.url, { api }).answer(
      modelRequest([user("go")]),
      new AbortController().signal,
    );
    expect(answer.text).toBe("It is noon.");
  },
);

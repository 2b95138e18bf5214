/** A model that answers from a script: one entry per request, in order; what was asked is kept. */
import type { Model, ModelAnswer, ModelRequest } from "../../../src/core/ports/model.ts";

type Step =
  | Partial<ModelAnswer>
  | Error
  | ((request: ModelRequest, signal: AbortSignal) => Promise<ModelAnswer> | ModelAnswer);

export const noUsage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0, costUsd: 0 };

export interface ScriptedModel extends Model {
  readonly requests: ModelRequest[];
}

export function scripted(...steps: Step[]): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    name: "scripted",
    requests,
    async answer(request, signal) {
      const step = steps[Math.min(requests.length, steps.length - 1)];
      requests.push(request);
      if (step === undefined) throw new Error("the script is over");
      if (step instanceof Error) throw step;
      return typeof step === "function" ? step(request, signal) : answerWith(step);
    },
  };
}

export function answerWith(answer: Partial<ModelAnswer>): ModelAnswer {
  const nothing = { text: null, calls: [], refusal: null, cut: null, items: [] };
  return { ...nothing, provider: "scripted", model: "scripted-1", usage: noUsage, ...answer };
}

let calls = 0;

/** One tool call of an answer. Ids are unique unless given. */
export function call(tool: string, input: unknown, id = `call_${++calls}`): ModelAnswer["calls"][number] {
  return { id, tool, arguments: JSON.stringify(input) };
}

/** An answer with these calls. */
export function calling(...chosen: ModelAnswer["calls"][number][]): Partial<ModelAnswer> {
  return { calls: chosen };
}

export function finalAnswer(answer: string): Partial<ModelAnswer> {
  return calling(call("final_answer", { answer }));
}

export function ask(question: string, choices: string[] | null = null): ReturnType<typeof call> {
  return call("ask_human", { question, choices, context: null });
}

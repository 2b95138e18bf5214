/** Plays a whole dialogue with a Model: the real tools answer, people by the test. */
import type { Model, ModelAnswer, ModelInput } from "../../../src/core/ports/model.ts";
import { demoToolbox, modelRequest, result, told, user } from "./request.ts";

export interface Played {
  /** Each answer of the model: the calls in it, as `tool(values)`. */
  steps: string[][];
  /** The final answer. */
  end: string;
  input: readonly ModelInput[];
}

type ChosenCall = ModelAnswer["calls"][number];

/**
 * By tool: one output for every call, or several for the calls in their order. Words said by people come as `said`.
 */
export type Outputs = Record<string, string | string[]>;

/** A failure as the core tells it. */
export function failed(code: string, message: string): string {
  return JSON.stringify({ error: code, message });
}

export function answered(answer: string): string {
  return JSON.stringify({ answer });
}

/** `interject`: words of a person that arrive after the n-th answer of the model (from 1). */
export async function play(
  model: Model,
  task: string,
  outputs: Outputs = {},
  interject: Record<number, string> = {},
): Promise<Played> {
  const input: ModelInput[] = [user(`<task from="dana">\n${task}\n</task>`)];
  const steps: string[][] = [];
  const used = new Map<string, number>();
  while (steps.length < 30) {
    const answer = await model.answer(modelRequest(input), new AbortController().signal);
    steps.push(answer.calls.map((call) => `${call.tool}(${values(call.arguments)})`));
    const final = answer.calls.find((call) => call.tool === "final_answer");
    const words = interject[steps.length];
    // What was said while the model decided drops a decision to end.
    if (final && words === undefined) return { steps, end: JSON.parse(final.arguments).answer, input };
    if (!final) {
      input.push(told(answer));
      for (const call of answer.calls) input.push(result(call.id, await outputOf(call, outputs, used)));
    }
    if (words !== undefined) input.push(user(`<said from="dana">\n${words}\n</said>`));
  }
  throw new Error(`no end after ${JSON.stringify(steps)}`);
}

function values(json: string): string {
  return Object.values(JSON.parse(json))
    .filter((value) => value !== null)
    .join(", ");
}

/** The product's own check and tool decide, except where the test says what came out. */
async function outputOf(call: ChosenCall, outputs: Outputs, used: Map<string, number>): Promise<string> {
  const checked = demoToolbox.check(call.tool, call.arguments);
  if (checked.error) return failed(checked.error.code, checked.error.message);
  const given = outputs[call.tool];
  const nth = used.get(call.tool) ?? 0;
  used.set(call.tool, nth + 1);
  const output = typeof given === "string" ? given : given?.[nth];
  if (output !== undefined) return output;
  const context = {
    runId: "run_1",
    callId: call.id,
    key: call.id,
    epoch: 1,
    signal: new AbortController().signal,
  };
  const outcome = await demoToolbox.run(call.tool, checked.input, context);
  if (outcome.type === "begun" || outcome.type === "asks") throw new Error(`${call.tool} ${outcome.type}`);
  if (outcome.type === "in_doubt") throw new Error(`${call.tool} is in doubt: ${outcome.reason}`);
  return outcome.type === "finished" ? outcome.output : failed(outcome.code, outcome.message);
}

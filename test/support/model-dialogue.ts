/** Plays a whole dialogue with a Model: the real math tools answer, everything else is answered by the test. */
import type { Model, ModelInput } from "../../src/core/ports.ts";
import { modelRequest, result, told, user } from "./model-request.ts";

export interface Played {
  /** Each answer of the model: the calls in it, as `tool(values)`. */
  steps: string[][];
  /** The final answer. */
  end: string;
  input: readonly ModelInput[];
}

/** By tool: one output for every call, or several for the calls in their order. Words said by people come as `said`. */
export type Outputs = Record<string, string | string[]>;

const math: Record<string, (a: number, b: number) => number> = {
  sum_numbers: (a, b) => a + b,
  subtract_numbers: (a, b) => a - b,
  multiply_numbers: (a, b) => a * b,
  divide_numbers: (a, b) => a / b,
  power: (a, b) => a ** b,
  square_root: (a) => Math.sqrt(a),
};

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
      const results = answer.calls.map((call) => result(call.id, outputOf(call, outputs, used)));
      input.push(told(answer), ...results);
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

function outputOf(
  call: { tool: string; arguments: string },
  outputs: Outputs,
  used: Map<string, number>,
): string {
  const given = outputs[call.tool];
  if (typeof given === "string") return given;
  if (given) {
    const nth = used.get(call.tool) ?? 0;
    used.set(call.tool, nth + 1);
    const output = given[nth];
    if (output === undefined) throw new Error(`no output left for ${call.tool}: ${call.arguments}`);
    return output;
  }
  const compute = math[call.tool];
  if (!compute) throw new Error(`no output for ${call.tool}`);
  const [a, b] = Object.values(JSON.parse(call.arguments)) as [number, number];
  if (call.tool === "divide_numbers" && b === 0)
    return failed("tool_error", "can't divide by zero; choose another b");
  return JSON.stringify(compute(a, b));
}

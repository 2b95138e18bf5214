/** Model requests for tests: one agent with a few tools, and dialogues grown by feeding answers and results back. */
import type { ToolSpec } from "../../src/core/agent.ts";
import type { ModelAnswer, ModelInput, ModelRequest } from "../../src/core/ports.ts";

type Property = Record<string, unknown>;

/** A strict tool specification: every property is required, no other is allowed. */
export function toolSpec(name: string, properties: Record<string, Property>): ToolSpec {
  return {
    name,
    description: `The tool ${name}.`,
    schema: {
      type: "object",
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
    effect: "read",
    control: "none",
    approval: null,
    preview: false,
    untrusted: false,
  };
}

const number = { type: "number" };
const string = { type: "string" };
const pair = { a: number, b: number };

/** The tools that the demo model knows, as the product declares them. */
export const demoTools: readonly ToolSpec[] = [
  toolSpec("sum_numbers", pair),
  toolSpec("subtract_numbers", pair),
  toolSpec("multiply_numbers", pair),
  toolSpec("divide_numbers", pair),
  toolSpec("power", { base: number, exponent: number }),
  toolSpec("square_root", { number }),
  toolSpec("current_time", {}),
  toolSpec("ask_human", {
    question: string,
    choices: { anyOf: [{ type: "array", items: string }, { type: "null" }] },
    context: { anyOf: [string, { type: "null" }] },
  }),
  toolSpec("final_answer", { answer: string }),
  toolSpec("restart_service", { service: string, environment: string }),
  toolSpec("hand_off", { agent: string, task: string }),
];

export function modelRequest(
  input: readonly ModelInput[],
  tools: readonly ToolSpec[] = demoTools,
): ModelRequest {
  return { model: null, instructions: "You are a careful operator.", tools, input, cacheKey: "agent:ops" };
}

export function user(text: string): ModelInput {
  return { type: "user", text };
}

/** A former answer as the core tells it again: the arguments parsed, the provider's items beside them. */
export function told(answer: ModelAnswer): ModelInput {
  const calls = answer.calls.map((call) => ({ id: call.id, tool: call.tool, input: parsed(call.arguments) }));
  return { type: "model", text: answer.text, calls, items: answer.items, provider: answer.provider };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

export function result(callId: string, output: string): ModelInput {
  return { type: "result", callId, output };
}

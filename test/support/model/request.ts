/** Model requests for tests: one agent with a few tools, and dialogues grown by feeding answers and results back. */

import { restartService } from "../../../adapters/demo/tools.ts";
import type { ToolSpec } from "../../../src/core/agent.ts";
import type { ModelAnswer, ModelInput, ModelRequest } from "../../../src/core/ports/model.ts";
import { controlTools } from "../../../src/tools/control-tools.ts";
import { currentTime } from "../../../src/tools/current-time.ts";
import { mathTools } from "../../../src/tools/math.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";

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

/** The tools that the demo model knows, just as the product has them. */
export const demoToolbox = createToolbox(
  [...mathTools, ...controlTools, currentTime, restartService({ file: "/dev/null", seconds: 0 })],
  { redact: (text) => text },
);
const demoTools: readonly ToolSpec[] = Object.values(demoToolbox.specs);

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

/** A call that no model chose, checked like a model's before anything is made of it. */

import type { ToolCall } from "../core/chosen-call.ts";
import type { Refusal } from "../core/command.ts";
import type { Toolbox } from "../core/ports/toolbox.ts";
import { holdsSecret, secretInArguments } from "../core/store/redact-event.ts";
import type { Redact } from "../core/text/redact.ts";

/** The call with its input as it will be shown and run, or why it can't be: `answer_invalid`, in the tool's words. */
export function checkedCall(
  { toolbox, redact }: { toolbox: Pick<Toolbox, "specs" | "checkInput">; redact: Redact },
  call: ToolCall,
): { call: ToolCall } | { refusal: Refusal } {
  const { input, error } = toolbox.checkInput(call.tool, call.input);
  const isControl = toolbox.specs[call.tool]?.control !== "none";
  const why = error ?? (holdsSecret(input, redact) ? secretInArguments : isControl ? onlyInRuns : null);
  return why
    ? { refusal: { code: "answer_invalid", message: why.message } }
    : { call: { tool: call.tool, input } };
}

const onlyInRuns = { message: "This tool steers a run of an agent; it can't be called by itself." };

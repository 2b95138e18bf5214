/** What a run was told so far, in a form that strict servers take. */
import type { ModelInput } from "../../src/core/ports/model.ts";

/**
 * An answer that says nothing and calls nothing is left out: servers refuse empty messages, and reasoning alone.
 * Where turns are not free, what is said to the model follows only what the model said: templates of many models know
 * nothing else. Words after words become one, and words after a result are told at the end of that result.
 */
export function historyOf(input: readonly ModelInput[], { freeTurns }: { freeTurns: boolean }): ModelInput[] {
  const told: ModelInput[] = [];
  for (const entry of input) {
    const last = told.at(-1);
    if (entry.type === "model" && !entry.text?.trim() && entry.calls.length === 0) continue;
    if (entry.type === "result") told.push({ ...entry, output: entry.output || "(no output)" });
    else if (freeTurns || entry.type === "model" || !last || last.type === "model") told.push(entry);
    else told.splice(-1, 1, together(last, entry.text));
  }
  return told;
}

function together(last: Exclude<ModelInput, { type: "model" }>, words: string): ModelInput {
  return last.type === "user"
    ? { ...last, text: `${last.text}\n\n${words}` }
    : { ...last, output: `${last.output}\n\n${words}` };
}

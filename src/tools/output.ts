/** What of a tool's result or error the model gets: text, without secrets, within its limit. */

import { cut, wholeCharacters } from "../core/text/brief.ts";
import { thrown } from "../core/text/thrown.ts";
import { maxPreview } from "./contract.ts";

const maxError = 500;
/** Room for a secret that stands across the cut: it is hidden whole before the text is cut. */
const margin = 10_000;

/** A string stays as it is; anything else becomes JSON. */
export function outputText(result: unknown): string {
  if (typeof result === "string") return result;
  if (result === undefined) return "(no output)";
  try {
    return JSON.stringify(result) ?? "(no output)";
  } catch {
    // The call itself succeeded; only its result can't be told.
    return "(it worked, but its result can't be written as text)";
  }
}

/** Hides secrets, then cuts at the tool's limit with a notice. `omitted` counts the characters left out. */
export function cutOutput(
  text: string,
  limits: { maxOutput: number },
  redact: (text: string) => string,
): { output: string; omitted: number } {
  const beginning = redact(text.slice(0, limits.maxOutput + margin).toWellFormed());
  const total = beginning.length + Math.max(0, text.length - limits.maxOutput - margin);
  if (total <= limits.maxOutput) return { output: beginning, omitted: 0 };
  const kept = wholeCharacters(beginning.slice(0, limits.maxOutput));
  const omitted = total - kept.length;
  const notice = `[cut: ${omitted} of ${total} characters are left out; ask for less, or for a smaller part, to see them]`;
  return { output: `${kept}\n${notice}`, omitted };
}

/**
 * What people approve they are shown whole: of what is cut nobody could say what it does.
 * @throws Error in words for the model
 */
export function wholePreview(
  text: string,
  limits: { maxOutput: number },
  redact: (text: string) => string,
): string {
  const most = Math.max(maxPreview, limits.maxOutput);
  if (text.length <= most) return redact(text.toWellFormed());
  throw new Error(
    `it is ${text.length} characters long, and people are shown at most ${most}; do less at once`,
  );
}

/** For the model: no stack, no class names, no secrets, bounded. */
export function errorText(error: unknown, redact: (text: string) => string): string {
  const message = (error instanceof Error ? error.message : thrown(error)).trim();
  const text = (message || "it failed without saying why")
    .split("\n")
    .filter((line) => !/^\s+at\s/.test(line))
    .join("\n")
    .toWellFormed();
  return cut(redact(text.slice(0, maxError + margin)), maxError);
}

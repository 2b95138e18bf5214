/** Takes a model's thoughts out of its text, where the server left them in. */

/** How models mark them. A server with the right parser sends them in a field of their own. */
const marks: readonly (readonly [open: string, close: string])[] = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["[THINK]", "[/THINK]"],
  ["◁think▷", "◁/think▷"],
  ["<|channel|>analysis<|message|>", "<|end|>"],
];

/** What stands around the answer itself in the last of these formats. */
const frame = /^(?:<\|start\|>assistant)?<\|channel\|>final<\|message\|>|<\|(?:return|end)\|>$/gu;

/** The text as it was where there are no thoughts. Thoughts without an end are all there is: then nothing is said. */
export function withoutThoughts(text: string): string {
  let rest = text;
  for (;;) {
    const said = withoutFirst(rest);
    if (said === null) return rest;
    rest = said;
  }
}

function withoutFirst(text: string): string | null {
  const start = text.trimStart();
  const said = start.replace(/^<\|start\|>assistant/u, "");
  for (const [open, close] of marks) {
    if (!said.startsWith(open)) continue;
    const end = said.indexOf(close, open.length);
    return end < 0 ? "" : bare(said.slice(end + close.length));
  }
  const without = bare(start);
  if (without !== start.trimEnd()) return without;
  return withoutOpening(text);
}

function bare(text: string): string {
  return text.trim().replace(frame, "").trim();
}

/** Some templates open the thoughts in the prompt, so that an answer holds their end alone, on a line of its own. */
function withoutOpening(text: string): string | null {
  for (const [open, close] of marks) {
    const end = text.indexOf(close);
    if (end < 0 || open.startsWith("<|")) continue;
    const before = text.slice(0, end);
    const after = text.slice(end + close.length);
    const isAlone = /(?:^|\n)[ \t]*$/u.test(before) || /^[ \t]*(?:\n|$)/u.test(after);
    const isCode = before.split("```").length % 2 === 0;
    if (isAlone && !isCode && !before.includes(open)) return after.trim();
  }
  return null;
}

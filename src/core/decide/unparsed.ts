/** Is a text a tool call that the model's server should have read as one, and passed on as words? */

/** What models write around their calls. With the right parser a server takes it out of the text. */
const marks =
  /<tool_calls?>|<function_calls?>|<function=|<invoke name=|<\|tool_calls?(?:_section)?(?:_begin)?\|>|<\|python_tag\|>|<｜tool▁calls?▁begin｜>|\[TOOL_CALLS\]|<\|channel\|>commentary|functools\[/u;

/** `tools`: the names that the model may call. */
export function isUnparsedCall(text: string, tools: readonly string[]): boolean {
  const bare = withoutFence(text.trim());
  const marked = marks.exec(withoutCode(bare));
  if (marked?.index === 0) return true;
  // Words about such a mark are an answer; a mark with one of the tools behind it is not.
  if (marked && tools.some((tool) => bare.slice(bare.indexOf(marked[0])).includes(tool))) return true;
  return isWrittenCall(bare, tools);
}

/** The text of a block of code, where the whole text is one. */
function withoutFence(text: string): string {
  return /^```\w*\n([\s\S]*?)\n?```$/u.exec(text)?.[1]?.trim() ?? text;
}

function withoutCode(text: string): string {
  return text.replace(/```[\s\S]*?(?:```|$)|`[^`\n]*`/gu, "");
}

/** `{"name": "tool", "arguments": {…}}`, a list of such, or `[tool(a=1)]`. */
function isWrittenCall(text: string, tools: readonly string[]): boolean {
  const called = /^\[?(\w+)\([\s\S]*\)\]?$/u.exec(text)?.[1];
  if (called !== undefined) return tools.includes(called);
  const calls = /^[[{]/u.test(text) ? [parsed(text)].flat() : [];
  return calls.length > 0 && calls.every((call) => isCallOf(call, tools));
}

function isCallOf(value: unknown, tools: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  if ("function" in value && typeof value.function === "object") return isCallOf(value.function, tools);
  const hasArguments = ["arguments", "parameters", "input"].some((key) => key in value);
  return hasArguments && "name" in value && tools.some((tool) => tool === value.name);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

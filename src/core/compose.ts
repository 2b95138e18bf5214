/** `compose(state, agent, tools) → model request`: the context window, owned. Append-only from step to step. */
import type { Agent, ToolSpec } from "./agent.ts";
import { defuse, fence } from "./fence.ts";
import type { ModelInput, ModelRequest } from "./ports.ts";
import type { Entry, State } from "./state.ts";

/**
 * What a run was told last, by its first entry: the next request repeats it and adds what is new, so that a step
 * costs the same however long the run is.
 */
const toldLast = new WeakMap<
  Entry,
  { second: Entry | undefined; upTo: Entry; input: readonly ModelInput[] }
>();

export function compose(state: State, agent: Agent, tools: Readonly<Record<string, ToolSpec>>): ModelRequest {
  return {
    model: agent.model,
    instructions: agent.instructions,
    tools: agent.tools.flatMap((name) => tools[name] ?? []),
    input: tell(state.entries),
    cacheKey: `${agent.name}-${agent.hash.slice(0, 16)}`,
  };
}

function tell(entries: readonly Entry[]): readonly ModelInput[] {
  const first = entries[0];
  const last = entries.at(-1);
  if (!first || !last) return [];
  const before = toldLast.get(first);
  const isPrefix =
    before !== undefined &&
    entries[before.input.length - 1] === before.upTo &&
    // A compaction keeps the task in its place and puts a new summary behind it.
    (before.second === undefined || entries[1] === before.second);
  const input = isPrefix
    ? [...before.input, ...entries.slice(before.input.length).map(inputOf)]
    : entries.map(inputOf);
  toldLast.set(first, { second: entries[1], upTo: last, input });
  return input;
}

/** People's words keep their name; what no listed person wrote is fenced as data that gives no orders. */
function inputOf(entry: Entry): ModelInput {
  switch (entry.type) {
    case "task":
    case "said":
      return { type: "user", text: wordsOf(entry) };
    case "data":
      return {
        type: "user",
        text: fence("data", { source: entry.source, trusted: entry.trusted ? "yes" : "no" }, entry.text),
      };
    case "notice":
      return { type: "user", text: `<notice>\n${defuse(entry.text)}\n</notice>` };
    case "model": {
      const { text, calls, items, provider } = entry.answer;
      return { type: "model", text, calls, items, provider };
    }
    case "result":
      return { type: "result", callId: entry.callId, output: resultOf(entry) };
  }
}

function wordsOf(entry: Extract<Entry, { type: "task" | "said" }>): string {
  return entry.trusted
    ? fence(entry.type, { from: entry.from }, entry.text)
    : fence("data", { source: entry.from, trusted: "no" }, entry.text);
}

function resultOf(entry: Extract<Entry, { type: "result" }>): string {
  return entry.untrusted
    ? fence("data", { source: entry.tool, trusted: "no" }, entry.output)
    : defuse(entry.output);
}
